"""Two products over the reference analysis: R's numbers, and what each row says of itself."""

import csv
from pathlib import Path

import numpy as np
import pytest

from bonescint.files import write_rows
from bonescint.resources import ROOT, Texts, resource_rows
from bonescint.stats.estimate import Estimate
from bonescint.stats.welch import welch_difference
from tests.scripts.study_tables import (
    SETTINGS,
    SOFTWARE,
    SOFTWARE_PARAM,
    Study,
    answered,
    notes,
    write_measurements,
    write_reference,
)
from tests.unit.stats.oracle import r

PRODUCTS = {"MDP": "bonenavi", "HMDP": "vsbone2"}


@pytest.fixture
def rows(tmp_path: Path) -> list[Estimate]:
    """Answer the question on the cases that R had."""
    with (ROOT / "tests/reference/bridge_cases.csv").open(encoding="utf-8") as stream:
        cases = {f"C{i:02}": row for i, row in enumerate(csv.DictReader(stream))}
    results: dict[str, dict[str, tuple[str, int] | str]] = {key: {} for key in PRODUCTS.values()}
    analysed = []
    for code, row in cases.items():
        results[PRODUCTS[row["tracer"]]][code] = (row["product"], 1)
        analysed.append({"code": code, "bsi": row["yardstick"], "hotspots": 0, "version": "abc",
                         "status": "analysed"})  # fmt: skip
    # without a result on one side
    results["bonenavi"]["X1"] = "segmentation_failed"
    results["vsbone2"]["X2"] = ("1.0", 2)
    analysed += [{"code": "X1", "bsi": 9, "hotspots": 9, "status": "analysed"},
                 {"code": "X2", "status": "not_analysed"}]  # fmt: skip
    write_measurements(tmp_path / "measurements.csv", results)
    write_reference(
        tmp_path / "reference.csv", {code: int(row["truth"]) for code, row in cases.items()}
    )
    write_rows(tmp_path / "analysed.csv", SOFTWARE, analysed)
    inputs = {n: str(tmp_path / f"{n}.csv") for n in ("reference", "measurements", "analysed")}
    software = {key: SOFTWARE_PARAM[key] for key in PRODUCTS.values()}
    given = {"software": software, "settings": SETTINGS, "product_pairs": [list(software)]}
    return answered(tmp_path, "bridge", inputs, given)


def one(rows: list[Estimate], measure: str, subject: str, **fields: str) -> Estimate:
    found = [
        row
        for row in rows
        if (row.measure, row.subject, row.metric) == (measure, subject, "bsi")
        and all(getattr(row, name) == value for name, value in fields.items())
    ]
    assert len(found) == 1
    return found[0]


def limits(row: Estimate) -> tuple[float, float, float]:
    return row.estimate, row.ci_low, row.ci_high


def of_r(key: str) -> tuple[object, ...]:
    return tuple(r(f"{key}{end}") for end in ("", "_low", "_high"))


def test_the_numbers_are_those_of_r(rows: list[Estimate]) -> None:
    for tracer, key in PRODUCTS.items():
        assert limits(one(rows, "reference_difference", key)) == of_r(f"bridge_{tracer}")
        assert limits(one(rows, "reference_ratio", key)) == of_r(f"bridge_ratio_{tracer}")
    between = one(rows, "bridge_difference", "bonenavi", comparator="vsbone2")
    assert limits(between) == of_r("bridge_difference")
    assert float(notes(between)["df"]) == r("bridge_difference_df")
    assert limits(one(rows, "bridge_ratio", "bonenavi")) == of_r("bridge_ratio")
    shift = one(rows, "reference_shift", "MDP", cases="without_metastasis")
    assert limits(shift) == of_r("bridge_shift")
    assert between.n == 54


def test_the_difference_of_differences_is_that_of_its_parts(rows: list[Estimate]) -> None:
    parts = [one(rows, "reference_difference", key).estimate for key in PRODUCTS.values()]
    between = one(rows, "bridge_difference", "bonenavi").estimate
    assert between == pytest.approx(parts[0] - parts[1])


def test_each_row_says_what_it_is_and_none_tests(rows: list[Estimate]) -> None:
    for row in rows:
        said = notes(row)
        assert "research_reference" in said and said["analyser_version"] == "abc"
        assert np.isnan(row.p_value) and not row.test
        assert ("confounded" in said) == bool(row.comparator)
        assert ("bridge_assumption" in said) == row.measure.startswith("bridge")
    assert (
        notes(one(rows, "reference_difference", "bonenavi"))["left_out_segmentation_failed"] == "1"
    )
    assert notes(one(rows, "reference_difference", "vsbone2"))["left_out_not_analysed"] == "1"
    # the assumption is looked at in each tracer
    assert {row.subject for row in rows if row.measure == "auc"} == {"MDP", "HMDP"}
    assert one(rows, "auc_difference", "MDP").comparator == "HMDP"


def test_without_readers_the_assumption_has_no_data_and_the_bridge_stands(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.truth = dict.fromkeys(study.truth)
    found = study.answer("bridge")
    assert {row.status for row in found if row.measure == "bridge_difference"} == {"ok"}
    assert {row.status for row in found if row.measure == "reference_shift"} == {"no data"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_sentence_that_stands_wherever_its_values_stand(language: str) -> None:
    said = Texts("metrics", language)("research_reference")
    wanted = {
        "ja": ("研究用参照解析", "合成ファントムだけで学習・検証", "実画像では未検証",
               "診断に用いないこと", "医療機器プログラムではありません"),
        "en": ("Research reference analysis", "trained and tested on simulated phantoms alone",
               "not validated on patients", "not for diagnosis", "not a medical device"),
    }  # fmt: skip
    assert all(words in said for words in wanted[language])
    # the same stands in the analyser's own tables
    assert Texts("analyser_use", language)("disclaimer") == said


@pytest.mark.parametrize(
    ("a", "b", "status"),
    [([], [1, 2], "no data"), ([1], [1, 2], "too few"), ([2, 2], [3, 3], "constant")],
)
def test_degenerate_groups(a: list[float], b: list[float], status: str) -> None:
    row = welch_difference(a, b)
    assert row.status == status and np.isnan(row.ci_low)
    assert row.estimate == -1 if status == "constant" else np.isnan(row.estimate)


@pytest.mark.parametrize(
    ("area", "key"),
    [
        ("text/figures/montage", "note_marks"), ("text/workbook", "note_analysed_disclaimer"),
        ("text/questions/bridge", "disclaimer"), ("text/questions/bridge", "methods"),
    ],
)  # fmt: skip
def test_every_output_fills_in_the_sentence_in_both_languages(area: str, key: str) -> None:
    (row,) = (row for row in resource_rows(f"{area}.csv") if row["key"] == key)
    assert all("{research_reference}" in row[language] for language in ("ja", "en"))
