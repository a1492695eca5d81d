"""A folder coded outside the workflow: every file accounted for, nothing half-written, no leak."""

import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from bonescint.declared import columns
from bonescint.deid import folder as module
from bonescint.deid.folder import Account, deidentify_folder
from bonescint.deid.instance import Settings
from bonescint.deid.uids import UidReplacer
from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.identity.codes import CODE_PATTERN
from bonescint.resources import ROOT, Texts
from tests.unit.deid.door import POLICIES, SETTINGS
from tests.unit.deid.samples import SECRET, as_file, base, ge, siemens

REAL = Path(os.environ.get("BONESCINT_REAL_DATA", ROOT.parent / "shared/data/real"))


def scan(uid: str, patient: str = "A1", ds: Dataset | None = None, **values: str) -> bytes:
    ds = ds or siemens()
    ds.SOPInstanceUID, ds.PatientID = f"1.2.3.{uid}", patient
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return as_file(ds)


class Run:
    """A source folder and what becomes of it."""

    def __init__(self, place: Path) -> None:
        self.source = place / "raw"
        self.destination = place / "out"
        self.source.mkdir()

    def add(self, name: str, data: bytes) -> None:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def start(
        self,
        codes: dict[str, str] | None = None,
        jobs: int = 1,
        keep: bool = False,
        releases: Iterable[str] = (),
        declined: Iterable[str] = (),
    ) -> Account:
        settings = Settings(POLICIES, UidReplacer(SECRET), keep, releases=frozenset(releases))
        self.stages: list[tuple[str, int, int | None]] = []
        return deidentify_folder(
            source=self.source,
            destination=self.destination,
            settings=settings,
            codes=codes,
            declined=frozenset(declined),
            jobs=jobs,
            language="ja",
            progress=lambda *stage: self.stages.append(stage),
        )

    def report(self) -> dict[str, dict[str, str]]:
        rows = list(read_rows(self.destination / "report.csv"))
        names = [row["source"].replace("\\xff", "\udcff") for row in rows]
        assert names == sorted(names)
        return {row["source"]: row for row in rows}

    def reasons(self) -> dict[str, str]:
        return {name: row["reason"] or row["status"] for name, row in self.report().items()}

    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.destination).as_posix()
            for path in self.destination.rglob("*")
            if path.is_file()
        )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_every_file_is_accounted_for(run: Run) -> None:
    run.add("b/1.dcm", scan("1", "A-1"))
    run.add("b/2.dcm", scan("2", "Ａ１", StudyTime="101501"))
    run.add("b/copy.dcm", scan("1", "A-1"))
    run.add("b.txt", b"a text file")
    run.add("cut", scan("3")[:-50])
    run.add("empty", b"")
    run.add("nobody", scan("4", " "))
    run.add("stranger", scan("5", "ZZ9"))
    run.add("ct", scan("6", ds=base(), SOPClassUID="1.2.840.10008.5.1.4.1.1.2"))
    os.mkfifo(run.source / "pipe")
    (run.source / "link").symlink_to(run.source / "b/1.dcm")
    (run.source / "link to a folder").symlink_to(run.source / "b")
    Path(os.fsdecode(os.fsencode(run.source) + b"/\xff.dcm")).write_bytes(scan("7"))
    account = run.start({"A1": "M001"})
    assert run.reasons() == {
        "\\xff.dcm": "file-name",
        "b.txt": "not-dicom",
        "b/1.dcm": "written",
        "b/2.dcm": "written",
        "b/copy.dcm": "duplicate",
        "ct": "sop-class",
        "cut": "truncated",
        "empty": "empty",
        "link": "symbolic-link",
        "link to a folder": "symbolic-link",
        "nobody": "no-patient-id",
        "pipe": "special-file",
        "stranger": "no-code",
    }
    assert run.files() == ["M001/M001_01.dcm", "M001/M001_02.dcm", "report.csv"]
    assert sum(account.counts.values()) == 13
    assert account.counts["refused", "symbolic-link"] == 2
    for reason in run.reasons().values():
        assert reason in ("written", "duplicate") or f"reason.{reason}" in Texts("deid", "ja")


