import runpy
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_workbook import write_workbook
from snakemake.iocontainers import InputFiles

from bonescint.custody.traces.search import Person, search
from bonescint.declared import columns
from bonescint.deid.report import OUTCOMES
from bonescint.files import read_rows
from bonescint.questions import known
from bonescint.resources import SYNTHETIC
from bonescint.text.width import text_width
from bonescint.warnings import Phrase, warning
from scripts.outputs import write_workbook as module
from tests.scripts.outputs.contract import ESTIMATE, SOFTWARE, STUDY, WHOLE, inputs, write
from tests.scripts.outputs.results import write_empty, write_results

QUESTION_SHEETS = [
    "仮説検定", "失敗と学習", "背景表", "読影者間の一致", "ソフトと読影者の一致",
    "ソフトと読影者の比較",
    "診断能_ROC", "診断能_カットオフ", "感度分析と部分集団", "版の比較_診断", "測定値の一致",
    "精度と検出力", "ソフト間比較", "参照解析との比較", "個数と広がり",
]  # fmt: skip
SHEETS = [
    "概要", "症例一覧", "流れ", *QUESTION_SHEETS, "院内用", "数値の意味", "図", "符号化の検証",
    "警告", "来歴", "STARD・GRRAS",
]  # fmt: skip


@pytest.fixture
def png(tmp_path: Path) -> Path:
    from matplotlib.figure import Figure

    path = tmp_path / "figures/flow.png"
    path.parent.mkdir()
    Figure(figsize=(20, 12)).savefig(path, dpi=150)
    return path


def build(
    results: Path, book: Path, figures: list[Path], language: str = "ja", **study: Any
) -> Any:
    write_workbook(
        inputs=inputs(results, figures),
        study=STUDY | study,
        software=SOFTWARE,
        language=language,
        book=book,
    )
    return load_workbook(book)


def text_of(sheet: Any) -> str:
    return "\n".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None)


def test_every_sheet_is_there_and_says_that_the_data_are_simulated(
    tmp_path: Path, png: Path
) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [png])
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert SYNTHETIC in text_of(sheet)
        assert SYNTHETIC in sheet.oddHeader.right.text
    assert "患者・薬剤が異なる比較" in text_of(book["ソフト間比較"])
    summary = text_of(book["概要"])
    assert "差がないことの証明になりません" in summary
    assert "MDP のソフトと HMDP のソフトの比較" in summary
    assert "DeLong 検定 (対応あり)\n0.219\n" in summary
    assert len(book["図"]._images) == 1


def test_same_results_same_bytes_and_no_author_date_or_path(tmp_path: Path, png: Path) -> None:
    results = write_results(tmp_path / "r")
    build(results, tmp_path / "a.xlsx", [png])
    build(results, tmp_path / "b.xlsx", [png])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        core = archive.read("docProps/core.xml").decode()
        assert "<dc:creator></dc:creator>" in core and "2000-01-01T00:00:00Z" in core
        for name in archive.namelist():
            assert str(tmp_path).encode() not in archive.read(name)


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r")
    name = "=1+1 http://example.org @a"
    values = dict.fromkeys(("highest", "other", "ratio", "n", "percent"), "1") | {"software": name}
    write(
        results / "cohort/warnings.csv",
        [
            warning(source, "R8", Phrase("fractions_of_version", values), {"code": "007"})
            for source in ("+1", "-2")
        ],
        ",".join(columns("warnings")),
    )
    sheet = build(results, tmp_path / "a.xlsx", [])["警告"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {"+1", "-2", "007"} <= {cell.value for cell in cells}
    assert any(str(cell.value).startswith(name) for cell in cells)
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)


def test_numbers_are_numbers_and_dates_are_dates(tmp_path: Path) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])
    sheet = book["症例一覧"]
    top = next(row for row in sheet.iter_rows() if row[0].value == "患者符号")
    titles = [cell.value for cell in top]
    first = dict(zip(titles, sheet[top[0].row + 1], strict=True))
    assert first["検査日"].is_date and isinstance(first["年齢"].value, int)
    assert first["向き"].value == "前面・後面"
    assert sheet.freeze_panes == f"B{top[0].row + 1}"
    assert sheet.auto_filter.ref
    small = [c for row in book["個数と広がり"].iter_rows() for c in row if c.value == 0.0001]
    assert "<0.001" in small[0].number_format


