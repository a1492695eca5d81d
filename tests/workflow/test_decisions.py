"""A person's decision about an image, through the whole workflow."""

import json
import shutil
from pathlib import Path

import pydicom
import pytest

from bonescint.files import read_rows
from tests.workflow.runner import configure, jobs, ran, snakemake

HEADER = "item\tsha256\tdecision\treviewer\tdate\n"


def rows(study: Path, pattern: str) -> list[dict[str, str]]:
    return [row for path in sorted(study.glob(pattern)) for row in read_rows(path)]


@pytest.mark.slow
def test_an_image_with_suspected_text_waits_for_its_decision(study: Path) -> None:
    shutil.copytree(study / "demo" / "dicom", study / "raw")
    configure(study, lambda c: c["inputs"].update(dicom="raw"))
    instances = list(read_rows(study / "private" / "cohort.csv"))
    chosen = next(row for row in instances if row["views"].count("+") == 1)
    path = study / "raw" / chosen["path"]
    source = pydicom.dcmread(path)
    source.BurnedInAnnotation = "YES"
    source.save_as(path)
    snakemake(study, "results/anonymization/instances.csv")
    (refused,) = rows(study, "private/refused/*.csv")
    assert (refused["path"], refused["reason"]) == (chosen["path"], "burned-in-suspected")
    report = rows(study, "results/anonymization/[0-9][0-9].csv")
    (line,) = [row for row in report if row["status"] == "refused"]
    assert not list((study / "results" / "dicom").rglob(f"{line['code']}_*.dcm"))

    decisions = study / "private" / "review" / "decisions.tsv"
    decisions.parent.mkdir()
    decision = f"image\t{refused['sha256']}\trelease\tDr. A\t2026-01-15\n"
    decisions.write_text(HEADER + decision, encoding="utf-8")
    snakemake(study)
    assert rows(study, "private/refused/*.csv") == []
    assert len(list((study / "results" / "dicom").rglob(f"{line['code']}_*.dcm"))) == 1
    totals = {
        row["status"]: row["instances"] for row in rows(study, "results/anonymization/i*.csv")
    }
    assert totals == {"written": str(len(instances)), "duplicate": "0", "refused": "0"}

    # a decision about findings codes no image again
    findings = f"findings:BS-AAAAA\t{'0' * 64}\trelease\tDr. A\t2026-01-15\n"
    decisions.write_text(HEADER + decision + findings, encoding="utf-8")
    assert jobs(snakemake(study, "-n")) == {}
    # a malformed line stops the run before anything is done
    decisions.write_text(HEADER + "image\t00\tmaybe\tDr. A\t2026-01-15\n", encoding="utf-8")
    assert "decisions.tsv" in snakemake(study, "-n", fails=True)


@pytest.mark.slow
def test_another_exam_is_taken_by_a_list_and_never_by_itself(study: Path) -> None:
    shutil.copytree(study / "demo" / "dicom", study / "raw")
    configure(study, lambda c: c["inputs"].update(dicom="raw"))
    instances = list(read_rows(study / "private" / "cohort.csv"))
    first = next(row for row in instances if row["views"].count("+") == 1)
    path = study / "raw" / first["path"]
    exam = pydicom.dcmread(path)
    for number, day in enumerate(("20190926", "20190928")):
        exam.StudyDate = day
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            exam[keyword].value = f"1.2.392.200036.9116.7.{number}.{len(keyword)}"
        exam.file_meta.MediaStorageSOPInstanceUID = exam.SOPInstanceUID
        exam.save_as(path.with_name(f"later{number}.dcm"))
    exam = pydicom.dcmread(path)
    exam.BurnedInAnnotation = "YES"
    exam.save_as(path)
    snakemake(study)
    (told,) = rows(study, "results/anonymization/other_exams.warnings.csv")
    exams = rows(study, "private/other_exams.csv")
    assert [(row["exam_date"], row["refused"]) for row in exams[1:]] == [
        ("2019-09-26", "0"), ("2019-09-28", "0"),
    ]  # fmt: skip
    code = json.loads(told["where"])["code"]
    assert not list((study / "results" / "dicom").glob(f"*/{code}/*.dcm"))
    assert "2019-09" not in told["values"]

    listed = f"患者ID,検査日\n{exams[2]['patient_id']},2019/9/28\n"
    (study / "exams.csv").write_text(listed, encoding="cp932")
    configure(study, lambda c: c["inputs"].update(exam_dates="exams.csv"))
    # imports would stop here, because the software's results are of the other exam
    again = ran(snakemake(study, "results/cases.csv", "private/other_exams.csv"))
    assert {"select_cohort", "list_other_exams"} <= set(again)
    assert again.count("anonymize_batch") == 1
    assert {"index_dicom", "filter_opt_out"}.isdisjoint(again)
    assert rows(study, "private/other_exams.csv") == []
    (written,) = (study / "results" / "dicom").glob(f"*/{code}/*.dcm")
    assert pydicom.dcmread(written).StudyDate == "20190928"
