"""STARD and GRRAS say what the run knows, change with it, and claim nothing else."""

import copy
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_report import write_report
from scripts.outputs.write_workbook import write_workbook

from bonescint.outputs.checklists import CHECKLISTS, checklists
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results, read_results
from bonescint.resources import Texts
from tests.scripts.outputs.contract import SOFTWARE, STUDY, inputs
from tests.scripts.outputs.results import write_empty, write_results

STATED: dict[str, Any] = STUDY | {
    "design": {
        "data_collection": "retrospective", "cases_chosen": "by_findings", "sites": "one",
        "reference_basis": "same_image", "reference_time": "routine",
        "readers_blinded_to_software": True, "readers_blinded_to_each_other": "yes",
        "readers_knew_clinical_information": "no", "software_blinded_to_readings": "yes",
        "operators_knew_clinical_information": "no", "registration": "UMIN-1",
    },
    "institution": "a hospital", "funding": "a company", "conflict_of_interest": "none",
}  # fmt: skip
Filled = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return read_results(inputs(write_results(tmp_path_factory.mktemp("r"))))


def filled(
    results: Results,
    study: dict[str, Any] = STATED,
    language: str = "en",
    there: set[str] | None = None,
    study_words: dict[str, str] | None = None,
) -> Filled:
    """Return list and number of an item -> its row."""
    labels = Labels(
        Texts("report", language), SOFTWARE, True, study=study_words, there=there,
        protocol=results.provenance["analysis"]["metrics"].get("protocol"),
    )  # fmt: skip
    tables = checklists(results, study, labels, lambda key: key)
    return {
        f"{name} {row['item']}": row
        for name, table in zip(CHECKLISTS, tables, strict=True)
        for row in table.rows
    }


ITEMS = [f"{name} {number}" for name, items in CHECKLISTS.items() for number in items]
KNOWN = {
    f"{name} {number}"
    for name, items in CHECKLISTS.items()
    for number, item in items.items()
    if item.facts or item.design
}


def test_every_item_of_both_lists_is_there() -> None:
    stard = [*map(str, range(1, 31))]
    for number in ("10", "12", "13", "21"):
        at = stard.index(number)
        stard[at : at + 1] = [f"{number}a", f"{number}b"]
    assert list(CHECKLISTS["stard"]) == stard
    assert list(CHECKLISTS["grras"]) == [*map(str, range(1, 16))]
    words = {key for key in Texts("checklists", "en") if re.match("(stard|grras)_", key)}
    named = {item.replace(" ", "_") for item in ITEMS}
    assert {re.sub("_(rest|else)$", "", key) for key in words} == named


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("study", [STATED, STUDY])
def test_an_item_is_filled_or_left_to_the_authors(
    whole: Results, study: dict[str, Any], language: str
) -> None:
    for item, row in filled(whole, study, language).items():
        assert row["topic"] and row["section"], item
        assert row["filled"] or row["rest"], item
        assert not re.search(r"[{}]|None|not stated$", row["filled"] + row["rest"]), row
        assert bool(row["place"]) <= bool(row["filled"]), item
    assert {item for item, row in filled(whole).items() if row["filled"]} == KNOWN - {"stard 29"}


def design(**fields: Any) -> Callable[[Results, dict[str, Any]], None]:
    return lambda _, study: study["design"].update(fields)


def cohort(**fields: Any) -> Callable[[Results, dict[str, Any]], None]:
    return lambda results, _: results.provenance["analysis"]["cohort"].update(fields)


def settings(**fields: Any) -> Callable[[Results, dict[str, Any]], None]:
    return lambda results, _: results.provenance["analysis"]["metrics"].update(fields)


def reference(**fields: Any) -> Callable[[Results, dict[str, Any]], None]:
    return lambda results, _: results.provenance["analysis"]["reference"].update(fields)


def rows(question: str, measure: str, **fields: str) -> Callable[[Results, dict[str, Any]], None]:
    def change(results: Results, _: dict[str, Any]) -> None:
        found = [row for row in results.metrics[question] if row["measure"] == measure]
        assert found
        for row in found:
            row.update(fields)

    return change


def of_cases(name: str, **fields: str) -> Callable[[Results, dict[str, Any]], None]:
    return lambda results, _: getattr(results, name)[0].update(fields)


def without(question: str) -> Callable[[Results, dict[str, Any]], None]:
    return lambda results, _: results.metrics[question].clear()


