"""`bonescint review import | export | status`: all decisions of a file are taken, or none."""

import time
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.deid.decisions import Decision, read_decisions, redactions, released
from bonescint.files import write_rows
from bonescint.resources import Texts
from bonescint.runlock import alone
from tests.unit.commands.review_study import (
    BLANK,
    CLASH,
    CODED,
    COLUMNS,
    DECISIONS,
    DOUBT,
    GAP,
    ITEMS,
    KEPT,
    LISTED,
    SOURCE,
    STATION,
    SUSPECT,
    TEXT,
    decide,
    make_study,
    refused,
    saved,
    taken,
)
from tests.unit.study_config import reconfigure


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the current folder that of a study with a list of items."""
    monkeypatch.chdir(tmp_path)
    make_study()


ALL = [
    decide("coded", CODED, "release"),
    decide("image", SUSPECT, "redact", "1:0,0,4,2"),
    decide("image", CLASH, "block"),
    decide("station", STATION, "release"),
    decide("findings:BS-A", TEXT, "block"),
    decide("blank:BS-A", BLANK, "not-stated"),
    decide("blank:BS-B", GAP, "leave-out"),
    decide("opt-out-doubt", DOUBT, "another-person"),
]


def test_the_decisions_of_the_page_are_taken(capsys) -> None:
    assert taken(saved(*ALL)) == 0
    assert "Took 8 decisions of A (2026-01-15): 8 new, 0 known" in capsys.readouterr().out
    found = read_decisions(DECISIONS)
    assert found == sorted(found) and len(found) == 8
    assert released(found) == {("coded", CODED), ("station", STATION), ("blank:BS-A", BLANK),
                               ("opt-out-doubt", DOUBT)}  # fmt: skip
    assert list(redactions(found)) == [SUSPECT]
    assert {(one.reviewer, one.date) for one in found} == {("A", "2026-01-15")}
    assert DECISIONS.stat().st_mode & 0o777 == 0o600
    # the same decisions twice are no mistake, and change nothing
    before = DECISIONS.read_bytes()
    assert taken(saved(*ALL, *ALL)) == 0
    assert "0 new, 8 known" in capsys.readouterr().out
    assert DECISIONS.read_bytes() == before
    assert not list(DECISIONS.parent.glob("*.tmp"))


def test_decisions_of_others_stay_and_the_same_persons_earlier_one_goes(capsys) -> None:
    DECISIONS.write_text(
        "item,sha256,decision,reviewer,date,note\n"
        f"image,{SUSPECT},release,Dr. B,2025-12-01,seen\n"
        f"station,{STATION},block,ａ,2025-12-01,\n"
        f"image,{'f' * 64},block,A,2025-12-01,gone\n",
        encoding="cp932",
    )
    assert taken(saved(decide("station", STATION, "release"))) == 0
    said = capsys.readouterr().out
    assert "replaces an earlier decision of the same person (block → release)" in said
    assert "1 decisions" in said and "not in the list now: 1" in said
    table = DECISIONS.read_text(encoding="utf-8-sig").splitlines()
    assert table == [
        "item\tsha256\tdecision\treviewer\tdate\trectangles\tnote",
        f"image\t{SUSPECT}\trelease\tDr. B\t2025-12-01\t\tseen",
        f"image\t{'f' * 64}\tblock\tA\t2025-12-01\t\tgone",
        f"station\t{STATION}\trelease\tA\t2026-01-15\t\t",
    ]


def test_rectangles_are_recorded_for_the_source_of_a_coded_image() -> None:
    assert taken(saved(decide("coded", CODED, "redact", "1:0,0,4,2"))) == 0
    assert taken(saved(decide("image", SOURCE, "redact", "1:0,0,4,2"))) == 0
    assert read_decisions(DECISIONS) == [
        Decision("image", SOURCE, "redact", "A", "2026-01-15", "1:0,0,4,2")
    ]


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (decide("image", SUSPECT, "redact"), "frame:x,y"),
        (decide("image", SUSPECT, "redact", "1:-1,0,4,2"), "nothing negative"),
        (decide("image", SUSPECT, "redact", "1:0,0,0,2"), "at least 1"),
        (decide("image", SUSPECT, "redact", "1:0,0,9,2"), "2 frames, 8 wide, 32 high"),
        (decide("image", SUSPECT, "redact", "3:0,0,1,1"), "outside the image"),
        (decide("image", SUSPECT, "release", "1:0,0,1,1"), "Only redact has rectangles"),
        (decide("image", SUSPECT, "maybe"), "possible: release, block, redact"),
        (decide("image", CLASH, "redact", "1:0,0,1,1"), "possible: release, block)"),
        (decide("findings:BS-A", TEXT, "redact", "1:0,0,1,1"), "possible: release, block"),
        (decide("blank:BS-B", GAP, "not-stated"), "possible: leave-out"),
        (decide("opt-out-doubt", DOUBT, "release"), "another-person, same-person"),
        (decide("private:(0011,xx12)", KEPT, "release"), "keep_private decides"),
        (decide("image", "f" * 64, "release"), "not in the list"),
        (decide("findings:BS-B", TEXT, "block"), "not in the list"),
        (decide("station", STATION, "block"), "two different decisions"),
    ],
)
def test_one_decision_that_cannot_be_taken_keeps_all_out(capsys, decision, said) -> None:
    path = saved(decide("station", STATION, "release"), decision)
    told = refused(path, capsys)
    assert said in told and "Nothing was taken" in told and "no. 2" in told


def test_many_faults_are_counted(capsys) -> None:
    path = saved(*(decide("image", f"{n:064}"[::-1], "release") for n in range(11, 41)))
    told = refused(path, capsys)
    assert "and 10 more" in told
    # what somebody typed into a cell is not quoted in full
    path = saved(decide("image", f"Yamada Hanako {'x' * 50}", "release"))
    assert "Hanako" not in refused(path, capsys)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "bonescint-decisions/2"}, "another version"),
        ({"format": 1}, "another version"),
        ({"study": "OTHER"}, "another study"),
        ({"study": None}, "lacks a part"),
        ({"decisions": {}}, "lacks a part"),
        ({"decisions": ["release"]}, "lacks a part"),
        ({"decisions": [{"item": "image", "sha256": SUSPECT}]}, "lacks a part"),
        ({"decisions": [{"item": "image", "sha256": SUSPECT, "decision": True}]}, "lacks a part"),
        ({"saved": "15.1.2026"}, "no date"),
        ({"saved": "20260115"}, "no date"),
        ({"saved": "2999-01-01"}, "future"),
        ({"reviewer": ""}, "who decided"),
    ],
)
def test_a_file_that_is_no_decisions_of_this_study(capsys, changes, said) -> None:
    told = refused(saved(decide("station", STATION, "release"), **changes), capsys)
    assert said in told
    assert "OTHER" not in told


@pytest.mark.parametrize(
    "who",
    ["山田", "Yamada", "Hanako Y", "Yamada1948Hanako2", "00471199", "A4711", "Dr.A", "A" * 17,
     "A-1", "4711"],
)  # fmt: skip
def test_a_reviewer_is_a_code_and_no_name(capsys, who) -> None:
    told = refused(saved(decide("station", STATION, "release"), reviewer=who), capsys)
    assert "by a code such as A or R1" in told and who not in told


@pytest.mark.parametrize("who", ["A", "R1", "ａ２", "tech1", "MT2", "reader12"])
def test_what_a_code_looks_like(who) -> None:
    assert taken(saved(decide("station", STATION, "release"), reviewer=who)) == 0


def test_a_name_of_staff_and_an_id_by_the_pattern_are_no_codes(capsys) -> None:
    Path("staff.txt").write_text("Suzuki Mai\n阿部\n", encoding="utf-8")
    reconfigure(delivery={"staff_names": "staff.txt"}, inputs={"patient_id_pattern": r"[A-Z]\d{3}"})
    for who in ("Suzuki1", "A123"):
        assert "by a code" in refused(saved(reviewer=who), capsys)
    assert taken(saved(reviewer="R12")) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged JSON"),
        (b'{"format": "bonescint-decisions/1", "decis', "damaged JSON"),
        (b"\xff\xfe\x00", "damaged JSON"),
        (b"[" * 200_000, "damaged JSON"),
        (b"[]", "another version"),
        (b"PK\x03\x04rest", "x.json"),
    ],
)
def test_what_cannot_be_read(capsys, content, said) -> None:
    Path("x.json").write_bytes(content)
    assert said in refused(Path("x.json"), capsys)


def test_no_file_and_no_list(capsys) -> None:
    assert "cannot be opened" in refused(Path("none.json"), capsys)
    path = saved()
    ITEMS.unlink()
    assert "snakemake review" in refused(path, capsys)
    assert main(["review", "status"]) == 1
    assert main(["review", "export", "x.xlsx"]) == 1


def test_a_page_that_was_kept_open(capsys) -> None:
    path = saved(decide("station", STATION, "release"), decide("findings:BS-A", TEXT, "release"))
    rows = [row | {"decided": "release"} for row in LISTED]
    write_rows(ITEMS, COLUMNS, rows)
    # all that it decides is still there
    assert taken(path) == 0
    DECISIONS.unlink()
    rows[4] = rows[4] | {"sha256": "e" * 64}
    write_rows(ITEMS, COLUMNS, rows)
    told = refused(path, capsys)
    assert "1 of its items are gone or have changed" in told
    assert f"no. 2: findings:BS-A {TEXT[:12]}" in told and "snakemake review" in told


def test_a_table_on_record_that_cannot_be_read_stays(capsys) -> None:
    DECISIONS.write_text("item\tsha256\tdecision\treviewer\tdate\nimage\t00\tmaybe\tA\t1\n")
    assert "row 2" in refused(saved(decide("station", STATION, "release")), capsys)


def test_nothing_is_taken_below_a_run(capsys) -> None:
    path = saved(decide("station", STATION, "release"))
    with alone(Path(".snakemake"), Texts("incidents", "en")):
        assert "under way" in refused(path, capsys)
    assert taken(path) == 0


def test_two_reviewers(capsys) -> None:
    reconfigure(review={"reviewers": 2})
    boxes = decide("image", SUSPECT, "redact", "1:0,0,4,2")
    assert taken(saved(boxes, decide("coded", CODED, "release"), decide("image", CLASH, "block"),
                       decide("opt-out-doubt", DOUBT, "another-person"))) == 0  # fmt: skip
    assert "waiting for another person: 4" in capsys.readouterr().out
    assert read_decisions(DECISIONS, 2) == []
    # the same person twice is not two persons
    assert taken(saved(decide("coded", CODED, "release"), reviewer="Ａ")) == 0
    assert read_decisions(DECISIONS, 2) == []
    second = [
        decide("image", SUSPECT, "redact", "1:0,0,4,3"), decide("coded", CODED, "release"),
        decide("image", CLASH, "release"), decide("opt-out-doubt", DOUBT, "another-person"),
    ]  # fmt: skip
    capsys.readouterr()
    assert taken(saved(*second, reviewer="B")) == 0
    said = capsys.readouterr().out
    assert "decided: 2" in said and "do not agree: 2" in said and "not decided: 4" in said
    assert f"image {SUSPECT[:12]}… (A: redact 1:0,0,4,2, B: redact 1:0,0,4,3)" in said
    assert f"image {CLASH[:12]}… (A: block, B: release)" in said
    agreed = read_decisions(DECISIONS, 2)
    assert released(agreed) == {("coded", CODED), ("opt-out-doubt", DOUBT)}
    assert redactions(agreed) == {}
    assert taken(saved(boxes, reviewer="B")) == 0
    assert list(redactions(read_decisions(DECISIONS, 2))) == [SUSPECT]
    capsys.readouterr()
    assert main(["review", "status"]) == 0
    said = capsys.readouterr().out
    assert "must agree: 2" in said and "do not agree: 1" in said and "00471199" not in said


def test_a_release_does_not_hide_two_different_drawings(capsys) -> None:
    reconfigure(review={"reviewers": 2})
    for who, box in (("A", "1:0,0,4,2"), ("B", "1:0,0,4,3")):
        assert taken(saved(decide("image", SOURCE, "redact", box), reviewer=who)) == 0
    assert taken(saved(decide("coded", CODED, "release"), reviewer="C")) == 0
    assert "do not agree: 1" in capsys.readouterr().out.split("Items:")[-1]


def test_an_image_that_is_released_after_all_gets_no_rectangles(capsys) -> None:
    assert taken(saved(decide("image", SOURCE, "redact", "1:0,0,4,2"))) == 0
    assert taken(saved(decide("image", SOURCE, "redact", "1:0,0,4,2"), reviewer="B")) == 0
    capsys.readouterr()
    assert taken(saved(decide("coded", CODED, "release"))) == 0
    assert "(redact 1:0,0,4,2 → release)" in capsys.readouterr().out
    found = [(one.item, one.decision, one.reviewer) for one in read_decisions(DECISIONS)]
    assert found == [("coded", "release", "A"), ("image", "redact", "B")]
    # the redacted image exists because of its source's redaction
    write_rows(ITEMS, COLUMNS, [LISTED[0] | {"reason": "redacted"}])
    assert taken(saved(decide("coded", CODED, "release"), reviewer="B")) == 0
    assert ("image", SOURCE) in {(one.item, one.sha256) for one in read_decisions(DECISIONS)}


def test_what_is_redacted_is_still_to_be_released(capsys) -> None:
    assert taken(saved(decide("coded", CODED, "redact", "1:0,0,4,2"))) == 0
    assert "decided: 0" in capsys.readouterr().out


def test_thousands_of_decisions_are_taken_quickly() -> None:
    rows = [{"item": "coded", "sha256": f"{n:064}", "kind": "image"} for n in range(2000)]
    write_rows(ITEMS, COLUMNS, rows)
    for word in ("release", "block"):
        start = time.perf_counter()
        assert taken(saved(*(decide("coded", row["sha256"], word) for row in rows))) == 0
        assert time.perf_counter() - start < 10
    assert len(read_decisions(DECISIONS)) == 2000


def test_an_image_that_is_to_leave_is_taken_by_the_name_the_list_gives_it() -> None:
    write_rows(ITEMS, COLUMNS, [LISTED[0] | {"item": "image"}])
    assert taken(saved(decide("image", CODED, "release"), reviewer="B")) == 0
    assert taken(saved(decide("image", CODED, "redact", "1:0,0,1,1"))) == 0
    found = read_decisions(DECISIONS)
    assert released(found) == {("image", CODED)}
    assert list(redactions(found)) == [SOURCE]
