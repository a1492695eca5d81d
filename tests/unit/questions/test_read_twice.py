"""A second operator and a reader's second reading: the same cases held against each other."""

from pathlib import Path

import numpy as np
import pytest

from bonescint.files import write_rows
from bonescint.stats.agreement import cohen_kappa
from bonescint.stats.estimate import Estimate
from tests.scripts.study_tables import (
    SETTINGS,
    SOFTWARE,
    SOFTWARE_PARAM,
    answered,
    notes,
    write_measurements,
    write_reading,
)

CASES = [f"H{n}" for n in range(12)]
FIRST = {code: n % 2 for n, code in enumerate(CASES)}
# H0 is called positive the second time; H10 and H11 are not read again; X is in no study
AGAIN: dict[str, int | None] = FIRST | {"H0": 1, "H10": None, "H11": None, "X": 1}
EOD = {code: 1 + n % 4 for n, code in enumerate(CASES) if n % 2}
COUNT = {code: 3 * n * yes for n, (code, yes) in enumerate(FIRST.items())}
BSI = {code: (float(n), n) for n, code in enumerate(CASES)}


def ask(
    folder: Path,
    again: dict[str, int | None] = AGAIN,
    eod: dict[str, int] = EOD,
    operator: dict[str, tuple[float, int]] | None = None,
) -> list[Estimate]:
    first = write_reading(folder / "reader1.csv", FIRST, eod=eod, n_metastases=COUNT)
    read = {code for code, yes in again.items() if yes is not None}
    later = {code: grade + (code == "H1") for code, grade in eod.items() if code in read}
    counts = {code: n for code, n in (COUNT | {"H0": 1, "X": 50}).items() if code in read}
    second = write_reading(
        folder / "reader1_second_reading.csv", again, eod=later, n_metastases=counts
    )
    measured = write_measurements(folder / "measurements.csv", {"vsbone2": BSI})
    inputs: dict[str, object] = {"measurements": str(measured), "readings": [str(first)]}
    inputs |= {"second_readings": [str(second)], "repeats": []}
    if operator is not None:
        table = folder / "vsbone2_second_operator.csv"
        write_rows(table, SOFTWARE, (
            {"code": code, "software": "vsbone2", "status": "analysed", "bsi": bsi, "hotspots": n}
            for code, (bsi, n) in operator.items()
        ))  # fmt: skip
        inputs["repeats"] = [str(table)]
    params = {"software": SOFTWARE_PARAM, "settings": SETTINGS}
    return answered(folder, "repeatability", inputs, params)


def test_a_reader_twice(tmp_path: Path) -> None:
    rows = ask(tmp_path)
    assert {(row.subject, row.comparator) for row in rows} == {("reader1", "second_reading")}
    found: dict[tuple[str, str], Estimate] = {}
    for row in rows:
        found.setdefault((row.metric, row.measure), row)
    percent = found["metastasis", "percent_agreement"]
    assert (percent.n, percent.estimate) == (10, 0.9)
    assert notes(percent)["not_read_by_all"] == "2" and "these_readers" in notes(percent)
    both = np.array([[FIRST[code], AGAIN[code]] for code in CASES[:10]], dtype=float)
    kappa, by_hand = found["metastasis", "cohen_kappa"], cohen_kappa(*both.T, ci="log")
    assert (kappa.estimate, kappa.ci_low, kappa.ci_method) == (
        pytest.approx(by_hand.estimate), pytest.approx(by_hand.ci_low), by_hand.ci_method,
    )  # fmt: skip
    assert found["metastasis", "positive_agreement"].estimate == pytest.approx(10 / 11)
    assert found["metastasis", "negative_agreement"].estimate == pytest.approx(8 / 9)
    graded = found["eod", "cohen_kappa_quadratic"]
    assert graded.n == 5 and 0 < graded.estimate < 1
    assert notes(graded)["not_graded_by_all"] == "5"
    # first minus second: H0 was counted 0, then 1
    assert found["n_metastases", "bias"].estimate == pytest.approx(-0.1)
    assert found["n_metastases", "within_subject_sd"].estimate == pytest.approx((0.1 / 2) ** 0.5)
    assert notes(found["n_metastases", "icc_a1"])["scale"] == "log1p"
    counted = [row for row in rows if row.metric == "n_metastases"]
    assert all("same_lesions" in notes(row) for row in counted)


def test_a_second_operator_beside_what_is_in_print(tmp_path: Path) -> None:
    operator = BSI | {"H3": (3.4, 4)}
    rows = [row for row in ask(tmp_path, operator=operator) if row.subject == "vsbone2"]
    assert {row.comparator for row in rows} == {"second_operator"}
    sd = {row.metric: row for row in rows if row.measure == "within_subject_sd"}
    assert sd["bsi"].estimate == pytest.approx((0.4**2 / 12 / 2) ** 0.5)
    assert sd["hotspots"].estimate == pytest.approx((1 / 12 / 2) ** 0.5)
    # of a bone scan index in percent only, and of its SD alone
    assert [(row.metric, row.measure) for row in rows if "in_print" in notes(row)] == [
        ("bsi", "within_subject_sd")
    ]
    at = {row.measure for row in rows if row.cutoff == 1.0}
    assert at == {"percent_agreement", "positive_agreement", "negative_agreement", "cohen_kappa"}


def test_nobody_read_twice_and_nothing_graded(tmp_path: Path) -> None:
    rows = ask(tmp_path, again=dict.fromkeys(CASES), eod={})
    assert {row.metric for row in rows} == {"metastasis", "n_metastases"}
    for row in rows:
        assert row.n == 0 and row.status in ("no data", "too few"), row
        assert notes(row)["not_read_by_all"] == "12"


def test_the_very_same_calls(tmp_path: Path) -> None:
    rows = ask(tmp_path, again=dict(FIRST), eod={})
    calls = {row.measure: row for row in rows if row.metric == "metastasis"}
    assert calls["percent_agreement"].estimate == 1
    assert calls["cohen_kappa"].status == "complete agreement"
    assert np.isnan(calls["cohen_kappa"].ci_low)


def test_where_the_scatter_grows_one_sd_is_said_not_to_hold(tmp_path: Path) -> None:
    def noted(operator: dict[str, tuple[float, int]]) -> list[set[str]]:
        rows = ask(tmp_path, operator=operator)
        of_bsi = [row for row in rows if row.metric == "bsi" and np.isnan(row.cutoff)]
        names = ("within_subject_sd", "repeatability_coefficient")
        assert {"limit_low", "quantile_low"} <= {row.measure for row in of_bsi}
        return [set(notes(row)) for row in of_bsi if row.measure in names]

    grows = {code: (bsi * (1.2 if n % 2 else 0.8), n) for code, (bsi, n) in BSI.items()}
    assert all("no_one_sd" in said for said in noted(grows))
    steady = {code: (bsi + (0.2 if n % 2 else -0.2), n) for code, (bsi, n) in BSI.items()}
    assert not any("no_one_sd" in said for said in noted(steady))
