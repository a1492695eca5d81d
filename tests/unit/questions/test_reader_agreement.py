import numpy as np
import pytest

from tests.scripts.study_tables import Study, notes

ANSWERS = {
    "reader1": {f"C{i}": int(i < 5) for i in range(10)},
    "reader2": {f"C{i}": int(i < 6) for i in range(10)},
    "reader3": {f"C{i}": int(i < 5) for i in range(10)} | {"C9": None},
}


def run(tmp_path, answers):
    study = Study(tmp_path)
    study.answers = answers
    return study.answer("reader_agreement")


def test_all_readers_and_every_pair(tmp_path):
    rows = run(tmp_path, ANSWERS)
    assert [row.measure for row in rows if row.subject == "all_readers"] == [
        "percent_agreement",
        "positive_agreement",
        "negative_agreement",
        "fleiss_kappa",
        "gwet_ac1",
        "krippendorff_nominal",
        "cochran_q",
    ]
    pairs = {(row.subject, row.comparator) for row in rows if row.comparator}
    assert pairs == {("reader1", "reader2"), ("reader1", "reader3"), ("reader2", "reader3")}
    found = {(row.subject, row.comparator, row.measure): row for row in rows}
    percent = found["all_readers", "", "percent_agreement"]
    assert (percent.estimate, percent.n) == (pytest.approx(8 / 9), 9)  # C9 lacks a reader
    assert notes(percent)["not_read_by_all"] == "1"
    fleiss = found["all_readers", "", "fleiss_kappa"]
    assert fleiss.n == 10
    assert 0 < fleiss.ci_low < fleiss.estimate < fleiss.ci_high <= 1
    cohen = found["reader1", "reader2", "cohen_kappa"]
    assert cohen.estimate == pytest.approx((0.9 - 0.5) / 0.5)
    assert notes(cohen)["not_read_by_all"] == "0"
    assert found["reader1", "reader2", "positive_agreement"].estimate == pytest.approx(10 / 11)
    assert found["reader1", "reader2", "positive_difference"].estimate == pytest.approx(-0.1)
    assert found["reader1", "reader3", "cohen_kappa"].status == "complete agreement"


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({}, "too few raters"),
        ({"reader1": ANSWERS["reader1"]}, "too few raters"),
        ({"reader1": {}, "reader2": {}}, "no data"),
        ({"reader1": {"C1": 1}, "reader2": {"C2": 1}}, "no data"),
        ({name: {f"C{i}": 1 for i in range(5)} for name in ANSWERS}, "constant"),
    ],
)
def test_degenerate_readings(tmp_path, answers, status):
    rows = run(tmp_path, answers)
    assert {row.status for row in rows if "kappa" in row.measure} == {status}
    for row in rows:
        if row.status != "ok":
            assert np.isnan([row.ci_low, row.ci_high]).all()
