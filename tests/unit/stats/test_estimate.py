import csv
import math
from dataclasses import replace

import pytest

from bonescint.declared import columns
from bonescint.resources import RESOURCES
from bonescint.stats.estimate import Estimate, read_estimates, write_estimates


def test_columns_are_those_of_the_architecture():
    assert ", ".join(columns("estimates")) == (
        "question, subject, comparator, measure, reference, metric, cutoff, cases, level, n, "
        "n_positive, estimate, ci_low, "
        "ci_high, ci_method, statistic, p_value, p_adjusted, test, status, note"
    )


def test_a_table_comes_back_as_it_was_written(tmp_path):
    rows = [
        Estimate("accuracy", "vsbone2", measure="auc", n=50, n_positive=25, estimate=0.9375),
        Estimate(status="one class", note="metric=bsi; confounded"),
    ]
    assert write_estimates(tmp_path / "table.csv", rows) == 2
    # NaN is unequal to itself, so compare the texts
    assert list(map(repr, read_estimates(tmp_path / "table.csv"))) == list(map(repr, rows))


def test_numbers_have_ten_digits_and_missing_ones_are_empty(tmp_path):
    write_estimates(tmp_path / "t.csv", [Estimate(n=3, estimate=1 / 3, ci_low=-0.0, p_value=2e-20)])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig") as stream:
        (row,) = csv.DictReader(stream)
    assert row["estimate"] == "0.3333333333"
    assert row["ci_low"] == "0"
    assert row["p_value"] == "2e-20"
    assert row["ci_high"] == row["n_positive"] == ""


def test_no_rows_leave_a_header(tmp_path):
    write_estimates(tmp_path / "empty.csv", [])
    assert (tmp_path / "empty.csv").read_text(encoding="utf-8-sig") == ",".join(
        columns("estimates")
    ) + "\n"
    assert list(read_estimates(tmp_path / "empty.csv")) == []


def test_notes_add_up():
    row = Estimate(note="confounded").noting("metric=bsi", "", "cutoff=1")
    assert row.note == "confounded; metric=bsi; cutoff=1"


@pytest.mark.parametrize(
    "path",
    [
        RESOURCES / "text/metrics.csv",
        *sorted((RESOURCES / "text/questions").iterdir()),
        *sorted((RESOURCES / "text/figures").iterdir()),
    ],
    ids=lambda path: path.stem,
)
def test_every_text_is_there_in_both_languages_once(path):
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["ja"] and row["en"] for row in rows)
    assert len({row["key"] for row in rows}) == len(rows)


def test_an_estimate_is_frozen():
    with pytest.raises(AttributeError):
        Estimate().estimate = 1.0
    assert math.isnan(replace(Estimate(), n=1).estimate)
