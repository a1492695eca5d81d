"""What de-identification tools leave behind, what they lose, and how fast they are, in one run.

    python tests/bench/bench_peers.py [--files N] [--peers FOLDER]

Each tool handles the corpus of planted identifiers (tests/planted.py) and N objects of 1 MB, in a
process of its own, as its documentation says, with its default profile. The machine may be busy: a
plain copy runs before each as a yardstick, and the processor's time is told beside the clock's.
With ``--peers`` the tools that pip installs are put into virtual environments below FOLDER; without
it those that can be imported are run. A file that stops a tool is skipped for it, so that it is
measured on the rest; its own command might have stopped there.
"""

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# files and target folder -> number of files that were not written
Tool = Callable[[list[Path], Path], int]
# this part runs in the peers' environments too: the standard library only
PEERS = {
    # name: requirement, module
    "dicognito": ("dicognito==0.19.0", "dicognito"),
    "dicom-anonymizer": ("dicom-anonymizer==2.1.0", "dicomanonymizer"),
    "dcm-anonymizer": ("dcm-anonymizer==0.5.0", "dcm_anon"),
    "dcmanon": ("dcmanon==0.3.1", "dcmanon"),
    "deid": ("deid==0.4.13", "deid"),
}
OURS = ("copy", "pydicom", "bonescint")
ROUNDS = 3
SECRET = b"0123456789abcdef0123456789abcdef"


def _each(one: Callable[[Path, Path], object]) -> Tool:
    """Return what calls a tool's function for each file and counts the ones that stop it."""

    def run(paths: list[Path], target: Path) -> int:
        failed = 0
        for path in paths:
            try:
                one(path, target / path.name)
            except (Exception, SystemExit):
                failed += 1
        return failed

    return run


def _copy() -> Tool:
    return _each(shutil.copyfile)


def _pydicom() -> Tool:
    import pydicom

    def one(source: Path, target: Path) -> None:
        ds = pydicom.dcmread(source)
        ds.PatientName = ds.PatientID = "CODE"
        ds.save_as(target)

    return _each(one)


def _bonescint() -> Tool:
    from bonescint.deid.batch import write_cases
    from bonescint.deid.instance import Settings
    from bonescint.deid.policy import load_policies
    from bonescint.deid.uids import UidReplacer
    from bonescint.dicom.quiet import quiet_pydicom
    from bonescint.resources import ROOT

    policies = load_policies(ROOT / "resources/tag_table.csv", "STUDY", "SERIES")
    settings = Settings(policies, UidReplacer(SECRET), keep_secondary_capture=False)

    def run(paths: list[Path], target: Path) -> int:
        row = {"sop_instance_uid": "", "views": "anterior+posterior", "tracer": ""}
        cases = [(f"BS-{path.stem}", [row | {"path": path.name}]) for path in paths]
        with quiet_pydicom():
            done = write_cases(cases, paths[0].parent, target, settings)
            return sum(one.line["status"] != "written" for one in done)

    return run


def _dicognito() -> Tool:
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer()

    def one(source: Path, target: Path) -> None:
        with pydicom.dcmread(source) as ds:
            anonymizer.anonymize(ds)
            ds.save_as(target)

    return _each(one)


def _dicom_anonymizer() -> Tool:
    from dicomanonymizer import anonymize_dicom_file

    return _each(lambda source, target: anonymize_dicom_file(str(source), str(target)))


def _dcm_anonymizer() -> Tool:
    from dcm_anon import AnonymizationConfig, anonymize_path

    config = AnonymizationConfig(salt="bench")
    return _each(lambda source, target: anonymize_path(source, target.parent, config=config))


def _dcmanon() -> Tool:
    from dcmanon import Anonymizer

    anonymizer = Anonymizer()
    return _each(lambda source, target: target.write_bytes(anonymizer.anonymize(str(source))))


def _deid() -> Tool:
    from deid.config import DeidRecipe
    from deid.dicom import replace_identifiers

    recipe = DeidRecipe()
    return _each(
        lambda source, target: replace_identifiers(
            [str(source)], deid=recipe, save=True, overwrite=True, output_folder=str(target.parent)
        )
    )


TOOLS = {
    "copy": _copy, "pydicom": _pydicom, "bonescint": _bonescint, "dicognito": _dicognito,
    "dicom-anonymizer": _dicom_anonymizer, "dcm-anonymizer": _dcm_anonymizer, "dcmanon": _dcmanon,
    "deid": _deid,
}  # fmt: skip


