"""Tables that a person opens in a spreadsheet: safe there, right in Japanese, and read back."""

import codecs
import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.commands.listing import export
from bonescint.custody.traces.search import Person
from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import search_text
from bonescint.declared import columns
from bonescint.files import as_written, in_cell, read_rows, write_rows
from bonescint.identity.people import data_of, read_people, write_others
from tests.unit.deid.test_folder import Run, scan

FORMULAS = ("=HYPERLINK(1).dcm", "+1+1", "-cmd|'/C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1",
            "＝1+1", "＋a", "－a", "＠a", "'00123", "''", "-", "=")  # fmt: skip


def cells_of(path: Path) -> list[list[str]]:
    """Return the cells as a spreadsheet gets them."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_a_formula(tmp_path, text):
    write_rows(tmp_path / "t.csv", ["path", "n"], [{"path": text, "n": "1"}])
    _, (cell, _) = cells_of(tmp_path / "t.csv")
    assert cell[0] == "'"
    assert next(read_rows(tmp_path / "t.csv"))["path"] == text


@pytest.mark.parametrize("text", ["-0.5", "+3", "-1e-05", "-.5", "-inf", "12", "0.3", "", "a=b"])
def test_numbers_and_plain_texts_are_as_they_are(text):
    assert in_cell(text) == text


def test_numbers_that_are_no_text_are_never_marked(tmp_path):
    write_rows(tmp_path / "t.csv", ["a", "b", "c"], [{"a": -1, "b": -0.5, "c": None}])
    assert cells_of(tmp_path / "t.csv")[1] == ["-1", "-0.5", ""]


def test_control_characters_are_spelled():
    assert in_cell("a\x07b\x00c\x7f\x85\td") == r"a\x07b\x00c\x7f\u0085\x09d"
    # names of files that are not UTF-8 are spelled so by the index, and paths have backslashes
    for text in (r"\x8e\x9f.dcm", r"WHOLE BODY\EMISSION", "two\nlines"):
        assert in_cell(text) == text
    assert in_cell(r"\x07") == r"\x5cx07"


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\\x5c07u'="))


@given(st.lists(st.tuples(TEXTS, TEXTS)))
def test_what_was_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("files") / "t.csv"
    write_rows(path, ["a", "b"], ({"a": a, "b": b} for a, b in rows))
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    assert [(row["a"], row["b"]) for row in read_rows(path)] == rows
    for a, _ in rows:
        assert as_written(in_cell(a)) == a


def test_a_table_without_a_mark_is_read_as_it_stands(tmp_path):
    (tmp_path / "t.csv").write_text("a\n'1\n\\x07\n", encoding="utf-8")
    assert [row["a"] for row in read_rows(tmp_path / "t.csv")] == ["'1", r"\x07"]


def test_people_are_known_by_what_their_headers_say(tmp_path):
    ids = ("=12", "'12", '+3,"4"', "5\x076", "78")
    rows = [
        {"path": f"{n}.dcm", "patient_id": one, "patient_name": "=A^B", "sop_instance_uid": str(n)}
        for n, one in enumerate(ids)
    ]
    write_rows(tmp_path / "index.csv", columns("index"), rows)
    people = read_people(tmp_path / "index.csv")
    assert [header.patient_id for header in people.headers] == list(ids)
    assert {header.patient_name for header in people.headers} == {"=A^B"}
    write_others(tmp_path / "consented.csv", tmp_path / "index.csv", people, {"78"})
    found = list(read_rows(tmp_path / "consented.csv"))
    assert [row["patient_id"] for row in found] == list(ids[:-1])
    assert [row["subject"] for row in found] == people.subjects[:-1]
    found = data_of(tmp_path / "consented.csv", people.subjects)
    assert {one.subject for one in found} == set(people.subjects[:-1])
    header, *cells = cells_of(tmp_path / "consented.csv")
    assert header == [*columns("index"), *columns("consented")]
    assert not any(cell[:1] in set("=+-@") for row in cells for cell in row)


def test_a_list_of_a_command_is_safe_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export(Path("list.csv"), ["a"], [["=1+1"], ["-2"]], "en")
    assert cells_of(Path("list.csv")) == [["a"], ["'=1+1"], ["-2"]]


def test_a_name_parted_by_a_control_character_is_found(tmp_path):
    terms = Terms([Person(None, frozenset({"471936"}), frozenset({"YAMADA^HANAKO"}))])
    write_rows(tmp_path / "t.csv", ["path"], [{"path": "\x07471936\x07/a"}, {"path": "b"}])
    with (tmp_path / "t.csv").open("rb") as stream:
        found = list(search_text(stream, "t.csv", terms))
    assert [(place.row, kind) for place, kind in found] == [(2, "id")]


def test_the_report_of_the_command_is_safe(tmp_path):
    run = Run(tmp_path)
    names = ("=HYPERLINK(1).dcm", "bell\x07.dcm", "'quoted.dcm")
    for n, name in enumerate(names):
        run.add(name, scan(str(n + 1)))
    run.start()
    assert {*run.report()} == {*names}
    found = [row[0] for row in cells_of(run.destination / "report.csv")]
    assert found[0] == "source"
    assert {*found[1:]} == {"'=HYPERLINK(1).dcm", r"bell\x07.dcm", "''quoted.dcm"}


def test_a_name_that_leaves_no_room_for_a_temporary_one(tmp_path: Path) -> None:
    for name in ("x" * 255, "骨" * 85, os.fsdecode(b"\x8d" * 255)):
        write_rows(tmp_path / name, ["a"], [{"a": 1}])
        assert [row["a"] for row in read_rows(tmp_path / name)] == ["1"]
    assert len(list(tmp_path.iterdir())) == 3
