"""A batch on disk: every instance written, found double, or refused; and the summary of batches."""

import csv
import logging
import os
import runpy
import shutil
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.pixels import pixel_array
from scripts.anonymize.anonymize_batch import anonymize_batch

from bonescint.declared import columns
from bonescint.deid.decisions import STATION, decision_line, station_digest
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import create_ledger
from bonescint.names.ids import normalise
from bonescint.resources import ROOT, Texts
from tests.unit.deid.samples import PATIENT_ID, as_file, ge, siemens

COLUMNS = ["path", "sop_instance_uid", "subject", "views", "tracer", "patient_birth_date",
           "patient_id", "patient_name"]  # fmt: skip
REAL = Path(os.environ.get("BONESCINT_REAL_DATA", ROOT.parent / "shared/data/real"))


@pytest.fixture(autouse=True, scope="module")
def quiet():
    with quiet_pydicom():
        yield


class Study:
    """A raw tree, a ledger and one batch in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.raw.mkdir()
        self.rows: list[dict[str, str]] = []
        self.keep_private: list[dict[str, object]] = []
        self.vocabulary: str | None = None
        self.ledger = create_ledger(folder / "ledger.age", folder / "ledger.key")
        self.destination = folder / "results/dicom/b1"

    def add(self, name: str, data: bytes, uid: str, views: str = "", subject: str = "A1") -> None:
        (self.raw / name).write_bytes(data)
        self.ledger.assign([subject])
        row = {"path": name, "sop_instance_uid": uid, "subject": subject, "views": views}
        self.rows.append(row | {"tracer": "MDP", "patient_birth_date": "19480317"})

    def run(self, secondary_capture: str = "refuse") -> list[dict[str, str]]:
        batch = self.folder / "b1.csv"
        write_rows(batch, COLUMNS, self.rows)
        anonymize_batch(
            batch=batch,
            dicom_root=self.raw,
            ledger={"path": self.folder / "ledger.age", "key": self.folder / "ledger.key"},
            tag_table=ROOT / "resources/tag_table.csv",
            study_description="SYNTHETIC BONE SCINTIGRAPHY",
            series_description="SYNTHETIC WHOLE BODY",
            secondary_capture=secondary_capture,
            lossy="keep",
            keep_private=self.keep_private,
            vocabulary=self.vocabulary,
            decisions=self.folder / "decisions.tsv",
            destination=self.destination,
            report=self.folder / "report.csv",
            tags=self.folder / "tags.csv",
            refused=self.folder / "refused.csv",
        )
        return list(read_rows(self.folder / "report.csv"))

    def refused(self) -> list[dict[str, str]]:
        return list(read_rows(self.folder / "refused.csv"))

    def files(self) -> list[str]:
        found = self.destination.rglob("*")
        return sorted(p.relative_to(self.destination).as_posix() for p in found if p.is_file())


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path)


def test_one_case_of_two_views(study):
    for number, (name, view) in enumerate([("WHOLE BODY_F", "posterior"), ("X", ""),
                                           ("WHOLE BODY_E", "anterior")]):  # fmt: skip
        source = ge(name)
        source.SOPInstanceUID = f"1.2.3.{number}"
        del source.PatientAge
        study.add(f"{number}_YAMADA.dcm", as_file(source), f"1.2.3.{number}", view)
    rows = study.run()
    code = study.ledger.code_of("A1")
    assert [row["views"] for row in rows] == ["anterior", "posterior", ""]
    assert [row["file"] for row in rows] == [f"{code}/{code}_{n:02}.dcm" for n in (1, 2, 3)]
    assert study.files() == [row["file"] for row in rows]
    first = rows[0]
    assert first["age"] == "71"  # from the birth date; the file has none (R25)
    assert "PatientAge" not in dcmread(study.destination / first["file"])
    assert first["study_date"] == "2019-07-01"
    assert (first["height_cm"], first["weight_kg"]) == ("155.3", "51.2")
    assert (first["sex"], first["tracer"], first["status"]) == ("F", "MDP", "written")
    assert all(
        int(first[f"n_{key}"]) > 0
        for key in ("kept", "vocabulary", "coded", "fixed", "uid", "removed")
    )
    assert study.refused() == []


def test_one_bad_file_never_stops_the_rest(study):
    study.add("a", b"a text file", "1.1")
    study.add("b", as_file(siemens())[:-100], "1.2")
    burned = siemens()
    burned.BurnedInAnnotation = "YES"
    study.add("c", as_file(burned), "1.3")
    study.add("d", as_file(siemens()), "1.4")
    study.add("e", b"", "1.5", subject="B2")
    study.add("f", b"", "1.6")
    (study.raw / "f").unlink()
    rows = study.run()
    assert len(rows) == 6
    reasons = {row["path"]: row["reason"] for row in study.refused()}
    assert reasons == {"a": "not-dicom", "b": "pixel-length", "c": "burned-in-suspected",
                       "e": "not-dicom", "f": "unreadable"}  # fmt: skip
    texts = [Texts("deid", language) for language in ("ja", "en")]
    assert all(t(f"reason.{reason}") for reason in reasons.values() for t in texts)
    assert len(study.files()) == 1


def test_a_failure_nobody_foresaw_is_a_refusal_without_a_message(study, monkeypatch):
    def fail(*args):
        raise RuntimeError("Yamada Hanako")

    monkeypatch.setattr("bonescint.deid.instance.prepare", fail)
    study.add("a", as_file(siemens()), "1.1")
    assert study.run()[0]["reason"] == "unexpected"
    detail = study.refused()[0]["detail"]
    assert "RuntimeError" in detail
    assert "Yamada" not in detail


def test_remarks_of_pydicom_do_not_reach_the_log(caplog):
    with quiet_pydicom():
        logging.getLogger("pydicom.pixels.decoders.base").error("Yamada")
        logging.getLogger("pydicom").warning("Yamada")
    assert caplog.records == []


def test_duplicates_and_conflicts(study):
    study.add("a", as_file(siemens()), "1.1")
    study.add("copy of a", as_file(siemens()), "1.1")
    study.add("b", as_file(ge()), "1.2")
    # another file, if only by its preamble: select_cohort would say the same
    study.add("c", as_file(ge(), preamble=b"x" * 128), "1.2")
    rows = study.run()
    assert [row["status"] for row in rows] == ["written", "duplicate", "refused", "refused"]
    assert {row["reason"] for row in rows[2:]} == {"conflict"}
    # no hash of a source on the coded side
    assert rows[1]["file"] == rows[1]["sha256"] == rows[2]["sha256"] == ""
    assert len(study.files()) == 1


def test_same_input_same_bytes(study):
    study.add("a", as_file(siemens()), "1.1", "anterior+posterior")
    first = study.run()
    before = (study.destination / first[0]["file"]).read_bytes()
    shutil.rmtree(study.destination)
    assert study.run() == first
    assert (study.destination / first[0]["file"]).read_bytes() == before


def test_an_empty_batch_has_its_tables_and_folder(study):
    assert study.run() == []
    assert study.destination.is_dir()
    header = (study.folder / "refused.csv").read_text(encoding="utf-8-sig")
    assert next(csv.reader([header])) == list(columns("refused"))


def test_a_patient_without_a_code_stops_the_run(study):
    study.add("a", as_file(siemens()), "1.1")
    study.rows[0]["subject"] = normalise(PATIENT_ID)
    with pytest.raises(InputError, match="1") as mistake:
        study.run()
    assert "12345678" not in str(mistake.value)
    assert not study.destination.exists()


def test_the_adapter_hands_over_what_the_rule_has(study):
    study.add("a", as_file(siemens()), "1.1")
    write_rows(study.folder / "b1.csv", COLUMNS, study.rows)
    write_rows(study.folder / "r1.csv", columns("redactions"), [])
    ledger = {"path": str(study.folder / "ledger.age"), "key": str(study.folder / "ledger.key")}
    output = {"dicom": "out", "report": "out.csv", "tags": "tags.csv", "refused": "refused.csv"}
    snakemake = SimpleNamespace(
        input=SimpleNamespace(
            batch=str(study.folder / "b1.csv"), redactions=str(study.folder / "r1.csv")
        ),
        params=SimpleNamespace(
            tag_table="resources/tag_table.csv",
            dicom=str(study.raw),
            ledger=ledger,
            descriptions={"study": "S", "series": "T"},
            secondary_capture="refuse",
            lossy="keep",
            keep_private=[],
            vocabulary=None,
            limits={"file_mb": 8},
            decisions=str(study.folder / "decisions.tsv"),
            reviewers=1,
        ),
        output=SimpleNamespace(**{key: str(study.folder / name) for key, name in output.items()}),
        log=[str(study.folder / "log.txt")],
    )
    script = ROOT / "scripts/anonymize/anonymize_batch.py"
    mask = os.umask(0o077)
    try:
        runpy.run_path(str(script), {"snakemake": snakemake}, run_name="__main__")
    finally:
        os.umask(mask)
    (row,) = read_rows(study.folder / "out.csv")
    assert dcmread(study.folder / "out" / row["file"]).StudyDescription == "S"
    assert "1 written" in (study.folder / "log.txt").read_text(encoding="utf-8")


@pytest.mark.real_data
def test_a_real_whole_body_scan(study):
    path = Path(get_testdata_file("JPGExtended.dcm", download=False))
    study.add("scan", path.read_bytes(), "1.1", "anterior")
    assert study.run()[0]["reason"] == "secondary-capture"
    row = study.run("keep")[0]
    assert row["status"] == "written"
    written = (study.destination / row["file"]).read_bytes()
    result = dcmread(BytesIO(written))
    assert np.array_equal(pixel_array(result), pixel_array(dcmread(path)))
    assert result.LossyImageCompression == "01"
    assert result.ViewCodeSequence[0].CodeValue == "399321004"
    for name in (b"BERRA", b"JAMES", b"8NM1", b"CompressedSamples", b"172.16.193.2", b"CLUNIE"):
        assert name in path.read_bytes()
        assert name not in written
    for keyword in ("ScanVelocity", "CountsAccumulated", "WholeBodyTechnique", "StationName"):
        assert result[keyword].value == dcmread(path)[keyword].value


def test_a_station_name_and_a_text_of_the_hospitals_own_stay_by_their_records(study):
    source = siemens()
    source.SpecificCharacterSet, source.InstitutionName = "ISO_IR 192", "湊海岸病院"
    source.StationName, source.ProtocolName = "湊海岸病院NM1", "Knochen DPD"
    study.add("1.dcm", as_file(source), "1.2.3")
    (row,) = study.run()
    (refused,) = study.refused()
    digest = station_digest("湊海岸病院NM1")
    assert (row["reason"], row["station_sha256"]) == ("residual-identifier", digest)
    assert (refused["detail"], refused["station_sha256"]) == ("(0008,1010)", digest)
    line = decision_line(digest, STATION)
    (study.folder / "decisions.tsv").write_text(
        f"item\tsha256\tdecision\treviewer\tdate\n{line}\n", encoding="utf-8"
    )
    (row,) = study.run()
    assert (row["station_name"], row["station_sha256"]) == ("湊海岸病院NM1", "")
    assert row["unlisted_attributes"] == "ProtocolName ViewCodeSequence"
    table = study.folder / "vocabulary.csv"
    table.write_text(
        "keyword,match,term,decided_by,date,reason\n"
        "ProtocolName,knochen dpd,,technologist,2026-01-15,seen\n",
        encoding="utf-8",
    )
    study.vocabulary = str(table)
    (row,) = study.run()
    assert row["unlisted_attributes"] == "ViewCodeSequence"
    assert dcmread(study.destination / row["file"]).ProtocolName == "knochen dpd"


@pytest.mark.real_data
def test_every_real_file_is_accounted_for(study):
    if not REAL.is_dir():
        pytest.skip(f"no real files (BONESCINT_REAL_DATA or {REAL.name})")
    files = sorted(p for p in REAL.rglob("*") if p.is_file())
    for number, path in enumerate(files):
        study.add(f"{number}", path.read_bytes(), f"1.{number}", subject=f"P{number}")
    rows = study.run("keep")
    assert len(rows) == len(files)
    by_name = {path.name: study.ledger.code_of(f"P{n}") for n, path in enumerate(files)}
    status = {row["code"]: row["reason"] or row["status"] for row in rows}
    assert "unexpected" not in status.values()
    # not decodable here, no pixels inside, not NM, no DICOM: the true reasons
    for name, expected in {
        "NM1_UNC": "written", "NM1_J2KR": "written", "NM1_JPLL": "written", "Background": "written",
        "NM1_JPLY": "pixels-undecodable", "NM-NmIm-Siemens-s1-1.dcm": "no-pixel-data",
        "CT_small.dcm": "sop-class", "test-SR.dcm": "sop-class", "zipMR.gz": "not-dicom",
    }.items():  # fmt: skip
        if name in by_name:
            assert status[by_name[name]] == expected, name
    for row in rows:
        if row["status"] == "written":
            written = (study.destination / row["file"]).read_bytes()
            assert b"BERRA" not in written
            source = files[int(study.ledger.subject_of(row["code"])[1:])]
            assert np.array_equal(
                pixel_array(BytesIO(written), raw=True), pixel_array(source, raw=True)
            )
