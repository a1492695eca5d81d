"""Texts name the study's exam, tracers and products, and nothing that it lacks."""

import pytest

from bonescint.outputs.labels import Labels
from bonescint.resources import Texts
from tests.scripts.outputs.contract import SOFTWARE

ONE = {"vsbone3": SOFTWARE["vsbone3"]}
LIVER = {"exam": "liver scan", "patients": "men", "preceding": "L-7"}


def test_the_words_of_the_study_are_filled_in() -> None:
    labels = Labels(Texts("report", "en"), SOFTWARE, True, study=LIVER)
    said = labels("methods_preceding")
    assert said == (
        "The study includes men of the preceding study L-7 who had a liver scan in the study "
        "period."
    )
    assert labels("methods_tracers").endswith("so MDP and HMDP patients do not overlap.")
    assert "the real BoneNAVI or VSBONE" in labels("synthetic_notice")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_study_of_one_tracer_compares_no_tracers(language: str) -> None:
    two = Labels(Texts("figures", language), SOFTWARE, True)
    one = Labels(Texts("figures", language), ONE, True)
    assert "MDP" in two.figure("note", "roc") and "MDP" in two.shared("other_patients")
    assert "MDP" not in one.figure("note", "roc") and one.shared("other_patients") == ""
    assert one.question("caution", "software_comparison")


@pytest.mark.parametrize(
    ("lacks", "kind", "question", "word"),
    [
        ("eod", "note", "accuracy", "EOD"),
        ("versions", "note", "failures", "new − old"),
        ("readers", "title", "exposure", "results"),
    ],
)
def test_a_text_may_have_a_variant_for_what_is_lacking(
    lacks: str, kind: str, question: str, word: str
) -> None:
    everything = {"readers", "eod", "versions"}
    whole = Labels(Texts("report", "en"), SOFTWARE, True, there=everything)
    less = Labels(Texts("report", "en"), SOFTWARE, True, there=everything - {lacks})
    assert word in whole.question(kind, question)
    assert word not in less.question(kind, question)


def test_every_variant_has_its_text() -> None:
    for area in ("report", "workbook", "figures"):
        texts = Texts(area, "en")
        for key in texts:
            assert key.partition("_no_readers")[0] in texts


def test_whose_cases_a_row_is_about_is_said_by_the_name_in_print() -> None:
    labels = Labels(Texts("report", "en"), SOFTWARE, True)
    assert labels.about("cases_of=vsbone3", None) == ["Cases of VSBONE (simulated) 3.0"]
