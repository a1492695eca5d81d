"""Describe the cases: what is known and what is missing, without a test."""

from pathlib import Path

import numpy as np
import pytest

from bonescint.files import write_rows
from bonescint.stats.estimate import Estimate
from tests.scripts.study_tables import REFERENCE, answered, write_reference

COLUMNS = ["code", "tracer", "sex", "age", "height_cm", "weight_kg"]
# code -> tracer, sex, age, height, weight
CASES = {
    "M0": ("MDP", "F", 50, 150, 50.5),
    "M1": ("MDP", "F", 61, 160, ""),
    "M2": ("MDP", "", 72, "", ""),
    "H0": ("HMDP", "M", 80, 170, 70),
}
TRUTH = {"M0": 1, "M1": 0, "M2": None, "H0": 1}


def ask(folder: Path, tracers: list[str], reference: Path) -> dict[tuple[str, ...], Estimate]:
    rows = [dict(zip(COLUMNS, (code, *of), strict=True)) for code, of in CASES.items()]
    cases = folder / "cases.csv"
    write_rows(cases, COLUMNS, [row for row in rows if row["tracer"] in tracers])
    inputs = {"cases": str(cases), "reference": str(reference)}
    found = answered(folder, "baseline", inputs, {"tracers": tracers})
    for row in found:
        # a description: it is not tested or compared with another group
        assert np.isnan([row.p_value, row.statistic, row.ci_low, row.ci_high]).all()
        assert not row.comparator
    return {(row.subject, row.measure, row.metric, row.cases): row for row in found}


def test_medians_shares_and_what_is_not_known(tmp_path: Path) -> None:
    eod, count = {"M0": 2, "M1": 0, "H0": 4}, {"M0": 7, "M1": 0, "H0": 40}
    reference = write_reference(tmp_path / "reference.csv", TRUTH, eod=eod, count=count)
    found = ask(tmp_path, ["MDP", "HMDP"], reference)

    def said(*key: str) -> tuple[int | None, float]:
        row = found[key]
        return row.n, row.estimate

    assert [said(who, "group_size", "", "") for who in ("MDP", "HMDP", "all")] == [
        (3, 3), (1, 1), (4, 4),
    ]  # fmt: skip
    assert said("MDP", "median", "age", "") == (3, 61)
    assert said("MDP", "quartile_low", "age", "") == (3, 55.5)  # R: quantile(c(50, 61, 72), .25)
    assert said("MDP", "quartile_high", "age", "") == (3, 66.5)
    assert said("MDP", "unknown", "height_cm", "") == (3, pytest.approx(1 / 3))
    assert said("MDP", "median", "weight_kg", "") == (1, 50.5)
    assert found["MDP", "unknown", "weight_kg", ""].note == "count=2/3"
    assert said("MDP", "share", "sex", "sex=F") == (2, 1)
    assert said("all", "share", "sex", "sex=M") == (3, pytest.approx(1 / 3))
    assert said("MDP", "share", "metastasis", "") == (2, 0.5)
    assert said("MDP", "unknown", "metastasis", "")[0] == 3
    assert said("all", "median", "n_metastases", "") == (3, 7)
    assert said("all", "median", "n_metastases", "metastasis=1") == (2, 23.5)
    assert said("all", "share", "eod", "eod=4") == (3, pytest.approx(1 / 3))
    assert said("all", "share", "eod", "eod=1") == (3, 0)


def test_one_tracer_is_told_once(tmp_path: Path) -> None:
    reference = write_reference(tmp_path / "reference.csv", TRUTH)
    found = ask(tmp_path, ["MDP"], reference)
    assert {subject for subject, *_ in found} == {"MDP"}
    # no reader graded or counted anything
    assert {metric for _, _, metric, _ in found} == {
        "", "age", "height_cm", "weight_kg", "sex", "metastasis",
    }  # fmt: skip


def test_without_readers_and_without_cases(tmp_path: Path) -> None:
    reference = tmp_path / "reference.csv"
    write_rows(reference, REFERENCE, [])
    found = ask(tmp_path, ["HMDP", "MDP"], reference)
    assert not {"metastasis", "n_metastases", "eod"} & {metric for _, _, metric, _ in found}
    empty = ask(tmp_path, [], reference)
    assert empty == {}
    nobody = ask(tmp_path, ["other"], reference)
    assert {row.status for row in nobody.values()} == {"ok", "no data"}
    assert nobody["other", "group_size", "", ""].estimate == 0
