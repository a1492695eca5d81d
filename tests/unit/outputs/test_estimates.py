import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.files import number
from bonescint.outputs.estimates import (
    OF_TESTS,
    as_read,
    estimate_in_words,
    find,
    performance,
    primary,
    remarks,
    with_limits,
)
from bonescint.outputs.labels import Labels
from bonescint.questions import known
from bonescint.resources import Texts
from tests.scripts.outputs.contract import ESTIMATE, SOFTWARE

LABELS = Labels(Texts("report", "ja"), SOFTWARE, True)


def row(**fields: str) -> dict[str, str]:
    return dict.fromkeys(ESTIMATE.split(","), "") | {"status": "ok"} | fields


@pytest.mark.parametrize("said", ["test_and_limits_differ=walsh", "one_without_variance"])
def test_a_list_of_tests_says_what_p_must_not_be_taken_for(said: str) -> None:
    one = row(measure="hodges_lehmann", metric="bsi", note=f"zeros=11; {said}; family=measurement")
    key, _, value = said.partition("=")
    assert remarks(one, LABELS, OF_TESTS) == [LABELS.note(key, value)]


def test_find_takes_the_first_row_of_the_metric_and_the_comparator() -> None:
    rows = [
        row(measure="auc", subject="a", metric="hotspots", estimate="0.1"),
        row(measure="auc", subject="a", comparator="b", metric="bsi", estimate="0.2"),
        row(measure="auc", subject="a", metric="bsi", cases="eod=2", estimate="0.25"),
        row(measure="auc", subject="a", metric="bsi", note="zeros=2", estimate="0.3"),
        row(measure="auc", subject="a", metric="bsi", estimate="0.4"),
    ]
    assert find(rows, "auc", "a", "bsi") is rows[3]
    assert find(rows, "auc", "a", "bsi", comparator="b") is rows[1]
    assert find(rows, "auc", "c", "bsi") is None


def test_sensitivity_is_that_of_the_configured_cutoff() -> None:
    rows = [
        row(measure=measure, subject="a", metric="bsi", cutoff=cutoff, estimate=cutoff)
        for measure in ("sensitivity", "auc")
        for cutoff in ("0.3", "1", "1")
    ]
    found = performance(rows[3:], rows[:3], "a", "bsi", {"bsi": 1.0})
    assert found == {"auc": rows[3], "sensitivity": rows[1], "specificity": None}
    # one that was chosen from the data does not stand in for it
    assert performance(rows[3:], rows[:3], "a", "bsi", {})["sensitivity"] is None


def test_limits_are_shown_only_where_there_are_any() -> None:
    full = row(estimate="0.931", ci_low="0.84", ci_high="0.97")
    assert with_limits(full, LABELS) == "0.93 (0.84〜0.97)"
    assert with_limits(row(estimate="1", status="complete separation"), LABELS).startswith("1.00 (")
    assert with_limits(row(status="one class"), LABELS) == LABELS.word("one class")
    assert with_limits(row(status="a new status"), LABELS) == "a new status"
    assert with_limits(None, LABELS) == "データなし"
    assert with_limits(row(statistic="2.1", p_value="0.3"), LABELS) == ""


def test_words_replace_keys_and_unknown_keys_stay() -> None:
    said = estimate_in_words(
        row(
            subject="vsbone3", comparator="vsbone2", measure="auc_difference", test="new_test",
            metric="bsi", cutoff="0.5", cases="eod=2", level="0.95",
            note="seed=20190601; z=0.5718246385; confounded; "
            "new_remark=3; version=3.0; comparator_version=2.0; family=versions; exploratory; "
            "equivalent=1",
        ),
        LABELS,
    )  # fmt: skip
    assert said["subject"] == "VSBONE (simulated) 3.0"
    assert said["measure"] == "AUC の差"
    assert said["test"] == "new_test"
    assert said["metric"] == "BSI"
    assert "20190601" in said["note"]
    assert "0.5718" in said["note"] and "0.57182" not in said["note"]
    assert "患者・薬剤が異なる比較" in said["note"]
    assert "new_remark=3" in said["note"]
    assert said["cutoff"] == "0.5" and said["role"] == "探索的" and said["family"] == "versions"
    assert "EOD 2" in said["note"] and "同等性の基準を満たす" in said["note"]
    for word in ("metric", "cutoff", "version", "family", "3.0", "探索的"):
        assert word not in said["note"]


