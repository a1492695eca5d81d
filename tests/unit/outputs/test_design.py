"""The texts say what the configuration tells about the study's design, and claim nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_report import write_report
from scripts.outputs.write_workbook import write_workbook

from bonescint.outputs.design import Design, limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import read_results
from bonescint.resources import Texts, project_yaml
from tests.scripts.outputs.contract import SOFTWARE, STUDY, inputs
from tests.scripts.outputs.results import write_results

SCHEMA = project_yaml("schemas/config.schema.yaml")["properties"]["study"]["properties"]["design"]
FIELDS = {key: one for key, one in SCHEMA["properties"].items() if key != "registration"}
YES_OR_NO = ["yes", "no", "not stated"]


def design(language: str = "en", **fields: object) -> Design:
    return Design({"design": fields}, Labels(Texts("report", language), SOFTWARE, True))


def said(folder: Path, language: str, there: set[str] | None = None, **fields: object) -> str:
    labels = Labels(Texts("report", language), SOFTWARE, True, there=there)
    found = limits(read_results(inputs(folder)), {"design": fields}, labels)
    return "\n".join(text for _, text in found)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("field", FIELDS)
def test_every_value_of_every_field_has_its_sentence(field: str, language: str) -> None:
    values = FIELDS[field].get("enum", YES_OR_NO)
    assert values[-1] == "not stated"
    sentences = [design(language, **{field: value}).stated(field) for value in values]
    assert sentences[-1] == [] and len({one for (one,) in sentences[:-1]}) == len(values) - 1
    silent = design(language)
    assert silent.stated(field) == [] and silent.word(field) in silent.open(field)
    assert design(language, **{field: values[0]}).open(field) == ""


def test_an_unquoted_yes_or_no_is_the_word() -> None:
    field = "readers_blinded_to_software"
    for value, word in ((True, "yes"), (False, "no")):
        assert design(**{field: value}).stated(field) == design(**{field: word}).stated(field)


def test_limits_follow_the_configuration(tmp_path: Path) -> None:
    results = write_results(tmp_path)
    nothing = said(results, "en")
    for claim in ("did not see", "same image", "by their findings", "one hospital", "retrospec"):
        assert claim not in nothing, claim
    assert "whether the readers saw the software's results" in nothing
    told = said(
        results, "en", readers_blinded_to_software="no", cases_chosen="by_findings",
        reference_basis="same_image", sites="one",
    )  # fmt: skip
    for claim in ("could see the software's results", "Readers and software judge the same image",
                  "Cases were chosen by their findings", "of one hospital"):  # fmt: skip
        assert claim in told, claim
    assert "3 readers put together (rule: majority)" in told
    assert "MDP: 50; HMDP: 50; With findings: 50; Without findings: 50" in told
    assert "2019-06-01 to 2019-09-30" in told


def test_rule_and_window_are_those_of_the_run(tmp_path: Path) -> None:
    path = write_results(tmp_path) / "provenance.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["analysis"]["reference"]["metastasis"] = "any"
    record["analysis"]["cohort"] |= {"exam_to": "2019-08-31", "targets": {"MDP": 7}}
    path.write_text(json.dumps(record), encoding="utf-8")
    told = said(tmp_path, "en")
    assert "rule: any reader says yes" in told and "to 2019-08-31" in told
    assert "Cases planned: MDP: 7." in told


def test_without_readers_nothing_is_said_of_them(tmp_path: Path) -> None:
    chosen = {"cases_chosen": "by_findings", "sites": "one"}
    told = said(write_results(tmp_path), "en", there={"versions"}, **chosen)
    assert "by their findings" in told and "of one hospital" in told and "2019-06-01" in told
    for claim in ("read", "ppa", "with metastasis", "sensitivity"):
        assert claim not in told.lower(), claim


@pytest.mark.parametrize(
    ("language", "ppa", "npa"),
    [
        ("ja", "感度 (読影者の合意との陽性一致率、PPA)",
         "特異度 (読影者の合意との陰性一致率、NPA)"),
        ("en", "ensitivity (positive agreement with the readers' consensus, PPA)",
         "pecificity (negative agreement with the readers' consensus, NPA)"),
    ],
)  # fmt: skip
def test_both_names_stand_where_the_measures_first_occur(
    tmp_path: Path, language: str, ppa: str, npa: str
) -> None:
    results = inputs(write_results(tmp_path / "r"))
    write_report(results, STUDY, SOFTWARE, language, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8").replace("&#39;", "'")
    overview = page[page.index('<section id="overview">') : page.index('<section id="flow">')]
    assert ppa in overview and npa in overview
    first = overview.lower()
    for name in (ppa, npa):
        word = name.partition(" (")[0].lower()
        assert first.index(name.lower()) == first.index(word), word
    write_workbook(results, STUDY, SOFTWARE, language, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(ppa in cell for cell in cells) and any(npa in cell for cell in cells)
    labels = Labels(Texts("figures", language), SOFTWARE, True)
    for figure in ("roc", "forest"):
        caption = labels.figure("caption", figure)
        assert ppa in caption and npa in caption, figure


def test_the_workbook_says_what_limits_the_reference(tmp_path: Path) -> None:
    study: dict[str, Any] = STUDY | {"design": {"readers_blinded_to_software": "yes"}}
    write_workbook(inputs(write_results(tmp_path)), study, SOFTWARE, "ja", tmp_path / "a.xlsx")
    cells = load_workbook(tmp_path / "a.xlsx")["数値の意味"].iter_rows()
    text = "".join(str(cell.value) for row in cells for cell in row if cell.value)
    assert "読影者はソフトの結果を見ずに判定しました。" in text and "PPA" in text
