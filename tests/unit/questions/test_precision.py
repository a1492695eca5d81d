"""What the study can show: at the plan alone, with the correlation of its own versions."""

import numpy as np
import pytest

from bonescint.files import read_rows
from bonescint.stats.paired_power import Correlations, Sizes
from bonescint.stats.sample_size import latent_correlation, next_study, paired_power
from tests.scripts.study_tables import SETTINGS, Study, notes

PRIMARY = {"question": "version_diagnosis", "subject": "vsbone3", "comparator": "vsbone2"}
PRIMARY |= {"measure": "auc_difference", "metric": "bsi"}


def answer(tmp_path, spoil=None, **settings):
    study = Study(tmp_path, per_tracer=30)
    if spoil:
        spoil(study)
    return study, study.answer("precision", settings=SETTINGS | settings)


def only(rows, measure, metric="bsi", **fields):
    found = [row for row in rows if (row.measure, row.metric) == (measure, metric)]
    return next(r for r in found if all(getattr(r, k) == v for k, v in fields.items()))


def correlations(rows, metric="bsi"):
    return Correlations(
        *(only(rows, f"correlation_{name}", metric).estimate for name in ("positive", "negative"))
    )


def test_correlations_are_those_of_each_class(tmp_path):
    study, rows = answer(tmp_path)
    for name, truth in (("positive", 1), ("negative", 0)):
        codes = [code for code in study.results["vsbone3"] if study.truth[code] == truth]
        new, old = ([study.results[key][c][0] for c in codes] for key in ("vsbone3", "vsbone2"))
        found = only(rows, f"correlation_{name}")
        assert found.estimate == pytest.approx(latent_correlation(new, old).estimate, abs=1e-9)
        assert (found.n, found.n_positive) == (15, 15 * truth)


def test_power_is_that_of_the_plan_whatever_was_observed(tmp_path):
    _, rows = answer(tmp_path)
    power = only(rows, "power_auc_difference", test="delong_paired")
    expected = paired_power("auc", 0.9, 0.1, correlations(rows), Sizes(25, 25), 0.95)
    assert power.estimate == pytest.approx(expected, abs=1e-8)
    assert power.ci_low < power.estimate < power.ci_high and power.ci_method == "of_correlations"
    assert (power.n, power.n_positive) == (50, 25)
    assert notes(power)["planned_difference"] == "0.1"

    def shifted(study):  # another observed difference, the same ranks among each class
        study.results["vsbone3"] = {
            code: (bsi + 9 * study.truth[code], n)
            for code, (bsi, n) in study.results["vsbone3"].items()
        }

    _, again = answer(tmp_path, shifted)
    assert only(again, "power_auc_difference", test="delong_paired").estimate == power.estimate


def test_the_detectable_difference_has_the_wanted_power(tmp_path):
    _, rows = answer(tmp_path)
    found = only(rows, "detectable_auc_difference").estimate
    reached = paired_power("auc", 0.9, found, correlations(rows), Sizes(25, 25), 0.95)
    assert reached == pytest.approx(0.8, abs=1e-6)
    assert next_study("auc", 0.9, found, None, correlations(rows), 1, 0.8, 0.95) == (25, 25)


def test_what_is_not_planned_is_not_assessed(tmp_path):
    _, rows = answer(tmp_path)
    # a specificity is planned, no difference of it
    assert only(rows, "power_specificity_difference").status == "not assessed"
    assert only(rows, "half_width_specificity", "").status == "ok"
    _, rows = answer(tmp_path, plan=None)
    for row in rows:
        if row.measure.startswith("correlation"):
            assert row.status == "ok"
        else:
            assert row.status == "not assessed" and np.isnan(row.estimate)
    assert not list(read_rows(tmp_path / "precision.sample_size.csv"))


def test_calls_that_differ_are_told_beside_those_that_were_planned(tmp_path):
    study, rows = answer(tmp_path)
    row = only(rows, "power_sensitivity_difference", cutoff=1.0)
    ill = [code for code in study.results["vsbone3"] if study.truth[code]]
    new, old = (study.results[key] for key in ("vsbone3", "vsbone2"))
    differ = sum((new[code][0] >= 1) != (old[code][0] >= 1) for code in ill)
    assert notes(row)["discordant_here"] == f"{differ}/15"
    assert float(notes(row)["discordant_planned"]) >= 0.15  # no less than the difference


def test_the_primary_hypothesis_is_marked_and_drawn(tmp_path):
    _, rows = answer(tmp_path, primary=PRIMARY | {"metric": "hotspots"})
    marked = [row for row in rows if "primary" in notes(row)]
    assert {row.measure for row in marked} == {
        "half_width_auc_difference", "power_auc_difference", "detectable_auc_difference",
    }  # fmt: skip
    assert {row.metric for row in marked} == {"hotspots"}
    drawn = list(read_rows(tmp_path / "precision.sample_size.csv"))
    assert {row["metric"] for row in drawn} == {"hotspots"}
    assert {row["difference"] for row in drawn} == {"0.05", "0.1", "0.15"}
    (planned,) = (row for row in drawn if row["planned"] == "1")
    power = only(rows, "power_auc_difference", "hotspots", test="delong_paired")
    assert float(planned["power"]) == pytest.approx(power.estimate)
    assert (planned["n_positive"], planned["n_negative"]) == ("25", "25")


def test_a_primary_of_sensitivity_is_drawn_as_such(tmp_path):
    measure = {"measure": "sensitivity_difference", "cutoff": 1.0}
    _, rows = answer(tmp_path, primary=PRIMARY | measure)
    marked = [row for row in rows if "primary" in notes(row)]
    assert {row.measure.partition("_sens")[0] for row in marked} == {
        "half_width", "power", "detectable",
    }  # fmt: skip
    drawn = list(read_rows(tmp_path / "precision.sample_size.csv"))
    assert {row["measure"] for row in drawn} == {"sensitivity_difference"}


def test_one_class_without_spread_takes_only_its_own_measures(tmp_path):
    def flat(study):
        study.results = {
            key: {c: found if study.truth[c] else (0.0, 0) for c, found in cases.items()}
            for key, cases in study.results.items()
        }

    _, rows = answer(tmp_path, flat)
    assert only(rows, "correlation_negative").status == "constant"
    assert only(rows, "power_auc_difference").status == "constant"
    assert only(rows, "power_sensitivity_difference").status == "ok"
    assert not list(read_rows(tmp_path / "precision.sample_size.csv"))
