"""How many checks de-identification tools pass, by the actions of the public MIDI-B challenge.

    python tests/bench/bench_scorecard.py [--women N] [--peers PYTHON]

Every tool is given the corpus of planted identifiers (tests/planted) and the raw files of the
demonstration, one of each SOP Instance UID. The answer key is ours (tests/scorecard/key.py), and so
is the scorer. What the study forbids is told in columns of its own, and counts in "all".
``--peers`` is the Python of an environment with other tools (dicognito, dicom-anonymizer, deid and
the others of bench_peers.py); those it cannot import are left out.
"""

import argparse
import logging
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydicom import dcmread

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.bench_peers import PEERS, SECRET, launch
from tests.planted.corpus import corpus
from tests.scorecard.key import of_demonstration, of_planted
from tests.scorecard.scorer import ACTIONS, Check, Scored, score

from bonescint.deid.batch import write_cases
from bonescint.deid.instance import Settings
from bonescint.deid.policy import load_policies
from bonescint.deid.uids import UidReplacer
from bonescint.demo.cohort import write_scans
from bonescint.demo.patients import sample_patients
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.dicom.tree import index_tree
from bonescint.names.ids import normalise
from bonescint.resources import ROOT


def lay_out(folder: Path, women: int) -> list[Check]:
    """Write both sets of files into one folder, and return their answer key."""
    key: list[Check] = []
    for number, file in enumerate(corpus()):
        (folder / f"p{number:04}.dcm").write_bytes(file.data)
        key += of_planted(file, f"p{number:04}.dcm")
    for number, data in enumerate(demonstration(women)):
        (folder / f"d{number:04}.dcm").write_bytes(data)
        key += of_demonstration(data, f"d{number:04}.dcm")
    return key


def demonstration(women: int) -> Iterator[bytes]:
    """Yield the demonstration's images, each SOP Instance UID once and whole."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    settings = config["demo"] | {"women_per_tracer": women, "with_findings": women}
    patients = sample_patients(settings, config["cohort"])
    seen = set()
    with tempfile.TemporaryDirectory() as place:
        write_scans(Path(place), patients, settings["seed"], 2)
        for readable, row in index_tree(Path(place), 1):
            if readable and row["sop_instance_uid"] not in seen:
                seen.add(row["sop_instance_uid"])
                yield (Path(place) / row["path"]).read_bytes()


def ours(source: Path, target: Path) -> dict[str, bytes]:
    """Return name of the file -> what this workflow writes, a code for each patient."""
    policies = load_policies(ROOT / "resources/tag_table.csv", "BONE SCINTIGRAPHY", "WHOLE BODY")
    settings = Settings(policies, UidReplacer(SECRET), keep_secondary_capture=False)
    patients: dict[str, list[dict[str, str]]] = defaultdict(list)
    with quiet_pydicom():
        for readable, row in index_tree(source, 1):
            if readable:
                patients[normalise(row["patient_id"])].append(row)
        cases = [(f"BS-{n:05}", rows) for n, rows in enumerate(patients.values())]
        return {
            done.row["path"]: (target / str(done.line["file"])).read_bytes()
            for done in write_cases(cases, source, target, settings)
            if done.line["status"] == "written"
        }


def available(python: str | None) -> list[str]:
    """Return the peers that can be imported; says what cannot."""
    if python is None or shutil.which(python) is None:
        print("no peers: --peers names the Python of an environment that has them")
        return []
    found = []
    for name, (_, module) in PEERS.items():
        command = [python, "-c", f"import {module}"]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            found.append(name)
        else:
            print(f"{name}: cannot be imported in that environment, left out")
    return found


def told(scored: list[Scored]) -> str:
    """Return passed and total of checks, with their share."""
    passed = sum(one.passed for one in scored)
    return f"{passed} / {len(scored)} ({passed / len(scored):.2%})" if scored else "-"


def table(head: str, groups: list[str], of: str, scores: dict[str, list[Scored]]) -> None:
    """Print a row for each group: the checks that the study allows, of all tools."""
    print(f"\n| {head} | {' | '.join(scores)} |")
    print("|---" * (len(scores) + 1) + "|")
    for group in groups:
        cells = [
            told([s for s in scored if getattr(s.check, of) == group and not s.check.demand])
            for scored in scores.values()
        ]
        print(f"| {group} | {' | '.join(cells)} |")


def lost(scored: list[Scored]) -> None:
    """Print which checks failed that nothing forbids, by attribute."""
    failed = Counter(
        (s.check.action, s.check.category, "/".join(map(str, s.check.path)), s.check.file[0])
        for s in scored
        if not s.passed and not s.check.demand
    )
    print(f"\nwhat bonescint fails of what the study allows: {failed.total()}")
    for (action, category, path, files), n in failed.most_common(40):
        print(f"  {n:6} {action} {category} {path or 'the file'} ({files})")


def main(women: int, python: str | None) -> None:
    """Print the tables."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    names = available(python)
    scores: dict[str, list[Scored]] = {}
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "raw"
        source.mkdir()
        key = lay_out(source, women)
        scores["bonescint"] = list(score(key, ours(source, Path(place) / "ours")))
        for name in names:
            target = Path(place) / name
            launch(str(python), name, source, target)
            scores[name] = list(score(key, {p.name: p.read_bytes() for p in target.iterdir()}))
        images = [dcmread(p, force=True, stop_before_pixels=True) for p in source.glob("d*")]
        print(f"{len(corpus())} planted files, {len(images)} of the demonstration")
    for files, letter in (("demonstration", "d"), ("planted corpus", "p")):
        print(f"\n| {files} | all | what the study allows | what it forbids |\n|---|---|---|---|")
        for name, scored in scores.items():
            of_set = [s for s in scored if s.check.file[0] == letter]
            allowed = [s for s in of_set if not s.check.demand]
            forbidden = [s for s in of_set if s.check.demand]
            print(f"| {name} | {told(of_set)} | {told(allowed)} | {told(forbidden)} |")
    table("action", list(ACTIONS), "action", scores)
    table("category", sorted({check.category for check in key}), "category", scores)
    print("\n| forbidden by the study | " + " | ".join(scores) + " |")
    print("|---" * (len(scores) + 1) + "|")
    for demand in sorted({check.demand for check in key} - {""}):
        cells = [told([s for s in all_ if s.check.demand == demand]) for all_ in scores.values()]
        print(f"| {demand} | {' | '.join(cells)} |")
    lost(scores["bonescint"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--women", type=int, default=50)
    parser.add_argument("--peers")
    options = parser.parse_args()
    main(options.women, options.peers)
