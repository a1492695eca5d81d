"""No sentence of the answer says more than the interval that it was made from."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.files import Row
from bonescint.outputs.answers import Answer, answers, caution
from bonescint.outputs.glance import at_a_glance
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.resources import Texts
from tests.scripts.outputs.contract import CUTOFFS, ESTIMATE, SOFTWARE

LIMITS = st.tuples(*[st.floats(-1, 1).map(lambda x: round(x, 6))] * 2).map(sorted)
WAYS = {"better": "is better", "worse": "is worse", "neither": "neither better nor worse"}


def labels(language: str = "en", software: Any = SOFTWARE) -> Labels:
    return Labels(Texts("report", language), software, True)


def row(question: str, subject: str, measure: str, **fields: object) -> Row:
    blank = dict.fromkeys(ESTIMATE.split(","), "")
    said = {"question": question, "subject": subject, "measure": measure, "status": "ok"}
    return blank | said | {key: str(value) for key, value in fields.items()}


def results(*rows: Row, truth: str = "", **settings: Any) -> Results:
    metrics: dict[str, list[Row]] = {}
    for one in rows:
        metrics.setdefault(one["question"], []).append(one)
    tables: dict[str, Any] = {
        "cases": [{"code": f"BS-{n}"} for n in range(len(truth))],
        "reference": [{"metastasis": "" if one == "-" else one} for one in truth],
        "metrics": metrics,
        "provenance": {"analysis": {"metrics": {"cutoffs": CUTOFFS} | settings}},
    }
    rest = set(Results.__dataclass_fields__) - set(tables) - {"unanswered", "failed_calls"}
    return Results(**tables, **{name: [] for name in rest})


def said_of(topic: str, found: list[Answer]) -> list[Answer]:
    return [one for one in found if one.topic == topic]


def version(low: float, high: float, **fields: object) -> Row:
    limits = {"estimate": (low + high) / 2, "ci_low": low, "ci_high": high}
    about = {"comparator": "vsbone2", "metric": "bsi", "n": 47}
    return row("version_diagnosis", "vsbone3", "auc_difference", **about | limits | fields)


def gap(subject: str, low: float, high: float) -> Row:
    limits = {"estimate": (low + high) / 2, "ci_low": low, "ci_high": high}
    about = {"comparator": "all_readers", "metric": "bsi", "cutoff": 1, "n": 48}
    return row("software_readers", subject, "kappa_gap", **about | limits)


def printed(text: str) -> list[float]:
    """Return the limits that a sentence shows."""
    pairs = re.findall(r"\((−?[\d.]+(?:e−\d+)?) to (−?[\d.]+(?:e−\d+)?)\)", text)
    return [float(number.replace("−", "-")) for pair in pairs for number in pair]


@given(LIMITS)
def test_what_is_said_of_versions_is_seen_in_the_limits_beside_it(limits: list[float]) -> None:
    (said,) = said_of("versions", answers(results(version(*limits)), labels()))
    low, high = printed(said.text)
    assert (low > 0) == (WAYS["better"] in said.text) == (said.verdict == "better")
    assert (high < 0) == (WAYS["worse"] in said.text) == (said.verdict == "worse")
    assert (low <= 0 <= high) == (WAYS["neither"] in said.text)


@given(LIMITS, st.floats(0.01, 0.5).map(lambda x: round(x, 3)))
def test_equivalent_is_said_within_the_margin_alone(limits: list[float], margin: float) -> None:
    study = results(version(*limits), margins={"auc": margin})
    (said,) = said_of("versions", answers(study, labels()))
    low, high = printed(said.text)
    inside = -margin < low and high < margin
    assert inside == (said.verdict in ("equivalent", "better_within", "worse_within"))
    assert f"margin of {margin:g}" in said.text or not inside
    assert "not fixed beforehand" in said.text
    fixed = results(
        version(*limits),
        margins={"auc": margin},
        protocol={"document": "Plan 3", "date": "2024-01-31"},
    )
    (said,) = said_of("versions", answers(fixed, labels()))
    assert "fixed beforehand in Plan 3 (2024-01-31)" in said.text


@given(LIMITS, LIMITS)
def test_each_software_is_told_under_its_own_verdict(a: list[float], b: list[float]) -> None:
    study = results(gap("vsbone2", *a), gap("vsbone3", *b))
    found = said_of("readers", answers(study, labels()))
    assert sum(len(one.rows) for one in found) == 2
    for one in found:
        limits = printed(one.text)
        for low, high in zip(limits[::2], limits[1::2], strict=True):
            assert (low > 0) == (one.verdict == "better")
            assert (high < 0) == (one.verdict == "worse")
        assert ("is better than" in one.text) == (one.verdict == "better")
        assert ("is worse than" in one.text) == (one.verdict == "worse")
        for name in ("vsbone2", "vsbone3"):
            told = any(of["subject"] == name for of in one.rows)
            assert told == (SOFTWARE[name]["label"] in one.text)


@given(LIMITS, LIMITS)
def test_against_the_mean_reader_each_measure_has_its_own_verdict(
    a: list[float], b: list[float]
) -> None:
    rows = [
        row("one_truth", "vsbone3", f"{measure}_difference", comparator="mean_reader",
            metric="bsi", cutoff=1, estimate=(low + high) / 2, ci_low=low, ci_high=high)
        for measure, (low, high) in (("sensitivity", a), ("specificity", b))
    ]  # fmt: skip
    auc = row("accuracy", "vsbone3", "auc", metric="bsi", estimate=0.9)
    found = said_of("truth", answers(results(*rows, auc), labels()))
    assert [one.rows for one in found] == [(rows[0],), (rows[1],)]
    for one, name in zip(found, ("Sensitivity", "Specificity"), strict=True):
        low, high = printed(one.text)
        assert one.text.startswith(name)
        assert (low > 0) == ("is better than" in one.text) == (one.verdict == "better")
        assert (high < 0) == ("is worse than" in one.text) == (one.verdict == "worse")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_could_not_be_computed_says_why(language: str) -> None:
    missing = {"estimate": "", "ci_low": "", "ci_high": "", "status": "one class"}
    auc = row("accuracy", "bonenavi", "auc", metric="bsi", n=4, status="one class")
    no_cutoff = row("software_readers", "bonenavi", "kappa_gap", metric="bsi", status="no cutoff")
    study = results(version(0, 0, **missing), auc, no_cutoff, truth="1111", cutoffs=[])
    found = answers(study, labels(language))
    for topic, status in (
        ("versions", "one class"),
        ("readers", "no cutoff"),
        ("truth", "one class"),
    ):
        (one,) = said_of(topic, found)
        assert labels(language).word(status) in one.text, topic
        assert one.verdict == (None if topic == "truth" else "not_assessed")


def test_a_study_says_nothing_of_what_it_has_not() -> None:
    assert [one.topic for one in answers(results(), labels())] == ["data"]
    alone = labels("ja", {"vsbone3": SOFTWARE["vsbone3"]})
    assert [one.topic for one in answers(results(gap("vsbone3", 0, 1)), alone)] == [
        "data",
        "readers",
    ]


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ("", "No case was analysed."),
        ("1100", "2 have metastases and 2 have none."),
        ("11-", "2 have metastases and 0 have none; 1 have no consensus."),
        ("--", "2 cases were analysed."),
    ],
)
def test_the_cases_are_told_first(truth: str, words: str) -> None:
    first = answers(results(truth=truth), labels())[0]
    assert first.topic == "data" and first.text.endswith(words)


def test_failures_are_counted_and_products_not_compared() -> None:
    failed = row("failures", "vsbone2", "segmentation_failed", n=50, note="count=3/50")
    none = row("failures", "vsbone3", "segmentation_failed", n=50, note="count=0/50")
    between = row("software_comparison", "bonenavi", "auc_difference", comparator="vsbone2")
    found = answers(results(failed, none, between), labels())
    (said,) = said_of("failures", found)
    assert said.text == "Failed segmentations, of the cases: VSBONE (simulated) 2.0 3/50."
    assert said_of("products", found)[0].text.startswith("BoneNAVI and VSBONE: different patients")
    (said,) = said_of("failures", answers(results(none), labels()))
    assert said.text == "No segmentation failed."


def test_each_software_stands_at_the_primary_hypothesis_metric() -> None:
    primary = {"metric": "hotspots", "cutoff": 4}
    assert {
        (one.metric, one.cutoff) for one in at_a_glance(results(primary=primary), labels())
    } == {("hotspots", 4.0)}
    other = {"alone": SOFTWARE["vsbone3"] | {"metrics": ["bsi"]}}
    (one,) = at_a_glance(results(primary=primary), labels("en", other))
    assert (one.metric, one.cutoff) == ("bsi", 1.0)


def test_of_differences_that_are_not_there_no_caution_is_said() -> None:
    about = {"metric": "bsi", "estimate": 0.9, "ci_low": 0.4993, "ci_high": 0.99, "n": 12}
    accuracy = row("accuracy", "vsbone3", "auc", **about)
    words = labels()
    assert caution(answers(results(truth="--"), words), words) == ""
    assert caution(answers(results(accuracy, truth="10"), words), words) == words.word("few_cases")
    versions = results(version(-0.1, 0.1), truth="10")
    assert caution(answers(versions, words), words) == words.word("small_groups")


def test_an_auc_that_may_be_chance_is_not_rounded_onto_it() -> None:
    about = {"metric": "bsi", "estimate": 0.9, "ci_low": 0.4993, "ci_high": 0.99, "n": 12}
    found = answers(results(row("accuracy", "vsbone3", "auc", **about), truth="10"), labels())
    assert "0.90 (0.499 to 0.99)" in said_of("truth", found)[0].text


def test_limits_that_decide_on_equivalence_are_shown() -> None:
    held = version(-0.049, 0.04, level=0.9) | {"question": "equivalence"}
    study = results(version(-0.06, 0.05), held, margins={"auc": 0.05})
    (said,) = said_of("versions", answers(study, labels()))
    assert said.verdict == "equivalent"
    assert "margin of 0.05 (90 % interval −0.049 to 0.04" in said.text
    none = held | {"ci_low": "", "ci_high": ""}
    study = results(version(-0.06, 0.05), none, margins={"auc": 0.05})
    (said,) = said_of("versions", answers(study, labels()))
    assert said.verdict == "neither" and "90 %" not in said.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_where_test_and_limits_differ_the_sentence_warns(language: str) -> None:
    said_better = version(0.01, 0.2, note="test_and_limits_differ=delong_wald")
    (said,) = said_of("versions", answers(results(said_better), labels(language)))
    assert labels(language).note("test_and_limits_differ", "delong_wald") in said.text


@pytest.mark.parametrize("cases", ["", "failures_as_wrong"])
def test_the_primary_hypothesis_decides_what_is_said_of_versions(cases: str) -> None:
    tested = version(-0.2, -0.1, cutoff=1, cases=cases) | {"measure": "sensitivity_difference"}
    first = {"question": "version_diagnosis", "note": "primary", "p_value": "0.01"}
    for question in ("version_diagnosis", "equivalence"):
        primary = tested | first | {"question": question}
        study = results(version(0, 0.1), tested)
        study.metrics["hypotheses"] = [primary]
        found = answers(study, labels())
        (said,) = said_of("versions", found)
        assert (said.verdict, said.rows) == ("worse", (tested,))
        assert labels().at("bsi", 1, "at_cutoff") in said.text
        assert "(primary hypothesis)" in said.text
        assert not said_of("primary", found)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_primary_hypothesis_about_anything_else_is_told_without_a_verdict(language: str) -> None:
    primary = row(
        "version_measurement", "vsbone3", "hodges_lehmann", comparator="vsbone2", metric="bsi",
        estimate=0.1, ci_low=0.02, ci_high=0.2, n=47, p_value=0.0004, test="wilcoxon_pratt",
        note="primary",
    )  # fmt: skip
    study = results(version(-0.1, 0.1))
    study.metrics["hypotheses"] = [primary]
    topics = {one.topic: one for one in answers(study, labels(language))}
    said = topics["primary"]
    assert list(topics) == ["data", "primary", "versions"]
    assert said.verdict is None and said.rows == (primary,)
    assert "<0.001" in said.text and "0.10 (0.02" in said.text and "47" in said.text
    words = Texts("answer", language)
    assert words("primary", said="") not in topics["versions"].text
    # if something was not tested, the reason is given
    study.metrics["hypotheses"] = [
        row("failures", "vsbone3", "failed_difference", note="primary", status="not assessed")
    ]
    (said,) = said_of("primary", answers(study, labels(language)))
    assert labels(language).word("not assessed") in said.text


def test_versions_are_compared_at_the_metric_that_stands_for_the_software() -> None:
    of_bsi, of_counts = version(0.1, 0.2), version(-0.1, 0.1, metric="hotspots")
    study = results(of_bsi, of_counts, primary={"metric": "hotspots", "cutoff": 4})
    (said,) = said_of("versions", answers(study, labels()))
    assert said.rows == (of_counts,)


@given(LIMITS, st.none() | st.floats(0.01, 0.5).map(lambda x: round(x, 3)))
def test_both_languages_and_both_sides_say_the_same(
    limits: list[float], margin: float | None
) -> None:
    low, high = limits
    margins = {"auc": margin} if margin else {}
    mirrored = {"better": "worse", "worse": "better"}
    for language in ("ja", "en"):
        words = Texts("answer", language)
        said = [
            said_of("versions", answers(results(version(*one), margins=margins), labels(language)))
            for one in ((low, high), (-high, -low))
        ]
        (one,), (other,) = said
        way, _, within = str(one.verdict).partition("_")
        back = mirrored.get(way, way) + ("_" + within if within else "")
        assert other.verdict == back
        key = "neither_margin" if one.verdict == "neither" and margin else str(one.verdict)
        fields = {"subject": SOFTWARE["vsbone3"]["label"], "margin": f"{margin or 0:g}"}
        assert words(key, **fields) in one.text
