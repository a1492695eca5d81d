"""An export with a study's own metrics: read, bounded and told as BSI and Hotspot are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripts.imports.import_software import import_software

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.tables.metric_columns import metric_values
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import DAY, make_cohort, write_table

VALUES = metric_values(
    {
        "lesions": {"kind": "count", "label": {"ja": "病変数", "en": "Lesions"}},
        "share": {"kind": "percent", "label": {"ja": "割合", "en": "Share"}, "unit": "%"},
        "volume": {"unit": "ml", "bounds": [0, 2000], "warn_above": 900},
        "score": {"bounds": [-1, 1], "software": ["other"]},
    }
)
HEADER = ["患者ID", "検査日", "N", "Share", "Vol"]
SETTINGS = {
    "product": "VSBONE", "version": "3.0", "tracer": "HMDP", "key": "patient_id",
    "columns": dict(zip(("key", "exam_date", "lesions", "share", "volume"), HEADER, strict=True))
    | {"status": None},
}  # fmt: skip
IDS = ("1001", "1002", "1003", "1004")
GOOD = [[subject, DAY, 3, 1.5, 20.25] for subject in IDS]
Run = Callable[..., tuple[list[dict[str, str]], list[str]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    cohort = {k: v for k, v in make_cohort(tmp_path).items() if k != "codes"}

    def imported(rows: list[list[Any]], header: list[str] = HEADER, name: str = "v.xlsx") -> Any:
        table, warnings = tmp_path / "t.csv", tmp_path / "w.csv"
        import_software(
            export=write_table(tmp_path / name, [header, *rows]), second=None, software="vsbone3",
            settings=SETTINGS, table=table, warnings=warnings, faults=tmp_path / "f.xlsx",
            synthetic=True, values=VALUES, **cohort | {"language": "en"},
        )  # fmt: skip
        told = warnings_in_words(read_rows(warnings), "en")
        return list(read_rows(table)), [one["message"] for one in told]

    return imported


def test_own_columns_stand_in_the_common_table(run: Run) -> None:
    rows, told = run(GOOD)
    assert list(rows[0])[3:9] == ["version", "lesions", "share", "volume", "score", "status"]
    assert [rows[0][name] for name in VALUES] == ["3", "1.5", "20.25", ""]
    assert told == []


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (2, 1.5, 'column "N"'), (3, 101, 'column "Share"'), (4, -1, 'column "Vol"'),
        (4, 2001, "0 to 2000"), (4, "", 'column "Vol"'),
    ],
)  # fmt: skip
def test_bounds_are_the_studys(run: Run, place: int, value: object, said: str) -> None:
    row = list(GOOD[0])
    row[place] = value
    with pytest.raises(InputError) as caught:
        run([row, *GOOD[1:]])
    assert any("row 2" in one and said in one for one in caught.value.problems)


def test_what_looks_wrong_is_told_by_the_metrics_name(run: Run) -> None:
    rows = [list(row) for row in GOOD]
    rows[0][4] = 950
    rows[1][3] = 0
    told = run(rows)[1]
    assert any("950" in one and "900" in one for one in told)
    assert any("Share is 0 and Lesions 3" in one for one in told)
    few = [[subject, DAY, 9, 0.01, 1] for subject in IDS]
    assert any("highest Share is 0.01" in one for one in run(few)[1])
    whole = [[subject, DAY, 9, 2, 1] for subject in IDS]
    assert any("All Share above 0" in one for one in run(whole, name="v.csv")[1])


def test_a_metric_of_another_software_is_refused(run: Run) -> None:
    with pytest.raises(InputError, match="Only other has this value"):
        run([[*row, 0.5] for row in GOOD], [*HEADER, "score"])
