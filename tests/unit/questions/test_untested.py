"""What answers no question of a study is described and not tested, in whatever question it is."""

import numpy as np
import pytest

from bonescint.questions import known, question
from bonescint.stats import agreement, ranks
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import UNTESTED, without_test
from tests.scripts.study_tables import Study, notes

ASKED = (
    "reader_agreement", "reader_eod", "reader_counts", "version_diagnosis", "version_measurement",
    "hotspot_count", "bsi_eod", "software_comparison", "case_mix",
    "bridge", "one_truth", "subgroups",
)  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    study = Study(tmp_path_factory.mktemp("study"))
    return {name: study.answer(name) for name in ASKED}


def test_no_table_tests_more_than_was_asked(tables):
    rows = [row for table in tables.values() for row in table if row.measure in UNTESTED]
    assert {row.measure for row in rows} >= {
        "fleiss_kappa", "icc_a1", "kendall", "kendall_w", "nri", "spearman",
    }  # fmt: skip
    for row in rows:
        assert np.isnan([row.p_value, row.statistic]).all() and not row.test
        assert {"z", "z_p", "df", "df1", "df2"}.isdisjoint(notes(row))
    assert any(not np.isnan(row.estimate) for row in rows)


def test_the_trend_over_the_grades_is_tested_once(tables):
    tested = {row.measure for row in tables["bsi_eod"] if not np.isnan(row.p_value)}
    assert tested == {"jonckheere", "kruskal_wallis"}
    # Kendall's would be the same but for the correction for ties
    rng = np.random.default_rng(3)
    grade, value = rng.integers(4, size=60), rng.normal(size=60)
    assert ranks.jonckheere(value, grade).p_value == pytest.approx(
        ranks.kendall(value, grade).p_value, rel=0.05
    )


def test_other_patients_are_compared_by_limits_alone(tables):
    assert [name for name in known() if not question(name).tested] == [
        "baseline", "one_truth", "software_comparison", "bridge", "case_mix", "subgroups",
    ]  # fmt: skip
    for name in ("one_truth", "software_comparison", "bridge", "case_mix", "subgroups"):
        assert all(np.isnan(row.p_value) and not row.test for row in tables[name])
        assert any(not np.isnan(row.ci_low) for row in tables[name])


def test_what_belongs_to_the_limits_stays():
    row = Estimate(ci_method="delong_t", p_value=0.1, statistic=2, test="t", note="df=9; z=2; x")
    assert without_test(row).note == "df=9; x"
    w = agreement.kendall_w([[1, 2], [2, 3], [3, 1], [0, 0]])
    assert (w.note, without_test(w).note, without_test(w).estimate) == ("df=3", "", w.estimate)