def stated(**fields: Any) -> Callable[[Results, dict[str, Any]], None]:
    return lambda _, study: study.update(fields)


def software(results: Results, _: dict[str, Any]) -> None:
    results.provenance["software"]["vsbone3"]["released"] = "2023-05-06"


def fewer_readers(results: Results, _: dict[str, Any]) -> None:
    for row in results.reference:
        row["n_readers"] = "2"


def chosen(results: Results, _: dict[str, Any]) -> None:
    results.provenance["selection"] = {"rule": "random", "seed": 7}


LATER = cohort(exam_to="2019-08-31")
PLAN = cohort(targets={"MDP": 7})
# what changes an item: of the results, of the configuration
CHANGES: dict[str, list[Callable[[Results, dict[str, Any]], None]]] = {
    "stard 4": [rows("hypotheses", "auc_difference", note="exploratory"),
                settings(protocol={"document": "plan 1", "date": "2024-01-31"})],
    "stard 5": [design(data_collection="prospective"), design(data_collection="not stated")],
    "stard 6": [LATER, of_cases("flow", kind="out", reason="spect", step="found")],
    "stard 8": [of_cases("cases", study_date="2019-05-31"), design(sites="several"),
                stated(institution=None)],
    "stard 9": [chosen, design(cases_chosen="consecutive")],
    "stard 10a": [software],
    "stard 10b": [reference(eod="median_positive"), fewer_readers,
                  design(reference_basis="more_than_image"),
                  design(reference_time="for_the_study")],
    "stard 12a": [settings(cutoffs=[{"metric": "bsi", "value": 0.5}]),
                  settings(protocol={"document": "plan 1", "date": "2024-01-31"})],
    "stard 12b": [reference(metastasis="unanimous")],
    "stard 13a": [design(software_blinded_to_readings="no"),
                  design(operators_knew_clinical_information="yes")],
    "stard 13b": [design(readers_blinded_to_software="no"),
                  design(readers_knew_clinical_information="not stated")],
    "stard 14": [rows("accuracy", "auc", ci_method="delong_wald"), without("version_diagnosis")],
    "stard 15": [of_cases("reference", status="tie")],
    "stard 16": [rows("failures", "segmentation_failed", note="count=4/50"),
                 of_cases("reference", status="no_reading"),
                 rows("version_diagnosis", "auc_difference", cases="failures_as_wrong"),
                 settings(primary={"question": "version_diagnosis"})],
    "stard 17": [without("exposure"), rows("hypotheses", "cochran_q", note="family=readers")],
    "stard 18": [PLAN],
    "stard 19": [rows("accuracy", "auc", n="12"), lambda results, _: results.cases.pop()],
    "stard 20": [of_cases("cases", age="99"), lambda results, _: results.cases.pop()],
    "stard 21a": [lambda results, _: [r.update(eod="4") for r in results.reference]],
    "stard 22": [design(reference_basis="more_than_image")],
    "stard 23": [of_cases("failed_calls", metastasis="17")],
    "stard 24": [rows("accuracy", "auc", ci_low="0.01"),
                 rows("cutoffs", "specificity", estimate="0")],
    "stard 26": [rows("accuracy", "auc", n="12", n_positive="5")],
    "stard 28": [design(registration="jRCT-2"), design(registration=None)],
    "stard 29": [settings(protocol={"document": "plan 1", "date": "2024-01-31"})],
    "stard 30": [stated(funding="nobody"), stated(conflict_of_interest=None)],
    "grras 2": [software, without("reader_eod")],
    "grras 3": [LATER],
    "grras 4": [fewer_readers],
    "grras 6": [PLAN, fewer_readers],
    "grras 7": [chosen, design(cases_chosen="random")],
    "grras 8": [design(readers_blinded_to_software="no"), design(reference_time="not stated")],
    "grras 9": [design(readers_blinded_to_each_other="no"),
                design(readers_blinded_to_each_other="not stated")],
    "grras 10": [rows("reader_agreement", "fleiss_kappa", ci_method="wald")],
    "grras 11": [rows("reader_agreement", "percent_agreement", n="12"), fewer_readers],
    "grras 12": [of_cases("cases", age="99")],
    "grras 13": [rows("reader_agreement", "gwet_ac1", estimate="0.5"), without("reader_eod")],
    "grras 15": [without("reader_counts")],
}  # fmt: skip


