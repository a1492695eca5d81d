"""One folder through both doors, workflow and command: what becomes of a file is the same."""

import inspect
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from scripts.anonymize.anonymize_batch import anonymize_batch
from scripts.cohort.assign_codes import assign_codes
from scripts.cohort.filter_opt_out import filter_opt_out
from scripts.cohort.select_cohort import select_cohort
from scripts.cohort.split_cohort import split_cohort
from scripts.ingest.index_dicom import index_dicom

from bonescint.custody.declined import unseal_doubts
from bonescint.deid.decisions import other_persons, read_decisions, redactions, released_images
from bonescint.deid.folder import deidentify_folder
from bonescint.deid.instance import Settings
from bonescint.deid.policy import load_policies
from bonescint.deid.uids import UidReplacer
from bonescint.dicom.limits import DEFAULT
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.files import read_rows
from bonescint.identity.ledger import create_ledger, open_ledger
from bonescint.names.doubts import OptOutDoubt
from bonescint.resources import ROOT
from tests.unit.deid.samples import as_file, siemens

# path: last part of the SOP Instance UID, patient, what makes the content another one, outcome
FOLDER = {
    "alone": ("1", "A1", "", "written"),
    "copies/1": ("2", "A1", "", "written"),
    "copies/2": ("2", "A1", "", "duplicate"),
    "sub/copy": ("3", "A1", "", "duplicate"),
    "away/copy": ("3", "A1", "", "written"),
    "differ/1": ("4", "A1", "counts", "conflict"),
    "differ/2": ("4", "A1", "", "conflict"),
    # what is written would be the same: the source decides
    "differ/3": ("5", "A1", "", "conflict"),
    "differ/4": ("5", "A1", "preamble", "conflict"),
    "differ/5": ("6", "A1", "", "conflict"),
    "differ/6": ("6", "a-1", "", "conflict"),
    "three/1": ("7", "A1", "", "conflict"),
    "three/2": ("7", "A1", "counts", "conflict"),
    "three/3": ("7", "A1", "", "conflict"),
    "two patients/1": ("8", "A1", "", "conflict"),
    "two patients/2": ("8", "B2", "", "conflict"),
    "two patients/3": ("9", "B2", "", "written"),
    "two patients/4": ("10", "A1", "", "conflict"),
    "two patients/5": ("10", "", "", "no-patient-id"),
    "two patients/6": ("11", "A1", "", "conflict"),
    "two patients/7": ("11", "C3", "", "no-code"),
    "two patients/8": ("12", "D4", "", "opt-out"),
    # it may be the image of the patient who declined
    "two patients/9": ("12", "A1", "", "conflict"),
    "two patients/10": ("21", "D4", "", "opt-out"),
    "two patients/11": ("21", "A1", "", "written"),
    # name and birth date of the patient who declined; a person decided that G7 is another patient
    "doubt/1": ("22", "E55", "", "opt-out-doubt"),
    "doubt/2": ("23", "E55", "", "opt-out-doubt"),
    "doubt/3": ("23", "A1", "", "conflict"),
    "doubt/4": ("24", "F6", "no birth date", "opt-out-doubt"),
    "doubt/5": ("25", "G7", "", "written"),
    "doubt/6": ("26", "H8", "other birth date", "written"),
    "doubt/7": ("27", "J9", "", "opt-out-doubt"),
    # no valid patient ID, but it holds the ID of a patient who declined, or almost that ID
    "doubt/8": ("28", "No:D4", "other name", "opt-out-doubt"),
    "doubt/10": ("30", "D4\0\0XJUNK", "other name", "opt-out"),
    "doubt/9": ("29", '"+0D4"', "other name", "opt-out"),
    "chosen/1": ("13", "A1", "", "conflict"),
    "chosen/2": ("13", "A1", "counts", "written"),
    "chosen/3": ("13", "A1", "counts", "duplicate"),
    "chosen/4": ("14", "A1", "", "conflict"),
    "chosen/5": ("14", "A1", "counts", "conflict"),
    "chosen/6": ("15", "A1", "", "written"),
    "chosen/7": ("15", "B2", "", "conflict"),
    "gone/1": ("16", "A1", "", "conflict"),
    "gone/2": ("16", "A1", "", "unreadable"),
    "gone/3": ("17", "A1", "", "unreadable"),
    "burned in/1": ("18", "A1", "text", "burned-in-suspected"),
    "burned in/2": ("18", "A1", "text", "duplicate"),
    "burned in/3": ("19", "A1", "text", "conflict"),
    "burned in/4": ("19", "A1", "", "conflict"),
    "burned in/5": ("31", "A1", "text", "written"),
    "burned in/6": ("32", "A1", "text", "written"),
    "burned in/7": ("32", "A1", "", "conflict"),
    "no uid/1": ("", "A1", "", "missing-uid"),
    "no uid/2": ("", "A1", "counts", "missing-uid"),
    "no image": ("20", "A1", "cut", "truncated"),
}
RELEASED = ("two patients/11", "chosen/2", "chosen/4", "chosen/5", "chosen/6", "alone")
REDACTED = ("burned in/5", "burned in/6")
GONE = ("gone/2", "gone/3")
# the study has its own reasons where the command lacks a code
SAME = {"no_patient_id": "no-patient-id", "not_participant": "no-code"}


