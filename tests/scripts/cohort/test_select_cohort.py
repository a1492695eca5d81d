"""Who is chosen, why every other file is not, and counts that add up."""

from collections import Counter
from pathlib import Path

import pytest
from scripts.cohort.select_cohort import select_cohort

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.warning_words import warnings_in_words
from tests.unit.cohort.test_selection import SETTINGS

# a participant's scan: on a Monday of an odd week, and the evidence of what it is
SCAN = {
    "patient_sex": "F",
    "modality": "NM",
    "study_date": "20190603",
    "kind": "whole_body",
    "kind_evidence": "ImageType WHOLE BODY",
    "phase": "delayed",
    "phase_evidence": "SeriesDescription delayed",
    "views": "anterior",
    "views_evidence": "StartAngle 180",
    "tracer": "MDP",
    "tracer_evidence": "Radiopharmaceutical MDP",
}
PARTICIPANTS = ("1", "2", "3", "4")


def scan(path: str, subject: str = "1", **changed: str) -> dict[str, str]:
    uids = {"sop_instance_uid": f"1.{path}", "study_instance_uid": f"2.{subject}"}
    row = {"path": path, "subject": subject, "patient_id": f"00{subject}"}
    return SCAN | uids | row | changed


Tables = dict[str, list[dict[str, str]]]


def run(
    folder: Path,
    *scans: dict[str, str],
    calendar: str = "",
    decisions: str = "",
    unreadable: tuple[str, ...] = (),
    exam_dates: str = "",
) -> Tables:
    consented = [*columns("index"), *columns("consented")]
    write_rows(folder / "consented.csv", consented, scans)
    lost = [{"path": str(n), "reason": reason} for n, reason in enumerate(unreadable)]
    write_rows(folder / "unreadable.csv", ["path", "reason"], lost)
    counts = {
        "files_found": len(scans) + len(lost) + 3,
        "files_indexed": len(scans) + 3,
        "patients_indexed": len({row["subject"] for row in scans} - {""}) + 1,
        "files_opted_out": 3,
        "patients_opted_out": 1,
    }
    write_rows(folder / "opt_out.csv", list(counts), [counts])
    listed = "".join(f"00{subject},HS2022-005\n" for subject in PARTICIPANTS)
    (folder / "participants.csv").write_text("患者ID,試験番号\n" + listed, encoding="utf-8")
    (folder / "calendar.csv").write_text("検査日,薬剤\n" + calendar, encoding="utf-8")
    (folder / "exams.csv").write_text("患者ID,検査日\n" + exam_dates, encoding="utf-8")
    if decisions:
        header = "item\tsha256\tdecision\treviewer\tdate\n"
        (folder / "decisions.tsv").write_text(header + decisions, encoding="utf-8")
    names = ("cohort", "excluded", "flow", "warnings")
    select_cohort(
        consented=folder / "consented.csv",
        unreadable=folder / "unreadable.csv",
        counts=folder / "opt_out.csv",
        dicom=folder,
        participants=folder / "participants.csv",
        calendar=folder / "calendar.csv" if calendar else None,
        exam_dates=folder / "exams.csv" if exam_dates else None,
        settings=SETTINGS,
        preceding_study="HS-2022-005",
        language="en",
        decisions=folder / "decisions.tsv",
        **{name: folder / f"{name}.csv" for name in names},
    )
    return {name: list(read_rows(folder / f"{name}.csv")) for name in names}


def reasons(tables: Tables) -> dict[str, str]:
    return {row["path"]: row["reason"] for row in tables["excluded"]}


