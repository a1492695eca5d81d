"""Every number has a sentence that says what it is for, beside where it stands."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_report import write_report
from scripts.outputs.write_workbook import write_workbook

from bonescint.files import read_rows
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import purposes
from bonescint.questions import known
from bonescint.registered import words_in
from bonescint.resources import ROOT, Texts
from tests.scripts.outputs.contract import SOFTWARE, STUDY, inputs
from tests.scripts.outputs.results import write_results
from tests.scripts.purposes import explained, unexplained


def labels(language: str) -> Labels:
    return Labels(Texts("report", language), SOFTWARE, True)


def test_every_measure_is_explained() -> None:
    # the questions' own tests ask it of whatever a question yields, too
    rows = read_rows(ROOT / "tests/scripts/outputs/estimates.csv")
    assert unexplained(row["measure"] for row in rows) == set()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_purpose_is_one_or_a_few_whole_sentences(language: str) -> None:
    end = "。" if language == "ja" else "."
    for measure in explained():
        for name in known():
            if f"purpose_{measure}" in words_in("text/questions/", language)[name]:
                said = labels(language).purpose(measure, name)
                assert said.endswith((end, "?", "？")) and 15 < len(said) < 500, (name, said)
                assert not re.search(r"[{}]", said), (name, said)


@pytest.mark.parametrize(
    "name, measures",
    {
        "software_readers": "percent_agreement positive_agreement negative_agreement cohen_kappa "
        "gwet_ac1 icc_a1 bias limit_low limit_high",
        "version_measurement": "bias limit_low limit_high icc_a1 quantile_low spread_tau",
        "hotspot_count": "bias limit_low limit_high lin_ccc",
        "subgroups": "sensitivity specificity sensitivity_difference specificity_difference",
        "exposure": "sensitivity specificity sensitivity_difference specificity_difference",
    }.items(),
)
def test_no_question_borrows_a_sentence_about_others(name: str, measures: str) -> None:
    # an earlier question has these measures for readers; its sentence would be wrong here
    for language in ("ja", "en"):
        own = words_in("text/questions/", language)[name]
        assert [one for one in measures.split() if f"purpose_{one}" not in own] == []


def test_a_question_s_own_sentence_goes_before_that_of_the_first_which_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = Texts("questions/exposure", "en")
    said = {"questions/cutoffs": "first", "questions/accuracy": "none", "questions/bsi_eod": "own"}
    told = labels("en")
    for area, text in said.items():
        words = Texts(area, "en")
        key = "purpose_youden" if text != "none" else "purpose_other"
        monkeypatch.setattr(words, "_table", {key: {"ja": text, "en": text}})
        monkeypatch.setitem(told._questions, area.partition("/")[2], words)
    assert told.purpose("youden") == told.purpose("youden", "exposure") == "first"
    assert told.purpose("youden", "bsi_eod") == "own"
    assert told.purpose("no_such_measure", "exposure") == ""
    assert told.purpose("exposed_share") == own("purpose_exposed_share")


def test_report_and_workbook_show_it_where_the_number_stands(tmp_path: Path) -> None:
    results = inputs(write_results(tmp_path / "r"))
    told = labels("ja")
    share = told.purpose("exposed_share")
    write_report(results, STUDY, SOFTWARE, "ja", tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    section = page[page.index('id="all-exposure"') :]
    folded = section[section.index('<details class="purposes">') : section.index("</details>\n</d")]
    assert f"<dt>{told.word('exposed_share')}</dt><dd>{share}</dd>" in folded
    write_workbook(results, STUDY, SOFTWARE, "ja", tmp_path / "a.xlsx")
    sheet = load_workbook(tmp_path / "a.xlsx")["数値の意味"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["失敗と学習", told.word("exposed_share"), share] in rows
    said = [tuple(row[1:]) for row in rows if row[1] and row[2]]
    assert len(said) == len(set(said))  # each once


def test_of_tests_that_other_questions_made_those_questions_tell() -> None:
    rows = [{"question": "exposure", "measure": "exposed_share"}]
    assert purposes("hypotheses", rows, labels("en")) == []
    assert [one["measure"] for one in purposes("exposure", rows, labels("en"))] == [
        "Share of possible training cases"
    ]