def content(uid: str, patient: str, what: str) -> bytes:
    source = siemens()
    source.SOPInstanceUID, source.PatientID = f"1.2.3.{uid or '99'}", patient
    source.PatientName = {**dict.fromkeys("EF", "mori emi"), "D": "MORI^EMI", "G": "Mori^Emi^^Ms",
                          "H": "MORI^EMI"}.get(patient[:1], f"SATO^{patient[:1]}KO")  # fmt: skip
    if patient == "J9":
        source.OtherPatientIDs = "E55"
    if "birth date" in what:
        source.PatientBirthDate = "" if what == "no birth date" else "19500102"
    if what == "counts":
        source.CountsAccumulated = "1"
    if what == "text":
        source.BurnedInAnnotation = "YES"
    data = as_file(source, preamble=b"x" * 128 if what == "preamble" else bytes(128))
    if not uid:
        data = data.replace(b"1.2.3.99", b"\0" * 8)
    return data[:-10] if what == "cut" else data


class Doors(dict[str, object]):
    """A raw folder and the steps' arguments by name; a table is called as its argument."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.raw = folder, folder / "raw"
        for path, (uid, patient, what, _) in FOLDER.items():
            (self.raw / path).parent.mkdir(parents=True, exist_ok=True)
            (self.raw / path).write_bytes(content(uid, patient, what))
        hashes = [sha256((self.raw / path).read_bytes()).hexdigest() for path in RELEASED]
        (folder / "decisions.csv").write_text(
            "item\tsha256\tdecision\treviewer\tdate\trectangles\n"
            + "".join(f"image\t{digest}\trelease\tA\t2026-01-15\n" for digest in hashes)
        )
        hashes = [sha256((self.raw / path).read_bytes()).hexdigest() for path in REDACTED]
        with (folder / "decisions.csv").open("a") as table:
            table.writelines(f"image\t{h}\tredact\tA\t2026-01-15\t1:0,0,4,2\n" for h in hashes)
        files = {name: folder / f"ledger.{name}" for name in ("path", "key", "head")}
        digest = create_ledger(**files).digest(OptOutDoubt("G7", "D4", "same").payload)
        with (folder / "decisions.csv").open("a") as table:
            table.write(f"opt-out-doubt\t{digest}\tanother-person\tA\t2026-01-15\n")
        (folder / "opt_out.csv").write_text("患者ID,申出者,申出日\nD4,本人,2024-01-10\n")
        (folder / "participants.csv").write_text(
            "患者ID,試験番号\nA1,S1\nB2,S1\nD4,S1\nE5,S1\nG7,S1\nH8,S1\n"
        )
        super().__init__(
            dicom=self.raw,
            dicom_root=self.raw,
            workers=1,
            language="en",
            id_pattern="[0-9A-Z]+",
            calendar=None,
            reviewers=1,
            rectangles=folder / "rectangles",
            exam_dates=None,
            layout=None,
            layouts=None,
            limits=DEFAULT,
            study={"id": "S", "title": "T", "synthetic": True},
            preceding_study="S1",
            settings={
                "sex": "F",
                "exam_from": "2019-06-01",
                "exam_to": "2019-09-30",
                "unknown_view": "keep",
                "secondary_capture": "refuse",
            },
            ledger=files,
            coded=folder / "dicom",
            destination=folder / "dicom",
            batches=folder / "batches",
            batch_size=100,
            made_by="",
            batch=folder / "batches/00.csv",
            redactions=folder / "rectangles/00.csv",
            tag_table=ROOT / "resources/tag_table.csv",
            study_description="STUDY",
            series_description="SERIES",
            secondary_capture="refuse",
            lossy="keep",
            keep_private=[],
            vocabulary=None,
            tracers=BONE_TRACERS,
        )

    def __missing__(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def step(self, function: Callable[..., None]) -> None:
        function(**{name: self[name] for name in inspect.signature(function).parameters})

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(read_rows(self.folder / f"{name}.csv"))

    def workflow(self) -> dict[str, str]:
        """Return path -> outcome, those left out with who declined excepted."""
        self.step(index_dicom)
        for path in GONE:
            (self.raw / path).rename(self.folder / path.replace("/", " "))
        for function in (
            filter_opt_out, select_cohort, assign_codes, split_cohort, anonymize_batch,
        ):  # fmt: skip
            self.step(function)
        for path in GONE:
            (self.folder / path.replace("/", " ")).rename(self.raw / path)
        sealed = unseal_doubts(self["doubts"], open_ledger(**self["ledger"]))  # type: ignore[arg-type]
        outcomes = dict.fromkeys((row["path"] for row in self.rows("cohort")), "written")
        outcomes |= dict.fromkeys(sealed["files"], "opt-out-doubt")
        for table in ("unreadable", "excluded", "refused"):
            outcomes |= {row["path"]: row["reason"] for row in self.rows(table)}
        return {path: SAME.get(outcome, outcome) for path, outcome in outcomes.items()}

    def command(self) -> dict[str, str]:
        """Return path -> outcome; with the same settings, codes and secret."""
        book = open_ledger(**self["ledger"])  # type: ignore[arg-type]

        def lose(stage: str, done: int, total: int | None) -> None:
            if (stage, done) == ("index", len(FOLDER)):
                for path in GONE:
                    (self.raw / path).unlink()

        deidentify_folder(
            source=self.raw,
            destination=self.folder / "out",
            settings=Settings(
                policies=load_policies(ROOT / "resources/tag_table.csv", "STUDY", "SERIES"),
                uids=UidReplacer(book.uid_secret),
                keep_secondary_capture=False,
                releases=released_images(read_decisions(self.folder / "decisions.csv")),
                redactions=redactions(read_decisions(self.folder / "decisions.csv")),
            ),
            codes=book.codes(),
            declined=frozenset({"D4"}),
            jobs=1,
            language="en",
            progress=lose,
            settled=other_persons(read_decisions(self.folder / "decisions.csv")),
        )
        rows = self.rows("out/report")
        return {row["source"]: row["reason"] or row["status"] for row in rows}


def written(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.dcm")}


class Both(NamedTuple):
    """What came out of the two doors."""

    doors: Doors
    workflow: dict[str, str]
    command: dict[str, str]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    doors = Doors(tmp_path_factory.mktemp("doors"))
    return Both(doors, doors.workflow(), doors.command())


EXPECTED = {path: outcome for path, (*_, outcome) in FOLDER.items()}


def test_both_doors_decide_alike(both: Both) -> None:
    assert both.command == EXPECTED
    # patients who declined are left out of every table of the workflow, and counted
    declined = {path: "opt-out" for path, outcome in EXPECTED.items() if outcome == "opt-out"}
    assert both.workflow | declined == EXPECTED
    assert both.workflow.keys().isdisjoint(declined)
    counts = both.doors.rows("counts")[0]
    assert counts["files_opted_out"] == str(len(declined))
    held = list(EXPECTED.values()).count("opt-out-doubt")
    assert (counts["files_in_doubt"], counts["patients_in_doubt"]) == (str(held), "4")
    flow = {row["reason"]: row["files"] for row in both.doors.rows("flow")}
    assert flow["opt_out_doubt"] == str(held)


def test_both_doors_write_the_same_bytes(both: Both) -> None:
    files = written(both.doors.folder / "out")
    assert len(files) == list(EXPECTED.values()).count("written")
    assert files == written(both.doors.folder / "dicom")


def test_a_decision_about_a_clash_names_the_same_hash_at_both_doors(both: Both) -> None:
    excluded = both.doors.rows("excluded")
    hashes = {row["path"]: row["sha256"] for row in excluded if row["sha256"]}
    assert set(hashes) == {p for p, o in EXPECTED.items() if o in ("conflict", "duplicate")}
    report = {row["source"]: row["sha256"] for row in both.doors.rows("out/report")}
    assert {path: report[path] for path in hashes} == hashes
