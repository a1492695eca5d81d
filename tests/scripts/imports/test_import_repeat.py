"""What the preceding study stored is read like today's export, under its own headers."""

from pathlib import Path
from typing import Any

import pytest
from scripts.imports.import_software import import_software

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.tables.repeats import AGAIN, own_settings, repeat_settings
from tests.scripts.imports.cohort_tables import make_cohort, write_table

ENTRY: dict[str, Any] = {
    "product": "VSBONE",
    "version": "3.0",
    "tracer": "HMDP",
    "export": "today.csv",
    "second_export": "twice.csv",
    "key": "patient_id",
    "sheet": "解析結果",
    "columns": {"key": "ID", "bsi": "BSI", "hotspots": "n"},
}


def test_what_the_entry_does_not_say_is_as_today() -> None:
    assert repeat_settings({"vsbone3": ENTRY, "vsbone2": ENTRY | {"repeat_export": None}}) == {}
    given = {"file": "old.xlsx", "sheet": "2022", "columns": {"key": "K"}}
    found = repeat_settings(
        {"a": ENTRY | {"repeat_export": "old.csv"}, "b": ENTRY | {"repeat_export": given}}
    )
    assert found["a"]["file"] == "old.csv" and found["a"]["columns"] == ENTRY["columns"]
    assert found["b"] == {
        "product": "VSBONE", "version": "3.0", "tracer": "HMDP", "key": "patient_id",
        "file": "old.xlsx", "sheet": "2022", "columns": {"key": "K"},
    }  # fmt: skip


@pytest.mark.parametrize("bsi", ["1.5", "120"])
def test_stored_values_have_the_same_bounds(tmp_path: Path, bsi: str) -> None:
    cohort = make_cohort(tmp_path)
    rows = [["患者番号", "BSI", "数"], ["00001001", bsi, "3"], ["9999", "7", "7"]]
    table = write_table(tmp_path / "stored.csv", rows)
    given = {"file": str(table), "sheet": None}
    given["columns"] = {"key": "患者番号", "bsi": "BSI", "hotspots": "数"}
    arguments = {
        "export": table,
        "second": None,
        "cohort": cohort["cohort"],
        "ledger": cohort["ledger"],
        "software": "vsbone3",
        "settings": repeat_settings({"vsbone3": ENTRY | {"repeat_export": given}})["vsbone3"],
        "language": "ja",
        "table": tmp_path / "out.csv",
        "warnings": tmp_path / "warnings.csv",
        "faults": tmp_path / "faults.xlsx",
        "synthetic": True,
    }
    if bsi == "120":
        with pytest.raises(InputError, match="R9"):
            import_software(**arguments)
        assert (tmp_path / "faults.xlsx").exists() and not (tmp_path / "out.csv").exists()
        return
    import_software(**arguments)
    found = {row["code"]: row for row in read_rows(tmp_path / "out.csv")}
    assert len(found) == 4  # the tracer's cases, no others
    of_one = found[cohort["codes"]["1001"]]
    assert (of_one["bsi"], of_one["hotspots"], of_one["status"]) == ("1.5", "3", "analysed")
    assert sum(row["status"] == "missing" for row in found.values()) == 3


def test_a_further_table_or_a_label_is_no_reason_to_read_the_first_one_again() -> None:
    assert own_settings(ENTRY | dict.fromkeys(AGAIN, "again.csv")) == ENTRY
    assert own_settings(ENTRY | {"label": {"ja": "読影者 A", "en": "Reader A"}}) == ENTRY