def test_the_primary_hypothesis_is_found_and_read() -> None:
    rows = [
        row(measure="nri", note="family=a"),
        row(
            measure="auc_difference", metric="bsi", cutoff="0.50", note="primary", n="49",
            n_positive="24", estimate="0.04", p_value="0.0004", statistic="-1.234",
        ),
    ]  # fmt: skip
    (found,) = (as_read(row, LABELS) for row in primary(rows))
    assert found["metric"] == "BSI ≥ 0.5 %" and found["counts"] == "49 / 24"
    assert (found["p"], found["statistic"], found["role"]) == ("<0.001", "−1.23", "主要仮説")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_question_has_words(language: str) -> None:
    labels = Labels(Texts("workbook", language), SOFTWARE, True)
    for question in known():
        assert labels.question("title", question) != question
        assert 0 < len(labels.question("sheet", question)) <= 31  # Excel's limit
        assert labels.question("note", question)
    for question in ("software_comparison", "case_mix"):
        assert ("患者・薬剤が異なる比較" in labels.question("caution", question)) == (
            language == "ja"
        )
    for question in ("hypotheses", "version_diagnosis", "software_comparison"):
        assert labels.word("small_groups") in labels.question("caution", question)
    assert labels.question("title", "new") == "new" and not labels.question("note", "new")


def test_numbers_as_people_read_them() -> None:
    one = row(estimate="-1.5", ci_low="-3", ci_high="-0.004")
    assert with_limits(one, LABELS) == "−1.50 (−3.00〜−0.004)"
    near = row(estimate="-0.001", ci_low="-0.0497", ci_high="0.04", note="margin=0.05")
    assert with_limits(near, LABELS) == "−0.001 (−0.0497〜0.04)"
    asked = {"0.0004": "<0.001", "0.0494": "0.049", "0.0496": "0.0496", "": ""}
    assert {p: as_read(row(p_value=p), LABELS)["p"] for p in asked} == asked
    level = Labels(Texts("report", "ja"), SOFTWARE, True, confidence=0.99)
    assert as_read(row(p_value="0.0099"), level)["p"] == "0.0099"
    assert LABELS.note("z_p", "0.04996123") == "正規近似の p = 0.04996"


def test_only_a_test_in_a_family_has_an_adjusted_p() -> None:
    shown = {
        note: as_read(row(p_value="0.04", p_adjusted="0.04", note=note), LABELS)["p_adjusted"]
        for note in ("primary", "exploratory", "family=versions")
    }
    assert shown == {"primary": "", "exploratory": "", "family=versions": "0.040"}


@given(st.text())
def test_number_never_raises_and_never_gives_nan(text: str) -> None:
    value = number(text)
    assert value is None or value == value


def test_versions_stand_beside_each_other_over_the_same_cases() -> None:
    rows = [
        row(measure=measure, subject=key, metric="bsi", cutoff="1", cases=cases, estimate="0.5")
        for key in ("old", "new")
        for measure in ("auc", "sensitivity", "specificity")
        for cases in ("", "failures_as_wrong", "same_cases")
        if (key, cases) != ("old", "same_cases")  # its own cases are those of both
    ]
    for key, cases in (("old", ""), ("new", "same_cases")):
        found = performance(rows, rows, key, "bsi", {"bsi": 1.0})
        assert [one and one["cases"] for one in found.values()] == [cases] * 3


def test_a_ratio_with_an_offset_says_what_was_added() -> None:
    said = estimate_in_words(row(measure="offset_ratio_bias", note="offset=0.1"), LABELS)
    assert said["measure"] == "(新版 + 0.1) / (旧版 + 0.1) の幾何平均"
    assert LABELS.word("offset_ratio_bias") == "(新版 + c) / (旧版 + c) の幾何平均"
    plain = estimate_in_words(row(measure="ratio_bias", cases="positive_in_both"), LABELS)
    assert plain["measure"] == "新版 / 旧版 の幾何平均"
    assert "両版とも 0 より大きい症例" in plain["note"]


@pytest.mark.parametrize(
    ("measure", "value", "said"),
    [
        ("group_size", "50", "50"),
        ("median", "54.5", "54.5"),
        ("quartile_low", "4.755", "4.75"),
        ("share", "0.5", "0.50"),
    ],
)
def test_what_describes_cases_has_the_digits_of_the_data(
    measure: str, value: str, said: str
) -> None:
    assert with_limits(row(measure=measure, estimate=value), LABELS) == said
