import base64
import hashlib
import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scripts.outputs.write_report import write_report
from snakemake.iocontainers import InputFiles

from bonescint.declared import columns
from bonescint.outputs.results import read_results
from bonescint.questions import known
from bonescint.questions import question as declared
from bonescint.resources import SYNTHETIC
from bonescint.warnings import Phrase, warning
from scripts.outputs import write_report as module
from tests.scripts.outputs.contract import SOFTWARE, STUDY, WHOLE, inputs, write
from tests.scripts.outputs.results import write_empty, write_results

VOID = {"meta", "img", "br", "link"}


class Page(HTMLParser):
    """Tags opened and closed in order, images and headings of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.headings: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        self.tags.add(tag)
        if fields.get("id"):
            self.ids.append(str(fields["id"]))
        if tag == "a":
            self.links.append(str(fields["href"]))
        if tag == "img":
            self.images.append(fields)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def build(
    results: Path, page: Path, figures: list[Path], language: str = "ja", **study: Any
) -> str:
    write_report(
        inputs=inputs(results, figures),
        study=STUDY | study,
        software=SOFTWARE,
        language=language,
        page=page,
    )
    return page.read_text(encoding="utf-8")


@pytest.fixture
def figures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.{e}" for n in ("roc", "montage") for e in ("svg", "png")]
    for path in paths:
        path.write_bytes(path.suffix.encode())
    return paths


def test_page_is_whole_accessible_and_self_contained(tmp_path: Path, figures: list[Path]) -> None:
    text = build(write_results(tmp_path / "r"), tmp_path / "a.html", figures)
    page = Page(text)
    assert page.open == []
    assert '<html lang="ja">' in text
    assert page.headings[0] == "h1" and set(page.headings[1:]) == {"h2", "h3"}
    assert not page.tags & {"link", "iframe"} and text.count("<script") == 1
    # its script alone runs, and nothing is fetched
    (allowed,) = re.findall(r"default-src 'none';.*script-src '(sha256-[^']+)'", text)
    script = text[text.index("<script>") + 8 : text.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert allowed == f"sha256-{digest}"
    assert "http://" not in text and "https://" not in text
    # the drawing as SVG, the scans as PNG, each once
    kinds = [str(image["src"]).split(";")[0] for image in page.images]
    assert sorted(kinds) == ["data:image/png", "data:image/svg+xml"]
    assert all(image["alt"] for image in page.images)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert text.count("<table") == text.count("<caption>")


def test_warnings_of_who_is_not_chosen_stay_with_their_stage(tmp_path: Path) -> None:
    results, selection = write_results(tmp_path / "r"), tmp_path / "selection.csv"
    states = {"BS-AAAAA": "chosen", "BS-BBBBB": "reserve", "BS-CCCCC": "left_out"}
    write(selection, [{"code": c, "state": s} for c, s in states.items()], "code,state")
    rows = [warning("reader1", "R10", Phrase("missing_reading"), {"code": c}) for c in states]
    rows.append(warning("reader1", "R10", Phrase("missing_reading"), {"file": "a.csv"}))
    write(results / "cohort/warnings.csv", rows, "source,rule,where,key,values")
    sources = inputs(results, [])
    every = read_results(sources).warnings
    kept = read_results(sources | {"selection": selection}).warnings
    assert [row["where"] for row in every] == [row["where"] for row in rows]
    assert kept == [every[0], every[3]]


def test_every_question_has_its_section_and_its_line_in_the_contents(tmp_path: Path) -> None:
    text = build(write_results(tmp_path / "r"), tmp_path / "a.html", [])
    page = Page(text)
    shown = [key for key in known() if declared(key).shown]
    rest = [key for key in known() if key not in shown]
    assert [link[1:] for link in page.links if link[1:] in known()] == [*shown, *rest]
    whole = dict(re.findall(r'<section id="(\w+)"[^>]*>(.*?)</section>', text, re.DOTALL))
    assert set(known()) < set(page.ids)
    # the section shows the main rows, the appendix all of them, and they are linked
    for key in shown:
        assert f'<a href="#all-{key}">' in whole[key]
    sections = dict(re.findall(r'id="all-(\w+)">(.*?)(?=id="all-|</main>)', text, re.DOTALL))
    assert "BSI ≥ 1" in whole["cutoffs"] and "Clopper-Pearson" not in whole["cutoffs"]
    for words in ("BSI ≥ 1", "Clopper-Pearson", "該当 "):
        assert words in sections["cutoffs"], words
    # the reference standard is a column where there are several
    assert '<th scope="col">参照標準</th>' in sections["reference_sensitivity"]
    assert '<th scope="col">参照標準</th>' not in sections["version_diagnosis"]
    assert "評価せず" in sections["equivalence"]
    for name in ("software_comparison", "case_mix"):
        assert sections[name].count("患者・薬剤が異なる比較") >= 4
    assert "検定のファミリー: versions" in sections["hypotheses"]
    assert "探索的" in sections["hypotheses"]
    assert "主要仮説 (括弧内は 95 % 信頼区間" in whole["overview"]
    # a p-value is read with its n
    for section in (sections["hypotheses"], whole["overview"]):
        assert '<th scope="col" class="number">例数 / 転移あり</th>' in section


def test_methods_are_those_of_the_questions_asked(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r")
    text = build(results, tmp_path / "a.html", [])
    for words in ("主要仮説は 1 つ", "Holm 法で調整しました", "それ以外の検定は探索的"):
        assert words in text, words
    asked = inputs(results)
    for question in known():
        if question not in ("accuracy", "cutoffs", "reader_eod"):
            del asked[question]
    write_report(asked, STUDY, SOFTWARE, "ja", tmp_path / "b.html")
    text = (tmp_path / "b.html").read_text(encoding="utf-8")
    for words in ("DeLong 法で求め", "mid-p 法", "Stuart-Maxwell", "p 値は調整していません"):
        assert words in text, words
    for words in ("Cochran", "旧版と新版", "会社の異なる", "同等性", "Holm", "主要仮説"):
        assert words not in text, words


@pytest.mark.parametrize(
    ("language", "no", "yes"),
    [
        ("ja", "事前に決めたものではありません", "計画書 1.2 (2024-01-31) で事前に決めたものです"),
        ("en", "not fixed beforehand", "fixed beforehand in: 計画書 1.2 (2024-01-31)"),
    ],
)
def test_fixed_beforehand_is_what_a_protocol_covers(
    tmp_path: Path, language: str, no: str, yes: str
) -> None:
    results = write_results(tmp_path / "r")
    text = build(results, tmp_path / "a.html", [], language)
    # cut-offs, hypothesis, families and margins: in the methods and under the tables
    assert text.count(no) == 7 and yes not in text
    path = results / "provenance.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["analysis"]["metrics"]["protocol"] = {"document": "計画書 1.2", "date": "2024-01-31"}
    path.write_text(json.dumps(record), encoding="utf-8")
    text = build(results, tmp_path / "a.html", [], language)
    assert text.count(yes) == 7 and no not in text


def test_the_tables_hashes_stand_in_the_provenance(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r")
    text = build(results, tmp_path / "a.html", [])
    for name in ("metrics/accuracy.csv", "cases.csv"):
        digest = hashlib.sha256((results / name).read_bytes()).hexdigest()
        assert f"表の SHA-256: {Path(name).name}" in text and digest in text


@pytest.mark.parametrize("kept", ["primary", "family"])
def test_multiplicity_is_told_as_it_is(tmp_path: Path, kept: str) -> None:
    results = write_results(tmp_path / "r")
    path = results / "metrics/hypotheses.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if kept in line or "exploratory" in line]
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    text = build(results, tmp_path / "a.html", [])
    methods = text[text.index('<section id="methods">') : text.index('<section id="appendix">')]
    assert ("主要仮説は 1 つ" in methods) == (kept == "primary")
    assert ("Holm 法" in methods) == (kept == "family")
    assert "それ以外の検定は探索的" in methods


def test_no_list_of_cases_stands_on_the_page(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r")
    text = build(results, tmp_path / "a.html", [])
    codes = {line.split(",")[0] for line in (results / "cases.csv").read_text().splitlines()[1:]}
    assert len(codes) == 100 and not any(code in text for code in codes)
    asked = inputs(results)
    del asked["incidental"]  # the page does not read what only the hospital may see (R34)
    write_report(asked, STUDY, SOFTWARE, "ja", tmp_path / "b.html")


def test_what_is_folded_away_is_printed(tmp_path: Path) -> None:
    text = build(write_results(tmp_path / "r"), tmp_path / "a.html", [])
    assert "<details open>" not in text and text.count('<details class="fold"') >= len(known())
    style = text[text.rindex("@media print") : text.index("</style>")]
    assert "details::details-content { content-visibility: visible" in style


def test_page_says_what_must_be_said(tmp_path: Path) -> None:
    text = build(write_results(tmp_path / "r"), tmp_path / "a.html", [])
    for words in (
        SYNTHETIC, "符号化済み (個人情報)", "患者・薬剤が異なる比較",
        "差がないことの証明になりません",
        "転移あり 24 例、転移なし 25 例", "VSBONE (simulated) 3.0 / VSBONE (simulated) 2.0",
        "&lt;0.001", "HMAC", "解析対象は 100 例", "処理表の 29 行と異なる処理はありません",
        "保持 149、削除 1", "年齢 (10 歳幅)・検査月</td>",
    ):  # fmt: skip
        assert words in text, words
    assert "匿名加工情報" not in text
    plain = build(write_results(tmp_path / "r"), tmp_path / "b.html", [], synthetic=False)
    assert SYNTHETIC not in plain


def test_same_results_same_bytes(tmp_path: Path, figures: list[Path]) -> None:
    results = write_results(tmp_path / "r")
    assert build(results, tmp_path / "a.html", figures) == build(
        results, tmp_path / "b.html", figures
    )


def test_text_from_tables_is_escaped(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r")
    write(
        results / "cohort/warnings.csv",
        [warning("a", "b", Phrase("above", {"value": "<script>x</script>", "limit": 10}))],
        ",".join(columns("warnings")),
    )
    text = build(results, tmp_path / "a.html", [])
    assert text.count("<script>") == 1 and "&lt;script&gt;x" in text


@pytest.mark.parametrize("language, nothing", [("ja", "データなし"), ("en", "no data")])
def test_empty_tables_are_written_as_such(tmp_path: Path, language: str, nothing: str) -> None:
    text = build(write_empty(tmp_path / "r"), tmp_path / "a.html", [], language)
    assert Page(text).open == []
    assert text.count(nothing) >= 4


def test_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_results(Path("results"))
    snakemake = SimpleNamespace(
        input=InputFiles(fromdict=inputs(Path("results"))),
        params=SimpleNamespace(study=STUDY, software=SOFTWARE, language="en", **WHOLE),
        output=SimpleNamespace(report="results/report.html"),
        log=["logs/write_report.log"],
    )
    runpy.run_path(module.__file__, init_globals={"snakemake": snakemake}, run_name="__main__")
    assert Path("results/report.html").exists()
