"""One reason for every file that is out, and flow counts that add up."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from bonescint.cohort.selection import decide, exclusion

SETTINGS = {
    "sex": "F",
    "exam_from": "2019-06-01",
    "exam_to": "2019-09-30",
    "unknown_view": "refuse",
    "secondary_capture": "refuse",
}


def row(path: str = "a", **changed: str) -> dict[str, str]:
    return {
        "path": path,
        "subject": "1",
        "contested": "",
        "patient_sex": "F",
        "kind": "whole_body",
        "modality": "NM",
        "phase": "delayed",
        "views": "anterior",
        "study_date": "20190603",
        "study_instance_uid": "1.2",
        "sop_instance_uid": f"1.2.{path}",
        "tracer": "MDP",
    } | changed


def test_a_study_says_which_images_are_its_exam() -> None:
    settings = SETTINGS | {"images": {"kind": "static", "phase": "any"}}
    assert exclusion(row(kind="static", phase="unclear"), {"1"}, settings) is None
    assert exclusion(row(), {"1"}, settings) == "whole_body"
    late = SETTINGS | {"images": {"kind": "static"}}
    assert exclusion(row(kind="static", phase="unclear"), {"1"}, late) == "phase_unclear"


def test_without_a_preceding_study_everybody_may_be_in() -> None:
    assert exclusion(row(subject="9"), None, SETTINGS) is None
    assert exclusion(row(subject=""), None, SETTINGS) == "no_patient_id"
    assert exclusion(row(subject="9"), frozenset(), SETTINGS) == "not_participant"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"subject": ""}, "no_patient_id"),
        ({"subject": "9"}, "not_participant"),
        ({"patient_sex": "M"}, "sex"),
        ({"patient_sex": ""}, "sex"),
        ({"kind": "other_modality"}, "other_modality"),
        ({"kind": "spect"}, "spect"),
        ({"kind": "secondary_capture"}, "secondary_capture"),
        ({"phase": "early"}, "early"),
        ({"phase": "unclear"}, "phase_unclear"),
        ({"views": ""}, "views_unclear"),
        ({"study_date": ""}, "no_exam_date"),
        ({"study_date": "20231332"}, "no_exam_date"),
        ({"study_date": "06/07/2023"}, "no_exam_date"),
        ({"study_date": "20190531"}, "outside_window"),
        ({"study_date": "20190601"}, None),
        ({"study_date": "20190930"}, None),
        ({"study_date": "20191001"}, "outside_window"),
    ],
)
def test_reason_of_one_instance(changed: dict[str, str], reason: str | None) -> None:
    assert exclusion(row(**changed), {"1"}, SETTINGS) == reason


def test_configuration_can_keep_what_is_refused_by_default() -> None:
    keep = SETTINGS | {"unknown_view": "keep", "secondary_capture": "keep", "sex": "any"}
    odd = row(views="", kind="secondary_capture", patient_sex="M")
    assert exclusion(odd, {"1"}, keep) is None
    assert exclusion(odd | {"modality": "OT"}, {"1"}, keep) == "secondary_capture"


def decided(rows: list[dict[str, str]], dicom: Path = Path()) -> dict[str, str | None]:
    pairs = decide(rows, {"1", "2", "3"}, {}, SETTINGS, dicom)
    return {r["path"]: reason for r, reason in pairs}


def test_copies_and_conflicts(tmp_path: Path) -> None:
    for name, content in {"a": "x", "b": "x", "c": "y", "d": "z"}.items():
        (tmp_path / name).write_text(content)
    same = [row("a", sop_instance_uid="1"), row("b", sop_instance_uid="1")]
    assert decided(same, tmp_path) == {"a": None, "b": "duplicate"}
    other = [row("c", sop_instance_uid="2"), row("d", sop_instance_uid="2")]
    assert decided(other, tmp_path) == {"c": "conflict", "d": "conflict"}


def test_a_person_can_choose_one_of_two_contents(tmp_path: Path) -> None:
    for name in "cde":
        (tmp_path / name).write_text(name.replace("e", "d"))
    rows = [row(name, sop_instance_uid="2") for name in "cde"]
    digests = {name: sha256(name.encode()).hexdigest() for name in "cd"}

    def reasons(*released: str) -> dict[str, str | None]:
        pairs = decide(rows, {"1"}, {}, SETTINGS, tmp_path, frozenset(released))
        return {r["path"]: reason for r, reason in pairs}

    assert reasons(digests["d"]) == {"c": "conflict", "d": None, "e": "duplicate"}
    # both contents are released: it is still open which one is true
    assert set(reasons(*digests.values()).values()) == {"conflict"}
    (conflict, _) = next(
        pair for pair in decide(rows, {"1"}, {}, SETTINGS, tmp_path) if pair[0]["path"] == "c"
    )
    assert conflict["sha256"] == digests["c"]


def test_a_file_that_is_out_by_its_header_still_counts_among_the_files_of_its_uid(
    tmp_path: Path,
) -> None:
    for name in "abcd":
        (tmp_path / name).write_text(name)
    rows = [
        # nobody can say whether it is the participant's image or the other patient's
        row("a", sop_instance_uid="1"),
        row("b", sop_instance_uid="1", subject="9"),
        row("c", sop_instance_uid="2", study_instance_uid="1.3"),
        row("d", sop_instance_uid="2", study_instance_uid="1.4", tracer="unknown"),
    ]
    assert decided(rows, tmp_path) == {
        "a": "conflict",
        "b": "not_participant",
        "c": "conflict",
        "d": "tracer_unknown",
    }


def test_a_copy_that_is_gone_and_files_without_a_uid_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    rows = [row(name, sop_instance_uid="1") for name in "ab"]
    # de-identification refuses these with the true reason
    rows += [row(name, sop_instance_uid="") for name in "cd"]
    assert decided(rows, tmp_path) == {"a": "conflict", "b": "unreadable", "c": None, "d": None}


def test_first_exam_counts() -> None:
    rows = [row("a", study_date="20190702", study_instance_uid="1.3"), row("b")]
    assert decided(rows) == {"a": "later_exam", "b": None}


def test_the_first_exam_is_the_first_however_its_date_is_spelt() -> None:
    rows = [row("a", study_date="2019.07.02", study_instance_uid="1.3"), row("b")]
    assert decided(rows) == {"a": "later_exam", "b": None}
    again = [row("a", study_date="2019-06-03"), row("b")]
    assert decided(again) == {"a": None, "b": None}


def test_the_exam_that_a_person_chose_is_taken() -> None:
    later = {"study_date": "2019.07.02", "study_instance_uid": "1.3"}
    rows = [row("a"), row("b", **later), row("c", **later), row("d", subject="2")]

    def taken(day: date) -> dict[str, str | None]:
        pairs = decide(rows, {"1", "2"}, {}, SETTINGS, Path(), chosen={"1": day})
        return {r["path"]: reason for r, reason in pairs}

    assert taken(date(2019, 7, 2)) == {"a": "other_exam", "b": None, "c": None, "d": None}
    # no exam of that day can be taken; the first exam does not come back by itself
    assert taken(date(2019, 7, 3)) == dict.fromkeys("abc", "other_exam") | {"d": None}
    assert taken(date(2019, 6, 3)) == {"a": None, "b": "other_exam", "c": "other_exam", "d": None}