def test_a_question_is_shown_in_words_without_its_software_versions(tmp_path: Path) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])
    rows = [[cell.value for cell in row] for row in book["版の比較_診断"].iter_rows()]
    top = next(i for i, row in enumerate(rows) if row[0] == "カットオフ")
    change = dict(zip(rows[top], rows[top + 2], strict=True))
    assert change["カットオフ"] == 1 and change["統計量"] == "感度の差"
    assert change["備考"] == "前者のみ 3 例、後者のみ 0 例"
    # all are computed, so there is no column that says so
    assert "状態" not in change
    # a value that is the same in every row is said once
    assert not {"対象", "比較対象", "指標", "参照標準", "例数"} & set(change)
    text = text_of(book["版の比較_診断"])
    for words in (
        "対象: VSBONE (simulated) 3.0、比較対象: VSBONE (simulated) 2.0、",
        "参照標準: 読影者の合意", "例数: 49",
    ):  # fmt: skip
        assert text.count(words) == 1, words
    assert "評価せず" in text_of(book["測定値の一致"])


def test_the_tests_are_listed_with_their_family_or_role_n_and_margin(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r")
    tested = {
        "question": "equivalence", "subject": "vsbone3", "comparator": "vsbone2", "n": 49,
        "measure": "mean_difference", "estimate": 0.02, "test": "tost", "p_value": 0.012,
        "status": "ok", "level": 0.9, "note": "margin_low=-0.25; margin_high=0.25; exploratory",
    }  # fmt: skip
    with (results / "metrics/hypotheses.csv").open("a", encoding="utf-8") as stream:
        stream.write(",".join(str(tested.get(key, "")) for key in ESTIMATE.split(",")) + "\n")
    sheet = build(results, tmp_path / "a.xlsx", [])["仮説検定"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(i for i, row in enumerate(rows) if row[0] == "問い")
    first, second, third, fourth = (
        dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 : top + 5]
    )
    role = "検定のファミリー・位置づけ"
    assert [row[role] for row in (first, second, third)] == ["主要仮説", "versions", "探索的"]
    assert first["問い"] == "版の比較_診断" and first["例数"] == 49
    assert first["p 値"] == 0.219
    # without its margin this would read as a test of zero
    assert fourth["備考"] == "信頼区間の水準 0.9、許容範囲の下限 -0.25、許容範囲の上限 0.25"
    assert first["備考"] is None


def test_case_lists_are_in_words_and_the_hospitals_own_is_marked(tmp_path: Path) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])
    assert "偽陰性" in text_of(book["症例一覧"])
    assert "新版で誤り" in text_of(book["症例一覧"])
    own = book["院内用"]
    assert "院内用: ソフトで陽性・読影で陰性の症例" in text_of(own)
    assert "VSBONE (simulated) 3.0 BSI 1.20" in text_of(own)
    assert own.sheet_properties.tabColor.rgb == "FFD55E00"


def test_a_question_that_is_new_or_not_asked_needs_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = write_results(tmp_path / "r")
    write(results / "new.csv", [{"question": "survival", "measure": "hazard"}], ESTIMATE)
    monkeypatch.setattr("bonescint.outputs.results.known", lambda: [*known(), "survival"])
    asked = inputs(results) | {"survival": results / "new.csv"}
    for name in ("cutoffs", "hypotheses", "misclassified"):
        del asked[name]
    write_workbook(asked, STUDY, SOFTWARE, "ja", tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    assert "hazard" in text_of(book["survival"])
    assert not {"診断能_カットオフ", "仮説検定"} & set(book.sheetnames)


def test_sheets_are_legible_in_print(tmp_path: Path) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])
    for name in QUESTION_SHEETS:
        width = sum(column.width for column in book[name].column_dimensions.values())
        assert width <= 255, name  # of an A4 page across: 10 point print as 6


