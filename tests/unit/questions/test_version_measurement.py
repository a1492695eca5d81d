import numpy as np
import pytest

from tests.scripts.study_tables import SETTINGS, Study, notes

CODES = [f"C{i:02}" for i in range(20)]
OLD = {code: (round(0.3 + 0.13 * ((i * 7) % 11), 2), i % 5) for i, code in enumerate(CODES)}
NEW = {code: (round(bsi * (1.4 if i < 10 else 0.7), 2), n)
       for i, (code, (bsi, n)) in enumerate(OLD.items())}  # fmt: skip


def run(tmp_path, old=OLD, new=NEW):
    study = Study(tmp_path)
    study.truth, study.results = {}, {"vsbone2": old, "vsbone3": new}
    rows = study.answer("version_measurement")
    return {row.measure: row for row in rows if notes(row)["metric"] == "bsi"}


def test_new_minus_old_without_a_reference(tmp_path):
    bsi = run(tmp_path)
    differences = [NEW[c][0] - OLD[c][0] for c in CODES]
    assert bsi["bias"].estimate == pytest.approx(np.mean(differences))
    assert bsi["limit_low"].estimate < bsi["bias"].estimate < bsi["limit_high"].estimate
    assert bsi["hodges_lehmann"].test == "wilcoxon_pratt"
    assert {row.n for row in bsi.values()} == {20}
    assert {row.reference for row in bsi.values()} == {""}


def test_slopes_are_those_of_new_on_old(tmp_path):
    double = {code: (2 * bsi, n) for code, (bsi, n) in OLD.items()}
    bsi = run(tmp_path, new=double)
    slopes = [
        row.estimate
        for name, row in bsi.items()
        if name in ("passing_bablok_slope", "deming_slope")
    ]
    assert slopes == pytest.approx([2, 2])


def test_zero_and_not(tmp_path):
    old = OLD | dict.fromkeys(CODES[:5], (0.0, 0))
    new = NEW | dict.fromkeys(CODES[4:6], (0.0, 0))
    row = run(tmp_path, old, new)["nonzero_difference"]
    assert row.estimate == pytest.approx((4 - 1) / 20)
    assert (notes(row)["only_subject"], notes(row)["only_comparator"]) == ("4", "1")


def test_cases_without_a_result_are_counted(tmp_path):
    new = NEW | {"C00": "segmentation_failed", "C01": "missing", "C99": (1.0, 1)}
    bias = run(tmp_path, new=new)["bias"]
    assert bias.n == 18
    assert notes(bias)["left_out_segmentation_failed"] == "1"
    assert notes(bias)["left_out_missing"] == "2"


def table(tmp_path, old=OLD, new=NEW, metric="bsi", **params):
    study = Study(tmp_path)
    study.truth, study.results = {}, {"vsbone2": old, "vsbone3": new}
    return [row for row in study.answer("version_measurement", **params) if row.metric == metric]


def test_a_ratio_is_that_of_the_cases_positive_in_both(tmp_path):
    old = OLD | {"C00": (0.0, 0), "C01": (0.0, 0)}
    new = NEW | {"C01": (0.0, 0), "C02": (0.0, 0)}
    ratio = [row for row in table(tmp_path, old, new) if row.measure == "ratio_bias"]
    assert [(row.cases, row.n) for row in ratio] == [("positive_in_both", 17)]
    assert notes(ratio[0])["left_out_not_positive"] == "3"
    logs = [np.log(new[c][0] / old[c][0]) for c in CODES[3:]]
    assert ratio[0].estimate == pytest.approx(np.exp(np.mean(logs)))
    assert "offset" not in notes(ratio[0])


@pytest.mark.parametrize(
    ("metric", "own", "offsets"),
    [
        ("bsi", {}, ["0.1", "0.01"]),
        ("hotspots", {}, ["1"]),
        ("bsi", {"bsi": [0.05]}, ["0.05"]),
        ("bsi", {"bsi": []}, []),
    ],
)
def test_a_ratio_with_an_offset_is_called_one(tmp_path, metric, own, offsets):
    settings = SETTINGS | {"offsets": SETTINGS["offsets"] | own}
    rows = table(tmp_path, metric=metric, settings=settings)
    found = [notes(row) for row in rows if row.measure == "offset_ratio_bias"]
    assert [said["offset"] for said in found] == offsets
    assert ["main_offset" in said for said in found] == [i == 0 for i in range(len(offsets))]


def test_a_test_and_limits_that_disagree_say_so(tmp_path):
    # zeros and ties: Pratt's p is below .05, the limits of the Walsh averages touch 0
    old = {code: (0.0 if i < 9 else 1.0, 0) for i, code in enumerate(CODES)}
    new = {code: (bsi - 0.01 * (9 <= i < 15), 0) for i, (code, (bsi, _)) in enumerate(old.items())}
    shift = next(r for r in table(tmp_path, old, new) if r.measure == "hodges_lehmann")
    assert shift.p_value < 0.05
    assert shift.ci_low <= 0 <= shift.ci_high
    assert notes(shift)["test_and_limits_differ"] == "walsh"
    agreed = next(r for r in table(tmp_path) if r.measure == "hodges_lehmann")
    assert "test_and_limits_differ" not in notes(agreed)


def test_counts_say_that_places_are_not_compared(tmp_path):
    said = {row.measure for row in table(tmp_path, metric="hotspots") if "same_lesions" in row.note}
    assert said == {"lin_ccc", "icc_a1"}
    assert not any("same_lesions" in row.note for row in table(tmp_path))