def work(name: str, source: Path, target: Path) -> None:
    """Run one tool over a folder and print what it took, as JSON."""
    import logging
    import warnings

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    begun = time.perf_counter()
    tool = TOOLS[name]()
    started, before = time.perf_counter(), time.process_time()
    failed = tool(sorted(source.iterdir()), target)
    done, busy = time.perf_counter(), time.process_time() - before
    # not ru_maxrss, which a process takes over from the one that started it
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    took = {"start": started - begun, "seconds": done - started, "cpu": busy}
    print(json.dumps(took | {"failed": failed, "peak": peak}))


def launch(python: str, name: str, source: Path, target: Path) -> dict[str, float]:
    """Run `work` in a process of its own."""
    target.mkdir()
    command = [python, __file__, "--work", name, str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def find(name: str, folder: Path | None) -> str | None:
    """Return the Python that can import a tool, or None; installs it if a folder is given."""
    if name in OURS:
        return sys.executable
    requirement, module = PEERS[name]
    if folder is None:
        return sys.executable if importlib.util.find_spec(module) else None
    environment = folder / name
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", requirement], check=False)
    found = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    return str(python) if found.returncode == 0 else None


def judge(target: Path) -> str:
    """Return what of the corpus was written, what survived in it and what was lost."""
    import io

    import pydicom
    from tests.planted.corpus import corpus
    from tests.planted.objects import look_up
    from tests.planted.search import Haystack

    written = survived = kept = wanted = owned = images = 0
    for number, file in enumerate(corpus()):
        path = target / f"{number:04}.dcm"
        coded = target / f"BS-{number:04}" / f"BS-{number:04}_01.dcm"
        found = next((p for p in (path, coded) if p.is_file() and p.stat().st_size), None)
        is_image = file.kind and not file.refusals
        wanted += len(file.wanted) if is_image else 0
        images += bool(is_image)
        if not found:
            continue
        data = found.read_bytes()
        haystack = Haystack(data)
        survived += sum(haystack.has(plant.text) for plant in file.plants)
        owned += bool(file.patient and any(haystack.has(s) for s in file.patient.secrets))
        if not is_image:
            continue
        written += 1
        try:
            ds = pydicom.dcmread(io.BytesIO(data), force=True)
            source = pydicom.dcmread(io.BytesIO(file.data), force=True)
            # as it was typed is as good as the standard's term here
            kept += sum(
                look_up(ds, where) in (value, look_up(source, where) or value)
                for where, value in file.wanted.items()
            )
        except Exception as error:
            print(f"  {path.name}: written but not readable ({type(error).__name__})")
    plants = sum(len(file.plants) for file in corpus())
    return (
        f"{written:4} / {images}  {survived:5} / {plants}  {owned:5}"
        f"  {kept:6} / {wanted} ({kept / wanted:4.0%})"
    )


def main(files: int, folder: Path | None) -> None:
    """Print the two tables."""
    import logging
    import warnings

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    from tests.bench.bench_deid import make
    from tests.planted.corpus import corpus

    pythons = {name: find(name, folder) for name in TOOLS}
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        small, large = root / "corpus", root / "large"
        small.mkdir()
        large.mkdir()
        for number, file in enumerate(corpus()):
            (small / f"{number:04}.dcm").write_bytes(file.data)
        make(large, files)
        print("planted corpus     files written  planted survivors  own*  wanted kept")
        for name, python in pythons.items():
            if python:
                launch(python, name, small, root / "out")
                print(f"{name:18} {judge(root / 'out')}")
                shutil.rmtree(root / "out")
        print("* files in which the patient's own name, ID, birth date, ... is still found\n")
        print(f"{files} files of 1 MB, one process; load {os.getloadavg()[0]:.1f}")
        print(
            "tool               files/s   of a copy   CPU ms/file   start-up s   peak MB   failed"
        )
        for name, python in pythons.items():
            if not python:
                print(f"{name:18} not installed")
                continue
            ratios, rates, busy, last = [], [], [], {}
            for _ in range(ROUNDS):
                copied = launch(sys.executable, "copy", large, root / "out")
                shutil.rmtree(root / "out")
                last = launch(python, name, large, root / "out")
                shutil.rmtree(root / "out")
                rates.append(files / last["seconds"])
                busy.append(1000 * last["cpu"] / files)
                ratios.append(copied["seconds"] / last["seconds"])
            print(
                f"{name:18} {statistics.median(rates):7.0f} {statistics.median(ratios):11.2f}"
                f" {statistics.median(busy):13.1f}"
                f" {last['start']:12.2f} {last['peak']:9.0f} {last['failed']:8.0f}"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
        parser.add_argument("--files", type=int, default=250)
        parser.add_argument("--peers", type=Path)
        options = parser.parse_args()
        main(options.files, options.peers)
