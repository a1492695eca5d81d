import runpy

import numpy as np
import pytest

from bonescint.resources import ROOT
from bonescint.stats.estimate import read_estimates
from bonescint.stats.multiplicity import holm
from compare_versions import compare_versions
from tests.unit.metrics_tables import (
    SETTINGS,
    assert_worded,
    notes,
    snakemake_object,
    write_measurements,
    write_reference,
)

MEASURES = [
    "auc_difference",
    "sensitivity_difference",
    "specificity_difference",
    "bias",
    "limit_low",
    "limit_high",
    "hodges_lehmann",
]
CODES = [f"C{i:02}" for i in range(20)]
TRUTH = {code: int(i < 10) for i, code in enumerate(CODES)}
OLD = {code: (round(0.3 + 0.13 * ((i * 7) % 11), 2), i % 5) for i, code in enumerate(CODES)}
NEW = {code: (round(bsi * (1.4 if i < 10 else 0.7), 2), n) for i, (code, (bsi, n)) in
       enumerate(OLD.items())}  # fmt: skip


def run(tmp_path, truth=TRUTH, old=OLD, new=NEW, pairs=(("vsbone2", "vsbone3"),)):
    compare_versions(
        write_reference(tmp_path / "reference.csv", truth),
        write_measurements(tmp_path / "measurements.csv", {"vsbone2": old, "vsbone3": new}),
        pairs,
        SETTINGS,
        tmp_path / "table.csv",
    )
    rows = list(read_estimates(tmp_path / "table.csv"))
    assert_worded(rows)
    return rows


def of(rows, metric="bsi"):
    return {row.measure: row for row in rows if notes(row)["metric"] == metric}


def test_every_question_of_both_metrics_new_minus_old(tmp_path):
    rows = run(tmp_path)
    assert [row.measure for row in rows] == MEASURES * 2
    assert {(r.question, r.subject, r.comparator) for r in rows} == {
        ("version_change", "vsbone3", "vsbone2")
    }
    bsi = of(rows)
    differences = [NEW[c][0] - OLD[c][0] for c in CODES]
    assert bsi["bias"].estimate == pytest.approx(np.mean(differences))
    assert bsi["limit_low"].estimate < bsi["bias"].estimate < bsi["limit_high"].estimate
    assert bsi["auc_difference"].estimate > 0
    assert bsi["auc_difference"].test == "delong_paired"
    assert bsi["hodges_lehmann"].test == "wilcoxon_pratt"


def test_sensitivity_and_specificity_are_paired_by_case(tmp_path):
    bsi = of(run(tmp_path))
    ill, well = CODES[:10], CODES[10:]
    gained = sum(NEW[c][0] >= 1 > OLD[c][0] for c in ill)
    lost = sum(OLD[c][0] >= 1 > NEW[c][0] for c in ill)
    cleared = sum(OLD[c][0] >= 1 > NEW[c][0] for c in well)
    assert gained and cleared and not lost  # the table is worth testing on
    sensitivity, specificity = bsi["sensitivity_difference"], bsi["specificity_difference"]
    assert sensitivity.estimate == pytest.approx(gained / 10)
    assert notes(sensitivity)["only_new"] == str(gained)
    assert notes(sensitivity)["only_old"] == "0"
    assert sensitivity.p_value == pytest.approx(min(1, 2 * 0.5**gained))
    assert specificity.estimate == pytest.approx(cleared / 10)
    assert (sensitivity.n, sensitivity.n_positive) == (20, 10)
    assert (sensitivity.test, sensitivity.ci_method) == ("mcnemar_exact", "newcombe_paired")
    assert sensitivity.ci_low < sensitivity.estimate < sensitivity.ci_high


def test_only_cases_with_both_results_count(tmp_path):
    new = NEW | {"C00": "segmentation_failed", "C01": "missing", "C99": (1.0, 1)}
    bsi = of(run(tmp_path, truth=TRUTH | {"C02": None}, new=new))
    # C99 has no older result; the tie C02 can be measured though not judged
    assert (bsi["bias"].n, bsi["auc_difference"].n) == (18, 17)
    assert notes(bsi["bias"])["left_out_segmentation_failed"] == "1"
    assert notes(bsi["bias"])["left_out_missing"] == "2"
    assert "left_out_no_reference" not in notes(bsi["bias"])
    assert notes(bsi["auc_difference"])["left_out_no_reference"] == "1"


def test_identical_versions(tmp_path):
    rows = run(tmp_path, new=OLD)
    assert {row.status for row in rows} == {"identical", "no discordant pairs"}
    tested = [row for row in rows if row.test]
    assert len(tested) == 8
    assert {row.p_value for row in tested} == {1.0}
    assert {r.estimate for r in rows if not r.measure.startswith("limit")} == {0.0}
    assert np.isnan([(row.ci_low, row.ci_high) for row in rows]).all()


@pytest.mark.parametrize(
    ("truth", "old", "new"),
    [
        ({}, {}, {}),
        (TRUTH, {}, NEW),
        ({}, OLD, NEW),
        (dict.fromkeys(CODES, 1), OLD, NEW),
        (dict.fromkeys(CODES, 0), OLD, NEW),
        (TRUTH, dict.fromkeys(CODES, (0.0, 0)), dict.fromkeys(CODES, (0.0, 0))),
        ({"C00": 1}, {"C00": (1, 1)}, {"C00": (2, 2)}),
    ],
)
def test_degenerate_cohorts_keep_every_row(tmp_path, truth, old, new):
    rows = run(tmp_path, truth, old, new)
    assert [row.measure for row in rows] == MEASURES * 2
    for row in rows:
        if row.status != "ok":
            assert np.isnan([row.ci_low, row.ci_high]).all(), row
    assert rows[0].status != "ok"


def test_p_values_are_adjusted_within_the_pair(tmp_path):
    rows = run(tmp_path)
    expected = holm([row.p_value for row in rows])
    assert [r.p_adjusted for r in rows] == pytest.approx(expected, nan_ok=True, rel=1e-8)


def test_no_pairs(tmp_path):
    assert run(tmp_path, pairs=()) == []


def test_adapter(tmp_path):
    run(tmp_path)
    fake = snakemake_object(
        tmp_path,
        {
            "reference": str(tmp_path / "reference.csv"),
            "measurements": str(tmp_path / "measurements.csv"),
        },
        {"table": str(tmp_path / "out.csv")},
        {"pairs": [["vsbone2", "vsbone3"]], "settings": SETTINGS},
    )
    runpy.run_path(str(ROOT / "scripts/compare_versions.py"), {"snakemake": fake}, "__main__")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "table.csv").read_bytes()