def test_every_file_is_chosen_or_has_one_reason(tmp_path: Path) -> None:
    scans = [
        scan("b", "2", tracer="HMDP", tracer_evidence="", study_date="20190610"),
        scan("a"),
        scan("c", "9"),
        scan("d", "", patient_id=""),
        scan("e", "3", patient_sex="M"),
        scan("f", "4", study_date="20190531"),
        scan("g", "1", study_date="20190701", study_instance_uid="2.1.2"),
    ]
    tables = run(tmp_path, *scans, unreadable=("truncated", "empty", "empty"))
    assert [(row["path"], row["subject"], row["tracer"]) for row in tables["cohort"]] == [
        ("a", "1", "MDP"),
        ("b", "2", "HMDP"),
    ]
    assert tuple(tables["cohort"][0]) == columns("cohort")
    assert reasons(tables) == {
        "c": "not_participant",
        "d": "no_patient_id",
        "e": "sex",
        "f": "outside_window",
        "g": "later_exam",
    }
    flow = tables["flow"]
    out = Counter({row["reason"]: int(row["files"]) for row in flow if row["kind"] == "out"})
    assert out == Counter(reasons(tables).values()) + Counter(opt_out=3, truncated=1, empty=2)
    assert flow[0]["files"] == str(out.total() + 2)
    last = {key: flow[-1][key] for key in ("step", "files", "patients", "MDP", "HMDP")}
    assert last == {"step": "cohort", "files": "2", "patients": "2", "MDP": "1", "HMDP": "1"}
    assert tables["warnings"] == []


@pytest.mark.parametrize(
    ("changed", "reason", "evidence"),
    [
        ({"kind": "spect", "kind_evidence": "ImageType TOMO"}, "spect", "ImageType TOMO"),
        ({"kind": "other_modality"}, "other_modality", "ImageType WHOLE BODY"),
        ({"phase": "early"}, "early", "SeriesDescription delayed"),
        ({"phase": "unclear", "phase_evidence": ""}, "phase_unclear", ""),
        ({"views": ""}, "views_unclear", "StartAngle 180"),
        ({"tracer": "conflict"}, "tracer_conflict", "Radiopharmaceutical MDP"),
        ({"tracer": "other"}, "tracer_other", "Radiopharmaceutical MDP"),
        ({"patient_sex": "M"}, "sex", ""),
        ({"study_date": ""}, "no_exam_date", ""),
    ],
)
def test_what_in_the_header_says_so_is_shown(
    tmp_path: Path, changed: dict[str, str], reason: str, evidence: str
) -> None:
    (row,) = run(tmp_path, scan("a", **changed))["excluded"]
    assert tuple(row) == columns("excluded")
    assert row == {
        "path": "a", "subject": "1", "reason": reason, "evidence": evidence, "sha256": "",
    }  # fmt: skip


def test_the_calendar_speaks_where_headers_are_silent(tmp_path: Path) -> None:
    silent = scan("a", tracer="unknown")
    assert reasons(run(tmp_path, silent)) == {"a": "tracer_unknown"}
    (row,) = run(tmp_path, silent, calendar="2019-06-03,MDP\n")["cohort"]
    assert row["tracer"] == "MDP"
    assert reasons(run(tmp_path, scan("a"), calendar="2019-06-03,HMDP\n")) == {
        "a": "tracer_conflict"
    }


def exams() -> list[dict[str, str]]:
    later = {"study_date": "20190701", "study_instance_uid": "2.9"}
    return [scan("a"), scan("b", **later), scan("c", "2"), scan("d", "9", study_date="20190702")]


def test_a_listed_exam_is_taken_in_the_place_of_the_first(tmp_path: Path) -> None:
    tables = run(tmp_path, *exams(), exam_dates="0001,2019/7/1\n")
    assert [row["path"] for row in tables["cohort"]] == ["b", "c"]
    assert reasons(tables) == {"a": "other_exam", "d": "not_participant"}
    assert tables["warnings"] == []


def test_a_listed_exam_that_there_is_not_stops_the_run(tmp_path: Path) -> None:
    for listed in ("0001,2019-07-02\n", "1,2019-06-03\n0001,2019-07-01\n", "1,2019-10-01\n"):
        with pytest.raises(InputError, match=r'"exams\.csv" row [23] column'):
            run(tmp_path, *exams(), exam_dates=listed)
        assert not (tmp_path / "cohort.csv").exists()


