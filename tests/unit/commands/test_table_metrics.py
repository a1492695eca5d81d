"""The template of an export whose metrics have bounds on both sides, on one, or on none."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bonescint.commands.input_tables import find_table
from bonescint.commands.table_template import write_template
from bonescint.errors import InputError
from bonescint.identity.ledger import open_ledger
from bonescint.resources import Texts
from bonescint.tables.cases import read_cases
from bonescint.tables.exports import read_export
from bonescint.tables.metric_columns import metric_values
from tests.scripts.imports.cohort_tables import PATIENTS, make_cohort
from tests.unit.study_config import shipped

BOUNDS: dict[str, list[int | None]] = {
    "volume": [0, None],
    "change": [None, None],
    "loss": [None, 5],
    "zscore": [-5, 5],
}


@pytest.fixture
def config() -> dict[str, Any]:
    config = shipped(language="en")
    config["metrics"] |= {"values": {key: {"bounds": own} for key, own in BOUNDS.items()}}
    config["metrics"]["values"] |= {"left": {"kind": "count", "bounds": [None, 3]}}
    columns = {"key": "ID", "status": None, "exam_date": None, "version": None}
    config["software"]["vsbone3"]["columns"] = columns | {key: key for key in metrics(config)}
    return config


def metrics(config: dict[str, Any]) -> list[str]:
    return list(config["metrics"]["values"])


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_bound_is_said_and_asked_in_the_cells(
    tmp_path: Path, config: dict[str, Any], language: str
) -> None:
    config["language"] = language
    table = find_table(config, "vsbone3", Texts("table_commands", language))
    write_template(tmp_path / "empty.xlsx", table, config)
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    entry, help_sheet = book.worksheets
    shown = "\n".join(str(cell.value) for row in help_sheet.iter_rows() for cell in row)
    assert "to None" not in shown and "〜None" not in shown and "None " not in shown
    headers = {cell.value: cell.column_letter for cell in entry[1]}
    rules = {str(one.sqref).split(":")[0][:1]: one for one in entry.data_validations.dataValidation}
    found = {}
    for key in metrics(config):
        rule = rules[headers[key]]
        low = float(rule.formula1)
        high = None if rule.operator == "greaterThanOrEqual" else float(rule.formula2)
        found[key] = (low if low > -1e14 else None, high if high and high < 1e14 else None)
    assert found == {key: tuple(own) for key, own in BOUNDS.items()} | {"left": (None, 3)}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("volume", "-1", r"\(0 or more\)"),
        ("loss", "6", r"\(5 or less\)"),
        ("left", "4", r"\(3 or less\)"),
        ("zscore", "-6", r"\(-5 to 5\)"),
    ],
)
def test_a_value_out_of_its_bounds_is_told_with_those_that_there_are(
    tmp_path: Path, config: dict[str, Any], key: str, value: str, said: str
) -> None:
    made: Any = make_cohort(tmp_path)
    cases = read_cases(made["cohort"], open_ledger(**made["ledger"]), "en")
    own = metric_values(config["metrics"]["values"])
    settings = config["software"]["vsbone3"]

    def imported(**odd: str) -> list[dict[str, str]]:
        values = {"volume": "1.5", "change": "-700", "loss": "-9", "zscore": "-2", "left": "-1"}
        rows = [["ID", *values]]
        rows += [[one, *(values | odd).values()] for one, _, of in PATIENTS if of == "HMDP"]
        path = tmp_path / "export.csv"
        path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
        return read_export(path, cases, "vsbone3", settings, "en", values=own).rows

    assert {row["change"] for row in imported()} == {"-700"}
    with pytest.raises(InputError, match=said):
        imported(**{key: value})