def test_long_notes_do_not_shrink_the_sheet_in_print(tmp_path: Path) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])
    for name in QUESTION_SHEETS:
        notes = [row[0].value for row in book[name].iter_rows() if row[1].value is None]
        assert max(text_width(str(note or "")) for note in notes) <= 120


def test_the_verification_has_a_number_a_cell(tmp_path: Path) -> None:
    sheet = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])["符号化の検証"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    tags = next(row for row in rows if row[0] == "タグ")
    size = dict(zip(tags, next(row for row in rows if row[0] == "(0010,1020)"), strict=True))
    assert (size["画像数"], size["保持"], size["削除"]) == (150, 149, 1)
    assert size["判定"] == "一部を残さず"
    assert ["書き出した", None, 150, 100] in [row[:4] for row in rows]
    assert ["見合わせた", "画像に文字が焼き込まれている可能性があります (要確認)", 1, 1] in [
        row[:4] for row in rows
    ]
    assert next(row for row in rows if row[0] == "保持")[2:7] == [150, 5450, 36, 36, 37]
    pairs = [row for row in rows if row[0] == "2 つの属性"]
    assert len(pairs) == 10 and pairs[0][1] == "性別・年齢"
    full = next(row for row in rows if row[0] == "すべて")
    assert full[1:7] == ["性別・年齢・検査日・身長・体重", 100, 1, 100, 100, 100]


@pytest.mark.parametrize("language, nothing", [("ja", "データなし"), ("en", "no data")])
def test_empty_tables_are_written_as_such(tmp_path: Path, language: str, nothing: str) -> None:
    results = write_empty(tmp_path / "r")
    book = build(results, tmp_path / "a.xlsx", [], language, synthetic=False)
    for sheet in book.worksheets[1:-4]:
        assert nothing in text_of(sheet), sheet.title
    assert SYNTHETIC not in text_of(book.worksheets[0])


def test_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_results(Path("results"))
    snakemake = SimpleNamespace(
        input=InputFiles(fromdict=inputs(Path("results"))),
        params=SimpleNamespace(study=STUDY, software=SOFTWARE, language="ja", **WHOLE),
        output=SimpleNamespace(workbook="results/study.xlsx"),
        log=["logs/write_workbook.log"],
    )
    runpy.run_path(module.__file__, init_globals={"snakemake": snakemake}, run_name="__main__")
    assert load_workbook("results/study.xlsx").sheetnames == SHEETS


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_count_below_a_heading_is_taken_for_a_patient(tmp_path: Path, language: str) -> None:
    results = write_results(tmp_path / "r")
    for name, counts in {
        "metrics/flow": ("files", "patients", "MDP", "HMDP"),
        "cohort/balance": ("n",),
        "cases": ("instances", "refused"),
        "anonymization/tag_table": OUTCOMES,
        "anonymization/rule_counts": ("files", "total", "min", "median", "max"),
        "anonymization/unlisted": ("files",),
        "anonymization/instances": ("instances", "cases"),
        "anonymization/k_anonymity": ("n", "k", "classes", "unique"),
    }.items():
        path = results / f"{name}.csv"
        rows = [row | dict.fromkeys(counts, "20431") for row in read_rows(path)]
        write(path, rows, ",".join(rows[0]))
    book = tmp_path / "results" / "study.xlsx"
    build(results, book, [], language)
    declined = [Person(None, frozenset({"20431"}), frozenset())]
    assert list(search([book], declined)) == []
    book.rename(tmp_path / "list.xlsx")  # nothing is known of a list that is not the study's
    assert len(list(search([tmp_path / "list.xlsx"], declined))) > 50


def test_what_describes_the_cases_has_the_digits_of_the_data(tmp_path: Path) -> None:
    book = build(write_results(tmp_path / "r"), tmp_path / "a.xlsx", [])
    shown = {
        cell.value: cell.number_format
        for row in book["背景表"].iter_rows()
        for cell in row
        if isinstance(cell.value, float)
    }
    assert shown[61.5] == "0.0"