def test_a_listed_exam_of_nobody_or_that_cannot_be_taken_is_told_by_its_row(tmp_path: Path) -> None:
    scans = [*exams(), scan("e", study_date="20190801", phase="early", study_instance_uid="2.8")]
    listed = "77,2019-07-01\n9,2019-07-02\n1,2019-08-01\n"
    tables = run(tmp_path, *scans, exam_dates=listed)
    assert [row["path"] for row in tables["cohort"]] == ["c"]
    assert reasons(tables)["a"] == reasons(tables)["b"] == "other_exam"
    told = warnings_in_words(tables["warnings"], "en")
    assert [(row["source"], row["where"]) for row in told] == [
        ("exams.csv", "row 2"), ("exams.csv", "row 3"), ("exams.csv", "row 4"),
    ]  # fmt: skip
    assert "no effect" in told[1]["message"] and "no other exam" in told[2]["message"]


def test_a_conflict_names_the_hash_that_a_decision_needs(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text(name)
    scans = [scan(name, sop_instance_uid="1.7") for name in "ab"]
    tables = run(tmp_path, *scans)
    assert reasons(tables) == {"a": "conflict", "b": "conflict"}
    digest = tables["excluded"][1]["sha256"]
    tables = run(tmp_path, *scans, decisions=f"image\t{digest}\trelease\tDr. A\t2026-01-15\n")
    assert [row["path"] for row in tables["cohort"]] == ["b"]
    assert reasons(tables) == {"a": "conflict"}


def test_a_week_that_breaks_the_alternation_is_told(tmp_path: Path) -> None:
    days = {"1": "20190603", "2": "20190617", "3": "20190701", "4": "20190604"}
    scans = [scan(n, n, study_date=day, tracer="MDP") for n, day in days.items()]
    scans[-1]["tracer"] = "HMDP"
    (warning,) = warnings_in_words(run(tmp_path, *scans)["warnings"], "en")
    assert (warning["rule"], warning["where"]) == ("R7", "2019-W23")
    assert "1 exams with HMDP" in warning["message"]


@pytest.mark.parametrize("scans", [[], [scan("a", "9"), scan("b", "8")]])
def test_nobody_is_left(tmp_path: Path, scans: list[dict[str, str]]) -> None:
    tables = run(tmp_path, *scans)
    assert tables["cohort"] == tables["warnings"] == []
    assert len(tables["excluded"]) == len(scans)
    assert tables["flow"][-1] == {
        "step": "cohort", "kind": "in", "reason": "",
        "files": "0", "patients": "0", "MDP": "0", "HMDP": "0",
    }  # fmt: skip
    header = (tmp_path / "cohort.csv").read_text(encoding="utf-8-sig")
    assert header == ",".join(columns("cohort")) + "\n"


def test_a_list_without_the_preceding_study_stops_the_run(tmp_path: Path) -> None:
    run(tmp_path, scan("a"))
    text = (tmp_path / "participants.csv").read_text(encoding="utf-8")
    (tmp_path / "participants.csv").write_text(text.replace("005", "006"), encoding="utf-8")
    (tmp_path / "cohort.csv").unlink()
    names = ("consented", "unreadable", "participants", "cohort", "excluded", "flow", "warnings")
    with pytest.raises(InputError, match="HS-2022-005"):
        select_cohort(
            **{name: tmp_path / f"{name}.csv" for name in names},
            counts=tmp_path / "opt_out.csv",
            dicom=tmp_path,
            calendar=None,
            exam_dates=None,
            settings=SETTINGS,
            preceding_study="HS-2022-005",
            language="en",
            decisions=tmp_path / "decisions.tsv",
        )
    assert not (tmp_path / "cohort.csv").exists()
