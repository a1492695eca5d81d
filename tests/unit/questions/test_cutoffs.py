import numpy as np
import pytest

from bonescint.stats import roc
from tests.scripts.study_tables import SETTINGS, SOFTWARE_PARAM, Study, notes

TRUTH = {"C1": 1, "C2": 1, "C3": 1, "C4": 0, "C5": 0, "C6": 0, "C7": None, "C8": 1}
RESULTS = {
    "vsbone2": {
        "C1": (3.0, 9), "C2": (1.0, 2), "C3": (0.2, 0), "C4": (0.0, 0), "C5": (0.4, 1),
        "C6": (1.5, 4), "C7": (0.9, 2), "C8": "segmentation_failed", "C9": (2.0, 2),
    },
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    study = Study(tmp_path)
    study.truth, study.results = TRUTH, RESULTS
    return study


def answer(study, **settings):
    software = {"vsbone2": SOFTWARE_PARAM["vsbone2"]}
    rows = study.answer("cutoffs", software=software, settings=SETTINGS | settings)
    # those of other cases than its own: tests/unit/stats/test_case_sets.py
    return [row for row in rows if notes(row)["metric"] == "bsi" and not row.cases]


def test_a_configured_cutoff(study):
    rows = answer(study)
    at = [row for row in rows if "exploratory" not in notes(row)]
    assert [(row.measure, row.ci_method) for row in at] == [
        ("sensitivity", "wilson"),
        ("specificity", "wilson"),
        ("sensitivity", "clopper_pearson"),
        ("specificity", "clopper_pearson"),
        ("sensitivity", "mid_p"),
        ("specificity", "mid_p"),
        ("likelihood_ratio_positive", "simel"),
        ("likelihood_ratio_negative", "simel"),
        ("diagnostic_odds_ratio", "woolf"),
        ("percent_agreement", "wilson"),
        ("cohen_kappa", "fleiss_cohen_everitt_log"),
        ("cohen_kappa", "fleiss_cohen_everitt"),
        ("prevalence_index", ""),
        ("bias_index", "newcombe_paired"),
    ]
    # positive at or above the cut-off
    sensitivity, specificity = at[:2]
    assert sensitivity.estimate == specificity.estimate == pytest.approx(2 / 3, rel=1e-9)
    assert notes(sensitivity)["count"] == "2/3"
    assert {notes(row)["cutoff"] for row in at} == {"1"}
    assert {tuple(row.estimate for row in at[i : i + 2]) for i in (0, 2, 4)} == {
        tuple(row.estimate for row in at[:2])
    }
    assert at[2].ci_low < at[0].ci_low < at[0].ci_high < at[2].ci_high  # exact limits are wider
    assert [row.estimate for row in at[6:9]] == pytest.approx([2, 0.5, 4])
    assert {(row.n, row.n_positive) for row in at} == {(6, 3)}


def test_agreement_with_the_consensus_says_what_it_depends_on(study):
    found = [row for row in answer(study) if "planned_share" in notes(row)]
    agreed, kappa, wald, prevalence, bias = found
    # two of three positive ones found, two of three others let alone
    assert (agreed.estimate, notes(agreed)["count"]) == (pytest.approx(4 / 6, rel=1e-9), "4/6")
    assert kappa.estimate == wald.estimate == pytest.approx(1 / 3, rel=1e-9)
    assert (prevalence.estimate, bias.estimate) == (0, 0)
    assert np.isnan(prevalence.ci_low) and bias.ci_low < 0 < bias.ci_high
    assert all(np.isnan(row.p_value) and not row.test for row in found)
    assert "accuracy" not in {row.measure for row in answer(study)}


def test_youdens_cutoff_is_exploratory_and_corrected(study):
    best, corrected = (row for row in answer(study) if "exploratory" in notes(row))
    y = np.array([1, 1, 1, 0, 0, 0])
    score = np.array([3.0, 1, 0.2, 0, 0.4, 1.5])
    assert best.estimate == pytest.approx(roc.youden(y, score).estimate)
    assert corrected.estimate < best.estimate


def test_two_cutoffs_of_one_metric_and_none(study):
    cutoffs = [{"metric": "bsi", "value": v} for v in (0.46, 1)]
    found = [notes(r)["cutoff"] for r in answer(study, cutoffs=cutoffs)
             if r.measure == "sensitivity" and r.ci_method == "wilson"]  # fmt: skip
    assert found == ["0.46", "1"]
    assert all("exploratory" in notes(row) for row in answer(study, cutoffs=[]))
