"""Every table is declared once, and the declaration is what the code and the rules write."""

import ast
import csv
import re
from dataclasses import fields

import pytest

from bonescint.catalogue import DeclaredTable, catalogue
from bonescint.cli import COMMANDS
from bonescint.declared import columns, declaration
from bonescint.deid import engine, report
from bonescint.files import write_rows
from bonescint.questions import known, question
from bonescint.resources import RESOURCES, ROOT, Texts
from bonescint.stats.estimate import Estimate
from bonescint.warnings import Phrase, warning

DECLARED = sorted(path.stem for path in (RESOURCES / "tables").glob("*.csv"))
RULES = {
    name: re.search(r"\n    output:\n(.*?)\n    \w", body, re.DOTALL)
    for path in (ROOT / "rules").glob("*.smk")
    for name, body in re.findall(
        r"^(?:rule|checkpoint) (\w+):\n(.*?)(?=^\S|\Z)", path.read_text(), re.M | re.S
    )
}
OUTPUTS = {
    name: set(re.findall(r'"([^"]+\.(?:csv|xlsx))"', found[1]))
    for name, found in RULES.items()
    if found
}
# a checkpoint writes folders: which files they will hold is not known beforehand
OUTPUTS["split_cohort"] |= {
    f"{folder}/{{batch}}.csv"
    for folder in re.findall(r'directory\("([^"]+)"\)', RULES["split_cohort"][1])
}
# those of the questions write what each declares
OUTPUTS |= {
    name: {f"results/metrics/{table}.csv" for table in (name, *question(name).also)}
    for path in (ROOT / "rules" / "questions").glob("*.smk")
    for name in re.findall(r"^use rule answer_question .* as (\w+) with:", path.read_text(), re.M)
    if f'**written_by("{name}"),' in path.read_text()
}


@pytest.mark.parametrize("name", DECLARED)
def test_declarations_are_complete(name: str) -> None:
    words = Texts("columns", "en")
    for column in declaration(name):
        assert f"kind.{column.kind}" in words, column
        assert not column.unit or f"unit.{column.unit}" in words, column
        assert column.ja.strip() and column.en.strip(), column
    assert len(set(columns(name))) == len(columns(name))
    assert any(name in table.parts for table in catalogue()), "of no table"


@pytest.mark.parametrize("table", catalogue(), ids=lambda table: table.path)
def test_tables_are_complete(table: DeclaredTable) -> None:
    assert table.ja and table.en
    names = [column.column for column in table.columns]
    assert len(set(names)) == len(names)
    if table.side == "results":
        # two sides: no identifier among the coded tables
        assert not {"id", "name"} & {column.kind for column in table.columns}


def test_each_path_is_declared_once() -> None:
    paths = [table.path for table in catalogue()]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("table", catalogue(), ids=lambda table: table.path)
def test_the_rule_that_is_named_writes_the_table(table: DeclaredTable) -> None:
    program, _, command = table.rule.partition(" ")
    if program == "bonescint":
        assert command in COMMANDS
    else:
        assert table.path in OUTPUTS[table.rule]


def test_every_table_of_a_rule_is_declared() -> None:
    declared = {table.path for table in catalogue()}
    # what the hospital would hand over, and what goes to the partner, is no table of the workflow
    others = ("demo/", "results/delivery/")
    written = {path for paths in OUTPUTS.values() for path in paths}
    assert {p for p in written if not p.startswith(others)} <= declared
    assert len(written) > 40


def test_code_names_declarations_that_there_are() -> None:
    named = {
        node.args[0].value
        for path in (ROOT / "scripts").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "columns"
        # the literal is what tells which code depends on which declaration
        and isinstance(node.args[0], ast.Constant)
    }
    assert named <= set(DECLARED)
    # headings of sheets are words
    assert set(DECLARED) - named == {"workbook"}


def test_what_else_knows_columns_agrees() -> None:
    assert columns("estimates") == tuple(field.name for field in fields(Estimate))
    assert set(columns("warnings")) == set(warning("", "", Phrase("")))
    counts = tuple(name for name in columns("anonymization") if name.startswith("n_"))
    assert counts == tuple(f"n_{outcome}" for outcome in engine.OUTCOMES)
    between = columns("tag_table")[6:-2]
    assert between == report.OUTCOMES
    estimates = {t.path for t in catalogue() if t.parts == ("estimates",)}
    assert estimates == {f"results/metrics/{question}.csv" for question in known()}


def test_another_column_than_declared_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="paitents"):
        write_rows(tmp_path / "a.csv", columns("flow"), [{"step": "found", "paitents": 1}])
    with pytest.raises(FileNotFoundError):
        columns("flwo")


def test_where_a_table_lies() -> None:
    (table,) = (t for t in catalogue() if t.path == "results/software/{software}.csv")
    for path in ("results/software/x2.csv", "/study/results/software/x2.csv"):
        assert table.is_at(path)
    for path in ("software/x2.csv", "results/software/x2.warnings.csv", "aresults/software/x.csv",
                 "results/software/a/x2.csv", "results/software/.csv"):  # fmt: skip
        assert not table.is_at(path)


def test_declarations_are_plain_csv() -> None:
    for path in [*(RESOURCES / "tables").glob("*.csv"), RESOURCES / "tables.csv"]:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        # a table with fixed words has the column `values` as well
        assert {len(row) for row in rows} == {5 + ("values" in rows[0])}, path.name
        assert b"\r" not in path.read_bytes()
