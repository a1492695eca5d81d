"""The software against each reader and the consensus, beside the readers on the same cases."""

import numpy as np
import pytest

from tests.scripts.study_tables import SETTINGS, Study, notes

LIMITS = ("bias", "limit_low", "limit_high", "quantile_low", "quantile_high", "spread_tau")


def rows(study, **want):
    return [
        row
        for row in study.answer("software_readers")
        if all(getattr(row, key) == value for key, value in want.items())
    ]


def test_which_pairs_are_compared(tmp_path):
    study = Study(tmp_path)
    found = rows(study, metric="bsi", cutoff=1.0, subject="vsbone3")
    assert [(row.comparator, row.reference) for row in found if "agreement" not in row.measure] == [
        ("all_readers", ""), ("all_readers", ""),
        *[(reader, "") for reader in ("reader1", "reader2", "reader3") for _ in range(3)],
        *[("consensus", "consensus")] * 3,
    ]  # fmt: skip
    by_hand = [
        (study.results["vsbone3"][code][0] >= 1) == study.answers["reader2"][code]
        for code in study.results["vsbone3"]
    ]
    percent = next(
        r for r in found if (r.comparator, r.measure) == ("reader2", "percent_agreement")
    )
    assert (percent.estimate, percent.n) == (pytest.approx(np.mean(by_hand)), 12)
    against = next(r for r in found if (r.reference, r.measure) == ("consensus", "cohen_kappa"))
    assert (against.n_positive, against.ci_method) == (6, "fleiss_cohen_everitt_log")


def test_readers_beside_are_of_the_same_cases(tmp_path):
    study = Study(tmp_path)
    first, second, third = list(study.results["vsbone3"])[:3]
    study.results["vsbone3"][first] = "segmentation_failed"
    study.answers["reader2"][second] = None
    study.truth[third] = None
    table = rows(study)
    at = [row for row in table if row.subject == "vsbone3" and row.measure == "gwet_ac1"]
    beside = [row for row in table if row.cases == "cases_of=vsbone3" and row.measure == "gwet_ac1"]
    assert {row.n for row in at if not row.reference} == {row.n for row in beside} == {10}
    assert {row.n for row in at if row.reference} == {9}  # the readers did not decide on one
    said = notes(beside[0])
    assert said["left_out_segmentation_failed"] == said["left_out_not_read_by_all"] == "1"
    assert notes(next(row for row in at if row.reference))["left_out_no_reference"] == "1"
    # both metrics have the same cases: each pair of readers stands there once
    assert [(row.subject, row.comparator) for row in beside] == [
        ("reader1", "reader2"), ("reader1", "reader3"), ("reader2", "reader3"),
    ]  # fmt: skip
    assert {row.metric for row in beside} == {""}


def test_a_metric_with_other_cases_has_readers_of_its_own(tmp_path):
    study = Study(tmp_path)
    code = next(iter(study.results["vsbone3"]))
    study.results["vsbone3"][code] = (0.5, "")
    beside = rows(study, cases="cases_of=vsbone3", measure="gwet_ac1")
    assert [(row.metric, row.n) for row in beside] == [("", 12)] * 3 + [("hotspots", 11)] * 3


def test_a_reader_who_read_nothing_takes_no_cases_away(tmp_path):
    study = Study(tmp_path)
    study.answers["reader3"] = dict.fromkeys(study.answers["reader3"])
    found = rows(study, subject="bonenavi", metric="bsi", measure="cohen_kappa")
    assert {row.comparator: (row.n, row.status) for row in found} == {
        "reader1": (12, "ok"), "reader2": (12, "ok"), "reader3": (0, "no data"),
        "consensus": (12, "ok"),
    }  # fmt: skip
    (gap, _) = rows(study, subject="bonenavi", metric="bsi", measure="kappa_gap")
    assert gap.status == "ok" and gap.n == 12


def test_counts_against_each_readers_count(tmp_path):
    study = Study(tmp_path)
    counted = rows(study, reference="n_metastases")
    assert {(row.metric, row.measure) for row in counted} == {
        (metric, measure)
        for metric in ("hotspots", "")  # the software's, and the readers' with each other
        for measure in ("icc_a1", "lin_ccc", *LIMITS, "count_agreement")
    }
    assert {row.measure for row in counted if "same_lesions" in notes(row)} == {
        "icc_a1", "lin_ccc", "count_agreement",
    }  # fmt: skip
    assert all(np.isnan(row.p_value) and not row.test for row in counted)
    near = {
        (row.subject, row.comparator): row for row in counted if row.measure == "count_agreement"
    }
    by_hand = [
        abs(result[1] - study.count[code]) <= 1 for code, result in study.results["vsbone2"].items()
    ]
    assert near["vsbone2", "reader1"].estimate == pytest.approx(np.mean(by_hand))
    assert near["reader1", "reader2"].estimate == 1  # both have the study's count


def test_where_large_counts_differ_by_more_raw_limits_do_not_stand_first(tmp_path):
    study = Study(tmp_path, per_tracer=24)
    study.count = {code: i for i, code in enumerate(study.results["vsbone3"])}
    study.results["vsbone3"] = {
        code: (0.5, count + (-1) ** count * count // 3) for code, count in study.count.items()
    }
    found = rows(study, subject="vsbone3", comparator="reader1", reference="n_metastases")
    limits = [row for row in found if row.measure in LIMITS]
    assert [row.measure for row in limits] == [
        "quantile_low", "quantile_high", "bias", "limit_low", "limit_high", "spread_tau",
    ]  # fmt: skip
    assert ["spread_grows" in notes(row) for row in limits] == [False] * 3 + [True] * 2 + [False]
    assert limits[-1].estimate > 0.5 and limits[-1].ci_low > 0


def test_calls_and_consensus_share_no_name_with_sensitivity(tmp_path):
    table = Study(tmp_path).answer("software_readers")
    # positive agreement with the consensus is PPA, the sensitivity of `cutoffs`: another number
    assert {row.measure for row in table if row.reference == "consensus"} == {
        "percent_agreement", "cohen_kappa", "gwet_ac1",
    }  # fmt: skip
    depends = {row.measure for row in table if "planned_share" in notes(row)}
    assert depends == {"percent_agreement", "cohen_kappa"}


def test_one_reader_and_a_program_that_always_fails(tmp_path):
    study = Study(tmp_path)
    study.answers = {"reader1": study.answers["reader1"]}
    study.results["vsbone3"] = dict.fromkeys(study.results["vsbone3"], "segmentation_failed")
    table = study.answer("software_readers")
    assert not [row for row in table if row.cases]
    statuses = {(row.subject, row.measure, row.status) for row in table if row.metric == "bsi"}
    assert ("vsbone2", "kappa_gap", "too few raters") in statuses
    assert {one for key, _, one in statuses if key == "vsbone3"} == {"no data", "too few raters"}


def test_a_study_without_cutoffs_is_told(tmp_path):
    table = Study(tmp_path).answer("software_readers", settings=SETTINGS | {"cutoffs": []})
    about = [(row.subject, row.metric, row.measure, row.status) for row in table if not row.cases]
    assert ("vsbone3", "bsi", "kappa_gap", "no cutoff") in about
