"""Files a second of the de-identification against a plain copy and pydicom's read and write.

    python tests/bench/bench_deid.py [FILES] [--peers FOLDER]

Two-frame whole-body scans of the phantom, 1 MB each, one process, in a temporary folder. The three
take turns, three times, for the machine may be busy: the ratio to the copy next to it counts. What
the same costs others, and what they leave behind, is in bench_peers.py, which ``--peers`` runs.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml
from pydicom import dcmread

from bonescint.deid.batch import write_cases
from bonescint.deid.instance import Settings, quiet_pydicom
from bonescint.deid.policy import load_policies
from bonescint.deid.uids import UidReplacer
from bonescint.demo.cohort import COUNTS, Phantom
from bonescint.demo.patients import sample_patients
from bonescint.demo.projection import acquire
from bonescint.demo.scans import whole_body
from bonescint.resources import ROOT

SECRET = b"0123456789abcdef0123456789abcdef"
WOMEN = 6
ROUNDS = 3


def make(folder: Path, files: int) -> list[Path]:
    """Write the input: some women's scans, each under many SOP Instance UIDs of one length."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    seed, phantom = int(config["demo"]["seed"]), Phantom()
    women = [
        patient
        for patient in sample_patients(config["demo"], config["cohort"])
        if patient.vendor == "siemens" and patient.has_scan
    ][:WOMEN]
    scans = []
    for patient in women:
        rng = np.random.default_rng([seed, patient.index])
        scan = whole_body(patient, seed, acquire(phantom.expected(patient, seed), COUNTS, rng))[0]
        path = folder / "scan"
        scan.save_as(path, enforce_file_format=True)
        scans.append((path.read_bytes(), scan.SOPInstanceUID.encode()))
        path.unlink()
    paths = []
    for number in range(files):
        data, uid = scans[number % len(scans)]
        paths.append(folder / f"{number:04}.dcm")
        paths[-1].write_bytes(data.replace(uid, uid[:-4] + b"%04d" % (1000 + number)))
    return paths


def seconds(work: Callable[[Path], None]) -> float:
    """Return how long a method takes into a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        work(Path(folder))
        return time.perf_counter() - start


def peak() -> int:
    """Return the peak memory of this process in MB (its own, not that of what started it)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(files: int) -> None:
    """Print one line a method."""
    policies = load_policies(ROOT / "resources/tag_table.csv", "STUDY", "SERIES")
    settings = Settings(policies, UidReplacer(SECRET), keep_secondary_capture=False)
    with tempfile.TemporaryDirectory() as folder, quiet_pydicom():
        paths = make(Path(folder), files)

        def copy(out: Path) -> None:
            for path in paths:
                shutil.copyfile(path, out / path.name)

        def pydicom(out: Path) -> None:
            for path in paths:
                data = dcmread(path)
                data.PatientName = "CODE"
                data.save_as(out / path.name)

        def deidentify(out: Path) -> None:
            row = {"views": "anterior+posterior", "tracer": "MDP"}
            cases = [
                (f"BS-{path.stem}", [row | {"path": path.name, "sop_instance_uid": path.stem}])
                for path in paths
            ]
            for done in write_cases(cases, paths[0].parent, out, settings):
                assert done.line["status"] == "written", done.line  # noqa: S101

        methods = (copy, pydicom, deidentify)
        times = [[seconds(method) for method in methods] for _ in range(ROUNDS)]
    for place, method in enumerate(methods):
        rate = files / statistics.median(run[place] for run in times)
        ratio = statistics.median(run[0] / run[place] for run in times)
        print(f"{method.__name__:12} {rate:8.0f} files/s {ratio:8.2f} of a copy")
    print(f"peak memory  {peak():8d} MB, of which the phantom has a good part")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=int, nargs="?", default=200)
    parser.add_argument("--peers", type=Path, help="folder of the peers' environments")
    options = parser.parse_args()
    main(options.files)
    if options.peers:
        import bench_peers

        bench_peers.main(options.files, options.peers)
