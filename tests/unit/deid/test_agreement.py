"""Where two persons must agree, one person's decision lets nothing pass."""

import re
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.deid.decisions import (
    COLUMNS,
    blanks_decided,
    other_persons,
    read_decisions,
    redactions,
    released,
    released_images,
    released_stations,
    standings,
)
from bonescint.deid.rectangles import parse_rectangles
from bonescint.delivery.incomplete import incomplete
from bonescint.delivery.review import digest, undecided
from bonescint.errors import InputError
from bonescint.resources import ROOT
from tests.unit.deid.samples import as_file, siemens

ONE, TWO = "1" * 64, "2" * 64
BOX = "1:0,0,4,2"


def table(folder: Path, *rows: tuple[str, ...]) -> Path:
    """Write decisions (item, hash, word, reviewer, and rectangles if any)."""
    path = folder / "decisions.tsv"
    lines = ["\t".join([*COLUMNS, "rectangles"])]
    for item, sha256, word, reviewer, *rectangles in rows:
        lines.append("\t".join([item, sha256, word, reviewer, "2026-01-15", *rectangles]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


PASSING = [
    ("image", "release", "", lambda d: released_images(d)),
    ("image", "redact", BOX, lambda d: redactions(d)),
    ("coded", "release", "", lambda d: {h for i, h in released(d) if i == "coded"}),
    ("station", "release", "", lambda d: released_stations(d)),
    ("findings:BS-A", "release", "", lambda d: {h for _, h in released(d)}),
    ("opt-out-doubt", "another-person", "", lambda d: other_persons(d)),
    ("blank:BS-A", "not-stated", "", lambda d: {h for _, h in blanks_decided(d)}),
    ("blank:BS-A", "leave-out", "", lambda d: {h for _, h in blanks_decided(d)}),
]


@pytest.mark.parametrize(("item", "word", "box", "passing"), PASSING)
def test_two_different_persons_must_agree(tmp_path, item, word, box, passing) -> None:
    def rows(*reviewers: str) -> Path:
        return table(tmp_path, *((item, ONE, word, reviewer, box) for reviewer in reviewers))

    assert set(passing(read_decisions(rows("A")))) == {ONE}
    for reviewers in (("A",), ("A", "A"), ("A", "ａ "), ("Dr. A", "dr.a")):
        assert not passing(read_decisions(rows(*reviewers), 2))
    assert set(passing(read_decisions(rows("A", "B"), 2))) == {ONE}
    assert set(passing(read_decisions(rows("A", "B", "C"), 2))) == {ONE}


@pytest.mark.parametrize("reviewers", [1, 2])
@pytest.mark.parametrize(
    "other", [("block",), ("redact", BOX), ("redact", "1:0,0,4,3")], ids=lambda o: o[-1]
)
def test_a_different_decision_stops_it(tmp_path, reviewers, other) -> None:
    path = table(
        tmp_path,
        ("image", ONE, "release", "A"), ("image", ONE, "release", "B"), ("image", ONE, *other[:1],
         "C", *other[1:]), ("image", TWO, "redact", "A", BOX), ("image", TWO, "redact", "B", BOX),
    )  # fmt: skip
    found = read_decisions(path, reviewers)
    assert released(found) == frozenset()
    assert redactions(found) == {TWO: parse_rectangles(BOX)}


def test_where_decisions_stand(tmp_path) -> None:
    path = table(
        tmp_path,
        ("image", ONE, "release", "A"), ("image", TWO, "block", "A"), ("image", TWO, "block", "B"),
        ("station", ONE, "release", "A"), ("station", ONE, "block", "B"),
    )  # fmt: skip
    found = standings(read_decisions(path), 2)
    assert [(one.item, one.state) for one in found] == [
        ("image", "waits"), ("image", "decided"), ("station", "disagreed"),
    ]  # fmt: skip
    assert [one.state for one in standings(read_decisions(path), 1)][0] == "decided"


def test_one_persons_leave_out_takes_no_case_out_of_the_delivery(tmp_path) -> None:
    row = dict.fromkeys(
        ("code", "exam_date", "eod", "metastasis", "age", "sex", "height_cm", "weight_kg"), "1"
    )
    rows = [row | {"code": "BS-A", "findings": ""}]
    (one,) = incomplete(rows, None)
    for reviewers, decision in ((1, "leave-out"), (2, "")):
        path = table(tmp_path, ("blank:BS-A", one.sha256, "leave-out", "A"))
        assert incomplete(rows, path, reviewers)[0].decision == decision


def test_one_persons_release_of_findings_is_not_enough(tmp_path) -> None:
    row = {"code": "BS-A", "kinds": "date", "sha256": digest("x")}
    path = table(tmp_path, ("findings:BS-A", row["sha256"], "release", "A"))
    assert not list(undecided([row], path, "en"))
    assert list(undecided([row], path, "en", 2))


@pytest.mark.parametrize(
    "row",
    [
        ("image", ONE, "redact", "A"), ("image", ONE, "redact", "A", "1:0,0"),
        ("image", ONE, "release", "A", BOX), ("station", ONE, "redact", "A", BOX),
        ("coded", ONE, "redact", "A", BOX), ("image", ONE, "redact", "A", "1:0,0,-4,2"),
    ],
)  # fmt: skip
def test_rectangles_that_say_nothing_clear_stop_everything(tmp_path, row) -> None:
    path = table(tmp_path, ("image", TWO, "release", "A"), row)
    with pytest.raises(InputError) as mistake:
        read_decisions(path)
    assert "row 3" in mistake.value.problems[0] and "矩形" not in mistake.value.problems[0]


def test_rectangles_are_one_decision_however_they_are_spelled(tmp_path) -> None:
    path = table(
        tmp_path,
        ("image", ONE, "redact", "A", f"2:0,0,1,1; {BOX}"),
        ("Image", ONE.upper(), "redact", "B", f"{BOX};2:0,0,1,1;{BOX}"),
    )
    assert redactions(read_decisions(path, 2)) == {ONE: parse_rectangles(f"{BOX};2:0,0,1,1")}


def test_the_command_asks_for_two_persons_as_well(tmp_path, capsys) -> None:
    source = siemens()
    source.BurnedInAnnotation = "YES"
    (tmp_path / "in").mkdir()
    data = as_file(source)
    (tmp_path / "in" / "a.dcm").write_bytes(data)
    from hashlib import sha256

    rows = [("image", sha256(data).hexdigest(), "redact", who, BOX) for who in "AB"]

    def written(name: str, *options: str) -> int:
        command = ["deidentify", str(tmp_path / "in"), str(tmp_path / name), "--jobs", "1"]
        assert main([*command, "--decisions", str(path), *options]) == 0
        return len(list((tmp_path / name).rglob("*.dcm")))

    path = table(tmp_path, rows[0])
    assert written("one") == 1
    assert written("two", "--reviewers", "2") == 0
    path = table(tmp_path, *rows)
    assert written("three", "--reviewers", "2") == 1


def test_no_step_of_the_workflow_forgets_how_many_must_agree() -> None:
    asked = 0
    for script in (ROOT / "scripts").glob("*/*.py"):
        for call in re.findall(
            r"\b(?:read_decisions|undecided|incomplete)\((?:[^()]|\([^()]*\))+\)",
            script.read_text(encoding="utf-8"),
        ):
            if ".incomplete" not in call and "decisions" in call:
                assert re.search(r", reviewers\s*\)", call), (script.name, call)
                asked += 1
    assert asked >= 6
    for rules in (ROOT / "rules").rglob("*.smk"):
        for block in re.split(r"^(?:rule|checkpoint) ", rules.read_text(encoding="utf-8"), flags=re.M):  # fmt: skip  # noqa: E501
            # the last search drops lines of the table and obeys none of them
            if "decisions=DECISIONS" in block and not block.startswith("verify_purge"):
                assert "reviewers=" in block, block.partition(":")[0]