def test_the_report(run: Run) -> None:
    run.add("Yamada/1", scan("1"))
    run.add("Yamada/2", scan("1"))
    burned = scan("9", BurnedInAnnotation="YES")
    run.add("Yamada/3", burned)
    run.start({"A1": "M001"})
    assert list(next(iter(run.report().values()))) == list(columns("deidentified"))
    first, second, third = run.report().values()
    written = run.destination / first["destination"]
    assert first["destination"] == "M001/M001_01.dcm"
    assert dcmread(written).PatientID == first["code"] == "M001"
    assert (second["status"], second["destination"]) == ("duplicate", "")
    assert hashlib.sha256(written.read_bytes()).hexdigest() == first["sha256"]
    assert hashlib.sha256(burned).hexdigest() == third["sha256"]
    assert (third["status"], third["reason"], third["code"]) == (
        "refused",
        "burned-in-suspected",
        "M001",
    )
    for path in (run.destination, written.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in (run.destination / "report.csv", written):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ("index", 3, None) in run.stages
    assert run.stages[-1] == ("code", 3, 3)


def test_one_uid_under_two_patients_is_a_conflict(run: Run) -> None:
    run.add("1", scan("1", "A1"))
    run.add("2", scan("1", "B2"))
    run.add("3", scan("3", "B2"))
    run.add("4", scan("4", "C3"))
    run.add("5", scan("4", ""))
    run.add("6", scan("6", "D4"))
    run.add("7", scan("6", "E5"))
    run.start({"A1": "M1", "B2": "M2", "C3": "M3", "D4": "M4"})
    assert run.reasons() == {
        "1": "conflict",
        "2": "conflict",
        "3": "written",
        "4": "conflict",
        "5": "no-patient-id",
        "6": "conflict",
        "7": "no-code",
    }
    assert not (run.destination / "M1").exists()


def test_an_image_that_may_be_of_a_patient_who_declined_is_a_conflict(run: Run) -> None:
    run.add("1", scan("1", "A1"))
    run.add("2", scan("1", "B2", PatientName="Mori^Emi"))
    run.start({"A1": "M1", "B2": "M2"}, declined=["B2"])
    assert run.reasons() == {"1": "conflict", "2": "opt-out"}


def test_a_person_decides_what_is_released(run: Run) -> None:
    burned, hers = scan("9", "A1", BurnedInAnnotation="YES"), scan("1", "A1")
    run.add("1", burned)
    run.add("2", hers)
    run.add("3", scan("1", "B2"))
    run.start({"A1": "M1", "B2": "M2"})
    assert list(run.reasons().values()) == ["burned-in-suspected", "conflict", "conflict"]
    wanted = [row["sha256"] for row in run.report().values()]
    assert wanted[:2] == [hashlib.sha256(data).hexdigest() for data in (burned, hers)]
    shutil.rmtree(run.destination)
    run.start({"A1": "M1", "B2": "M2"}, releases=wanted[:2])
    assert list(run.reasons().values()) == ["written", "written", "conflict"]
    shutil.rmtree(run.destination)
    run.start({"A1": "M1", "B2": "M2"}, releases=wanted)
    assert list(run.reasons().values()) == ["written", "conflict", "conflict"]


def test_files_without_a_uid_are_no_conflict(run: Run) -> None:
    for name, patient in (("1", "A1"), ("2", "B2")):
        data = scan("1", patient)
        run.add(name, data.replace(b"1.2.3.1\0", b"\0" * 8))
    run.start()
    assert set(run.reasons().values()) == {"missing-uid"}


def test_codes_are_drawn_at_random(run: Run) -> None:
    for n in range(6):
        run.add(str(n), scan(str(n), f"P{n // 2}"))
    run.start()
    codes = {row["code"] for row in run.report().values()}
    assert len(codes) == 3
    assert all(re.fullmatch(CODE_PATTERN, code) for code in codes)
    run.destination.rename(run.source.parent / "first")
    run.start()
    assert codes.isdisjoint(row["code"] for row in run.report().values())


def test_same_input_codes_and_secret_give_the_same_bytes(run: Run) -> None:
    for n in range(4):
        run.add(f"{n}", scan(f"{n}", f"P{n}"))
    codes = {f"P{n}": f"M{n}" for n in range(4)}
    run.start(codes, jobs=2)
    first = {name: (run.destination / name).read_bytes() for name in run.files()}
    run.destination.rename(run.source.parent / "first")
    run.start(codes, jobs=1)
    assert {name: (run.destination / name).read_bytes() for name in run.files()} == first


def test_a_crashing_decoder_stops_no_other_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(12):
        run.add(f"{n:02}", scan(f"{n}", f"P{n:02}"))
    run.add("03b", scan("99", "P03"))
    whole = module.write_cases

    def fatal(cases: Iterable[tuple[str, list[dict[str, str]]]], *others: object) -> object:
        for code, rows in cases:
            yield from whole([(code, rows[:1])], *others)
            if code == "M03":
                os._exit(139)
            yield from whole([(code, rows[1:])], *others)

    monkeypatch.setattr(module, "write_cases", fatal)
    run.start({f"P{n:02}": f"M{n:02}" for n in range(12)}, jobs=2)
    assert Counter(run.reasons().values()) == {"written": 11, "unexpected": 2}
    assert run.reasons()["03"] == run.reasons()["03b"] == "unexpected"
    assert len(run.files()) == 12
    assert not (run.destination / "M03").exists()


def test_doubts_name_codes_or_rows_of_the_report(run: Run) -> None:
    run.add("1", scan("1", "A1"))
    run.add("2", scan("2", "A1", PatientName="Suzuki^Haruko"))
    run.add("3", scan("3", "B2"))
    run.add("4", scan("4", "C3", PatientName="Mori^Emi"))
    run.add("5", scan("5", "C3", PatientName="Mori^Aya"))
    account = run.start({"A1": "M1", "B2": "M2"})
    assert [d["where"] for d in account.doubts] == ["M1", "report.csv の 5 行目", "M1, M2"]
    assert not any(word in str(account.doubts) for word in ("Suzuki", "Mori", "A1", "C3"))


def test_an_interrupted_run_leaves_whole_files_and_no_report(run: Run) -> None:
    for n in range(3):
        run.add(str(n), scan(str(n), f"P{n}"))

    def interrupt(stage: str, done: int, total: int | None) -> None:
        if stage == "code":
            raise KeyboardInterrupt

    handler, mask = signal.getsignal(signal.SIGINT), os.umask(0o022)
    os.umask(mask)
    with pytest.raises(KeyboardInterrupt):
        deidentify_folder(
            run.source, run.destination, SETTINGS, None, frozenset(), 1, "ja", interrupt
        )
    assert signal.getsignal(signal.SIGINT) is handler
    assert os.umask(mask) == mask
    assert run.files()
    assert all(name.endswith(".dcm") for name in run.files())
    with pytest.raises(InputError, match=r"report\.csv"):
        run.start()


def test_ctrl_c_reaches_this_process_and_not_the_workers(run: Run) -> None:
    for n in range(6):
        run.add(str(n), scan(str(n), f"P{n}"))
    program = """
import os, signal, sys, time
from bonescint.deid import folder
whole = folder.write_cases
def slow(*given):
    os.killpg(os.getpgrp(), signal.SIGINT)
    time.sleep(0.2)
    yield from whole(*given)
folder.write_cases = slow
from bonescint.cli import main
sys.exit(main(["deidentify", *sys.argv[1:], "--jobs", "2"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(run.source), str(run.destination)],
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 130
    assert "report.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert "report.csv" not in run.files()
    assert all(name.endswith(".dcm") for name in run.files())


def test_folders_that_will_not_do(run: Run) -> None:
    def message() -> str:
        with pytest.raises(InputError) as mistake:
            run.start()
        return str(mistake.value)

    source, destination = run.source, run.destination
    text = Texts("commands", "ja")
    assert message() == text("source.empty")
    run.add("sub/1", scan("1"))
    run.source = source / "none"
    assert message() == text("source.none")
    run.source = source
    for nested in (source, source / "out", source.parent, source / ".." / "raw" / "out"):
        run.destination = nested
        assert message() == text("destination.nested")
    run.destination = destination
    destination.write_text("")
    assert message() == text("destination.file")
    destination.unlink()
    destination.mkdir()
    (destination / ".hidden").write_text("")
    assert message() == text("destination.unfinished")
    (destination / "report.csv").write_text("")
    assert message() == text("destination.full")
    for name in (".hidden", "report.csv"):
        (destination / name).unlink()
    run.start()
    assert len(run.files()) == 2


def test_a_name_that_only_the_index_reads_is_looked_for(run: Run) -> None:
    # pydicom splits these kanji at a byte that is no delimiter, so the row's name decides
    source = ge()
    source.PatientName, source.StationName = "X^Y==春子^夏", "春子"
    run.add("1", scan("1", ds=source))
    run.start()
    assert run.reasons()["1"] == "residual-identifier"


def test_a_patient_who_declined_goes_under_every_id(run: Run) -> None:
    item = Dataset()
    item.PatientID = "00-77"
    for name, patient, other in (
        ("1", "A1", "B22\\C33\\UNKNOWN"),
        ("2", "C33", ""),
        ("3", "D4", ""),
    ):
        ds = siemens()
        ds.OtherPatientIDs = other
        if name == "3":
            ds.OtherPatientIDsSequence = [item]
        run.add(name, scan(name, patient, ds))
    run.add("4", scan("4", "E5", PatientName="Mori^Emi"))
    account = run.start(declined=["B22", "77", "99", "UNKNOWN"])
    assert run.reasons() == {"1": "opt-out", "2": "opt-out", "3": "opt-out", "4": "written"}
    assert account.unmatched == 2


@pytest.mark.real_data
def test_every_real_file_is_accounted_for(run: Run) -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real files (BONESCINT_REAL_DATA or {REAL.name})")
    run.source = REAL
    before = {p: p.stat().st_mtime_ns for p in REAL.rglob("*")}
    run.start(jobs=2, keep=True)
    assert {p: p.stat().st_mtime_ns for p in REAL.rglob("*")} == before
    files = sorted(p.relative_to(REAL).as_posix() for p in REAL.rglob("*") if p.is_file())
    assert list(run.report()) == files
    written = {r["destination"] for r in run.report().values() if r["status"] == "written"}
    assert {*written, "report.csv"} == set(run.files())
    assert "unexpected" not in run.reasons().values()
    for name in written:
        data = (run.destination / name).read_bytes()
        assert b"BERRA" not in data
        assert b"CompressedSamples" not in data
