"""Whether a number is a patient's ID is said by the declaration of the table's own column (R12)."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from bonescint.catalogue import DeclaredTable, catalogue
from bonescint.custody.traces.columns import columns_of, headings
from bonescint.custody.traces.search import Person, search
from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.resources import Texts

ID = "20431"  # five digits, no day in Excel: a count of files may be the same number
TAG_TABLE = "results/anonymization/tag_table.csv"
TABLES = [t for t in catalogue() if t.side in ("private", "results") and t.path.endswith(".csv")]
NOBODYS = {"flag", "grade", "count", "measure", "size", "hash", "uid", "date", "time"}
# taken for a patient while a list of column names told where no IDs stand
MISSING = {
    "absent", "kept", "vocabulary", "coded", "fixed", "uid", "dummy", "emptied", "removed",
    "kept_by_decision", "value", "cutoff", "old_value", "new_value", "released", "delivered",
    "analysis_date", "reading_date",
}  # fmt: skip


def places(root: Path, *ids: str) -> list[str]:
    """Return the places that hold an ID."""
    text = Texts("traces", "en")
    person = Person(None, frozenset(ids or (ID,)), frozenset())
    return [t.place.words(text) for t in search([root], [person])]


def table(study: Path, path: str, header: Sequence[str], *rows: dict[str, str]) -> None:
    write_rows(study / re.sub(r"\{\w+\}", "x", path), header, rows)


def test_a_count_that_is_somebodys_id_is_no_alarm(tmp_path: Path) -> None:
    header = columns("tag_table")
    table(tmp_path, TAG_TABLE, header, {"keyword": "PatientID", "coded": ID, "instances": ID})
    assert places(tmp_path) == []
    # in a column of words, and in a cell with more than the number
    for row in ({"keyword": ID}, {"coded": ID, "name_ja": ID}, {"instances": f"ID {ID}"}):
        table(tmp_path, TAG_TABLE, header, row)
        assert places(tmp_path) == ["row 2"], row


def test_the_same_number_in_a_foreign_table_is(tmp_path: Path) -> None:
    header = columns("tag_table")
    # a copy under another name, another table in its place, and on another side
    for path, titles in (
        ("results/anonymization/list.csv", header),
        ("results/tag_table.csv", header),
        (TAG_TABLE, header[::-1]),
        (TAG_TABLE, header[1:]),
        (f"logs/{TAG_TABLE}x", header),
    ):
        table(tmp_path, path, titles, {"instances": ID})
        assert len(places(tmp_path)) == 1, (path, titles)
        (tmp_path / path).unlink()
    # a title that names a measurement is enough anywhere, a broad title is not
    table(tmp_path, "results/list.csv", ("no", "BSI", "height_cm"), {"BSI": ID, "height_cm": ID})
    assert places(tmp_path) == []
    for title in ("n", "value", "files", "total", "kept", "eod_status"):
        table(tmp_path, "results/list.csv", ("BSI", title), {title: ID})
        assert places(tmp_path) == ["row 2"], title


@pytest.mark.parametrize("declared", TABLES, ids=lambda t: t.path)
def test_every_column_of_every_table(tmp_path: Path, declared: DeclaredTable) -> None:
    header = [column.column for column in declared.columns]
    numbers = [column.column for column in declared.columns if column.kind in NOBODYS]
    table(tmp_path, declared.path, header, dict.fromkeys(numbers, ID))
    assert places(tmp_path) == []
    for name in set(header) - set(numbers):
        table(tmp_path, declared.path, header, {name: ID})
        assert places(tmp_path) == ["row 2"], name


def test_the_columns_that_a_list_of_names_missed_are_among_them() -> None:
    plain = {c.column for t in TABLES for c in t.columns if c.kind in NOBODYS}
    assert plain >= MISSING
    assert len(MISSING) == 18


@pytest.mark.parametrize("declared", TABLES, ids=lambda t: t.path)
def test_ids_that_say_little_count_in_columns_of_ids(
    tmp_path: Path, declared: DeclaredTable
) -> None:
    header = [column.column for column in declared.columns]
    for column in declared.columns:
        table(tmp_path, declared.path, header, {column.column: "row 77"})
        assert places(tmp_path, "77") == ["row 2"] * (column.kind == "id"), column


def test_tables_within_archives(tmp_path: Path) -> None:
    table(tmp_path, TAG_TABLE, columns("tag_table"), {"instances": ID})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / TAG_TABLE, f"copy/{TAG_TABLE}")
    assert places(tmp_path) == []
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / TAG_TABLE, "copy.csv")
    assert places(tmp_path) == ["row 2"]


def book(path: Path, *rows: Sequence[str | int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("s")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_studys_workbook_is_judged_by_its_headings(tmp_path: Path, language: str) -> None:
    words, verified = Texts("workbook", language), Texts("deidentification", language)
    flow = [words(f"column_{key}") for key in ("step", "reason", "patients", "files")]
    tags = [verified(f"column.{key}") for key in ("tag", "name", "coded", "instances")]
    path, n = tmp_path / "results" / "study.xlsx", int(ID)
    counts = [("title",), flow, ("a", "b", n, n), (), ("heading",), tags, ("a", "b", n, n)]
    book(path, *counts)
    assert places(tmp_path) == []
    for rows, place in (
        ([flow, ("a", n, 1, 2)], 2),  # a reason is no number
        ([flow, ("a", "b", 1, f"see {ID}")], 2),
        ([flow, ("a", "b", 1, 2, n)], 2),  # below no heading
        ([flow, ("a", "b", 1, 2), (), ("a", "b", n, n)], 4),  # the table has ended
        ([("a", "b", n, n)], 1),
    ):
        book(path, *rows)
        assert places(tmp_path) == [f'sheet "s", row {place}'], rows
    path.unlink()
    book(path.with_name("list.xlsx"), *counts)
    assert len(places(tmp_path)) == 2


def test_a_heading_of_several_columns_holds_what_any_of_them_may() -> None:
    words = Texts("workbook", "ja")
    # the value of a measurement, and of an item of the provenance
    assert words("column_measured") == words("column_value")
    found = headings([words("column_measured"), words("column_n")])
    assert found and found.numbers == {1}
    assert headings([words("column_n")]) is None
    assert headings([words("column_n"), "x"]) is None


def test_every_heading_of_the_workbook_is_declared() -> None:
    declared = {c.column for t in catalogue() if t.side == "results" for c in t.columns}
    keys = [key for key in Texts("workbook", "en") if key.startswith("column_")]
    assert {key.removeprefix("column_") for key in keys} <= declared
    keys = [key for key in Texts("deidentification", "en") if key.startswith("column.")]
    # actions on private elements and overlays are no attributes of the hospital's table
    others = {"removed_private", "removed_overlay"}
    assert {key.removeprefix("column.") for key in keys} - others <= declared


def test_a_flow_with_the_tracers_of_another_study_is_known() -> None:
    fixed = ["step", "kind", "reason", "files", "patients"]
    found = columns_of("results/metrics/flow.csv", [*fixed, "FDG"])
    assert found.is_plain(5, "12345678") and not found.ids
    assert not columns_of("results/metrics/flow.csv", [*fixed, "note"]).is_plain(5, "12345678")


def test_a_table_with_the_metrics_of_another_study_is_known() -> None:
    own = ["code", "tracer", "software", "version", "volume_ml", "n"]
    rest = ["status", "analysis_date", "operator"]
    found = columns_of("results/software/suv.csv", [*own, *rest])
    assert found.is_plain(4, "12345678") and found.is_plain(5, "7")
    assert not found.is_plain(0, "12345678")
    # not with an invalid title, and not where the rest of the title differs
    for other in ([*own[:4], "患者", *rest], [*own, *rest[:2]], ["id", *own[1:], *rest]):
        assert not columns_of("results/software/suv.csv", other).is_plain(4, "12345678")
