"""A case that lacks a required field waits for a decision, and holds up nobody else."""

from pathlib import Path

import pytest

from bonescint.deid.decisions import blanks_decided, read_decisions
from bonescint.delivery.incomplete import incomplete, left_out, waiting
from bonescint.errors import InputError
from bonescint.files import write_rows

ROW = {
    "code": "BS-1",
    "exam_date": "2019-06-03",
    "findings": "異常なし",
    "eod": "",
    "metastasis": "0",
    "age": "63",
    "sex": "F",
    "height_cm": "",
    "weight_kg": "",
}
SILENT = ROW | {"findings": " "}


def decide(folder: Path, *lines: tuple[str, str, str]) -> Path:
    rows = [f"{item}\t{digest}\t{word}\trole\t2026-01-05\n" for item, digest, word in lines]
    path = folder / "decisions.tsv"
    path.write_text("item\tsha256\tdecision\treviewer\tdate\n" + "".join(rows), encoding="utf-8")
    return path


def test_what_may_be_blank_is_no_gap() -> None:
    assert incomplete([ROW], None) == []


@pytest.mark.parametrize("field", ["exam_date", "findings", "metastasis", "age", "sex"])
def test_a_required_field_that_is_blank(field: str) -> None:
    (one,) = incomplete([ROW, ROW | {"code": "BS-2", field: " "}], None)
    assert (one.code, one.blanks, one.decision) == ("BS-2", (field,), "")


@pytest.mark.parametrize("word", ["leave-out", "not-stated"])
def test_a_decision_holds_for_the_row_that_was_seen(tmp_path: Path, word: str) -> None:
    (one,) = incomplete([SILENT], None)
    decisions = decide(tmp_path, ("blank:BS-1", one.sha256, word))
    (decided,) = incomplete([SILENT], decisions)
    assert decided.decision == word
    assert list(waiting([decided], "en")) == []
    # another row needs another decision, and so does another case with the same row
    for other in (SILENT | {"metastasis": "1"}, SILENT | {"code": "BS-2"}):
        (undecided,) = incomplete([other], decisions)
        assert undecided.decision == ""
    assert incomplete([ROW], decisions) == []


def test_leave_out_wins(tmp_path: Path) -> None:
    (one,) = incomplete([SILENT], None)
    words = ("leave-out", "not-stated")
    for order in (words, words[::-1]):
        path = decide(tmp_path, *(("blank:BS-1", one.sha256, word) for word in order))
        assert incomplete([SILENT], path)[0].decision == "leave-out"


def test_only_findings_can_be_not_stated(tmp_path: Path) -> None:
    row = SILENT | {"age": ""}
    (one,) = incomplete([row], None)
    (still,) = incomplete([row], decide(tmp_path, ("blank:BS-1", one.sha256, "not-stated")))
    assert still.decision == ""
    (said,) = waiting([still], "en")
    assert "not-stated" not in said


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "必須の列が空欄です: 所見、年齢"), ("en", "are blank: 所見, 年齢")],
)
def test_what_waits_is_said_with_the_line_to_add(language: str, said: str) -> None:
    (one,) = found = incomplete([SILENT | {"age": ""}], None)
    (told,) = waiting(found, language)
    assert told.startswith("BS-1: ")
    assert said in told
    assert f"blank:BS-1\t{one.sha256}\tleave-out\tREVIEWER\tDATE" in told
    (told,) = waiting(incomplete([SILENT], None), language)
    assert "not-stated" in told
    assert "記載なし" in told


@pytest.mark.parametrize(
    ("item", "word"),
    [("blank:BS-1", "release"), ("findings:BS-1", "leave-out"), ("image", "not-stated")],
)
def test_a_word_of_another_kind_is_no_decision(tmp_path: Path, item: str, word: str) -> None:
    with pytest.raises(InputError):
        read_decisions(decide(tmp_path, (item, "a" * 64, word)))


def test_other_decisions_are_not_about_blanks(tmp_path: Path) -> None:
    digest = "a" * 64
    path = decide(tmp_path, ("image", digest, "release"), ("blank:BS-1", digest, "leave-out"))
    assert blanks_decided(read_decisions(path)) == {("blank:BS-1", digest): "leave-out"}


def test_who_is_left_out_of_deliveries(tmp_path: Path) -> None:
    table = tmp_path / "incomplete.csv"
    assert left_out(table) == set()
    rows = [
        {"code": f"BS-{n}", "decision": d} for n, d in enumerate(("", "leave-out", "not-stated"))
    ]
    write_rows(table, ["code", "decision"], rows)
    assert left_out(table) == {"BS-1"}
    states = [{"code": f"BS-{n}", "state": s} for n, s in enumerate(("chosen", "left", "reserve"))]
    write_rows(tmp_path / "selection.csv", ["code", "state"], states)
    assert left_out(table, tmp_path / "selection.csv") == {"BS-1", "BS-2"}
