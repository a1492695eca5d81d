import numpy as np
import pytest

from tests.scripts.study_tables import Study, notes

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


def test_who_lacks_a_result_is_counted(tmp_path):
    new = NEW | {"C00": "segmentation_failed", "C01": "missing", "C99": (1.0, 1)}
    bias = run(tmp_path, new=new)["bias"]
    assert bias.n == 18
    assert notes(bias)["left_out_segmentation_failed"] == "1"
    assert notes(bias)["left_out_missing"] == "2"