def test_every_item_that_a_run_fills_follows_the_run(whole: Results) -> None:
    before = filled(whole)
    # the words of the study decide where candidates were looked for
    assert set(CHANGES) == KNOWN - {"stard 7"}
    preceding = filled(whole, study_words={"preceding": "P-1"})["stard 7"]["filled"]
    assert "P-1" in preceding and preceding != before["stard 7"]["filled"]
    for item, changes in CHANGES.items():
        for number, change in enumerate(changes):
            results, study = copy.deepcopy(whole), copy.deepcopy(STATED)
            change(results, study)
            after = filled(results, study)[item]["filled"]
            assert after != before[item]["filled"], (item, number)


def test_what_the_configuration_does_not_state_is_named(whole: Results) -> None:
    said = filled(whole, STUDY)
    for item in ("stard 5", "stard 9", "stard 13a", "stard 13b", "grras 8", "grras 9"):
        assert "Not stated in the configuration (study.design): " in said[item]["rest"], item
    for item in ("stard 5", "stard 13a", "stard 13b", "stard 22", "stard 28", "stard 30"):
        assert said[item]["filled"] == "", item
    assert said["stard 22"]["rest"] == "Give the interval and treatment in between."
    assert filled(whole)["stard 22"]["rest"] == ""


def test_a_study_without_readers_says_so(whole: Results) -> None:
    said = filled(whole, there={"versions", "products"})
    for name, items in CHECKLISTS.items():
        for number, item in items.items():
            row = said[f"{name} {number}"]
            assert row["filled"].startswith("The study has no reader") == bool(item.readers)
            assert not (item.readers and (row["rest"] or row["place"])), row
    assert "reader" not in said["stard 26"]["filled"] + said["stard 16"]["filled"]


def test_one_reader_is_a_reference_and_no_agreement(whole: Results) -> None:
    results = copy.deepcopy(whole)
    for row in results.reference:
        row["n_readers"] = "1"
    said = filled(results)
    assert said["stard 10b"]["filled"].startswith("1 readers.")
    assert said["grras 13"]["filled"].startswith("No case was read by two readers")


def test_of_an_empty_run_nothing_is_claimed(tmp_path: Path) -> None:
    results = read_results(inputs(write_empty(tmp_path)))
    for item, row in filled(results, STUDY).items():
        assert row["filled"] or row["rest"], item
    said = filled(results, STUDY)
    for item in ("stard 8", "stard 14", "stard 21a", "stard 23", "stard 24", "grras 2"):
        assert not re.search(r"\d{4}-|AUC|rated", said[item]["filled"]), item
    assert said["grras 13"]["filled"] == "No case has been read."


def test_a_place_is_named_only_where_it_is(whole: Results) -> None:
    fewer = dataclasses.replace(
        whole, metrics={k: v for k, v in whole.metrics.items() if k != "exposure"}
    )
    assert "exposure" in filled(whole)["stard 17"]["place"]
    assert "exposure" not in filled(fewer)["stard 17"]["place"]


def test_report_and_workbook_show_both_lists(tmp_path: Path) -> None:
    tables = inputs(write_results(tmp_path / "r"))
    write_report(tables, STATED, SOFTWARE, "ja", tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    appendix = page[page.index('<section id="checklists">') :]
    for words in ("STARD 2015 (", "GRRAS (", ">13a<", "読影者はソフトの結果を見ずに判定しました。",
                  "対象者の流れ", "抄録を書く。", "BMJ 2015;351:h5527"):  # fmt: skip
        assert words in appendix, words
    assert appendix.count('<details class="fold checklist">') == 2
    write_workbook(tables, STATED, SOFTWARE, "ja", tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    found = {str(row[0].value): row for row in book["STARD・GRRAS"].iter_rows()}
    assert found["12a"][5].value == "診断能_カットオフ"
    places = {part for row in found.values() for part in str(row[5].value or "").split("、")}
    known = {*book.sheetnames, "解析報告書の「方法」", "場所", ""}
    assert places <= known, places - known


def test_without_grades_the_texts_mention_none(whole: Results) -> None:
    graded, ungraded = (
        filled(whole, there=there)["stard 10b"]["filled"]
        for there in ({"readers", "eod"}, {"readers"})
    )
    assert "EOD: median." in graded
    assert "EOD" not in ungraded and "number of metastases: median." in ungraded
