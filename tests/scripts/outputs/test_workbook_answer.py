"""The workbook's first sheet, its list of cases and its charts."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_workbook import write_workbook

from bonescint.files import read_rows
from bonescint.outputs.answers import answers
from bonescint.outputs.results import labels_for, read_results
from bonescint.outputs.workbook import charts
from bonescint.resources import SYNTHETIC, Texts
from bonescint.text.width import text_width
from tests.scripts.outputs.contract import ESTIMATE, SOFTWARE, STUDY, inputs, write
from tests.scripts.outputs.results import write_results

FIGURES = ("roc", "bland_altman", "version_slope")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write_results(tmp_path / "r")


def build(results: Path, figures: tuple[str, ...] = (), language: str = "ja", **more: Any) -> Any:
    from matplotlib.figure import Figure

    paths = []
    for name in figures:
        paths.append(results / f"{name}.png")
        Figure(figsize=(2, 2)).savefig(paths[-1], dpi=150)
    book = results / "a.xlsx"
    write_workbook(inputs(results, paths), STUDY, SOFTWARE, language, book, **more)
    return load_workbook(book)


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def table(sheet: Any, first: str) -> tuple[int, list[dict[str, Any]]]:
    """Return where a table's header is and its rows; of a title that occurs twice, the first."""
    rows = cells(sheet)
    top = next(i for i, row in enumerate(rows) if row[0] == first)
    found = []
    for row in rows[top + 1 :]:
        if row[0] is None:
            break
        found.append({t: v for t, v in reversed([*zip(rows[top], row, strict=True)]) if t})
    return top + 1, found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_first_sheet_says_the_answer_and_has_its_numbers(results: Path, language: str) -> None:
    sheet = build(results, language=language).worksheets[0]
    read = read_results(inputs(results))
    texts = Texts("workbook", language)
    said = answers(read, labels_for(texts, read, STUDY, SOFTWARE))
    text = "".join(str(row[0] or "") for row in cells(sheet)).replace(" ", "")
    for number, one in enumerate(said, 1):
        assert f"{number}.{one.text}".replace(" ", "") in text
    _, rows = table(sheet, texts("column_item"))
    expected = [row for one in said if one.topic != "products" for row in one.rows]
    assert len(rows) == len(expected) > 0
    for shown, row in zip(rows, expected, strict=True):
        if row["estimate"]:
            assert shown[texts("column_estimate")] == pytest.approx(float(row["estimate"]))


def test_every_sheet_is_linked_with_its_tables(results: Path) -> None:
    book = build(results, FIGURES)
    first = book.worksheets[0]
    links = [c.hyperlink.location for row in first.iter_rows() for c in row if c.hyperlink]
    assert [link.partition("'!")[0].strip("'") for link in links] == book.sheetnames[1:]
    text = "\n".join(str(value) for row in cells(first) for value in row)
    assert "reader_agreement.csv、reader_eod.csv、reader_counts.csv" in text
    assert "results/report.html" in text


def test_a_case_has_one_row_with_all_that_was_found(results: Path) -> None:
    sheet = build(results)["症例一覧"]
    top, rows = table(sheet, "患者符号")
    codes = [row["code"] for row in read_rows(results / "cases.csv")]
    assert [row["患者符号"] for row in rows] == codes
    heads = {}
    above = {r: [c.value for c in sheet[r]] for r in (top - 2, top - 1, top)}
    group = name = None
    for column, title in enumerate(above[top]):
        group = above[top - 2][column] or group
        name = above[top - 1][column] or (name if above[top - 1][column] is None else None)
        heads[group, name, title] = column
    by = {(g, t): c for (g, _, t), c in heads.items()}
    values = {row[0].value: [c.value for c in row] for row in sheet.iter_rows(min_row=top + 1)}
    for row in read_rows(results / "measurements.csv"):
        software = SOFTWARE[row["software"]]
        title = {"bsi": "BSI (%)", "hotspots": "Hotspot (個)"}[row["metric"]]
        value = values[row["code"]][by[f"{software['label']} ({row['tracer']})", title]]
        assert value == (float(row["value"]) if row["value"] else None)
    failed = next(r for r in read_rows(results / "measurements.csv") if not r["value"])
    group = f"{SOFTWARE['vsbone2']['label']} (HMDP)"
    assert values[failed["code"]][by[group, "状態"]] == "領域分割失敗"
    reader3 = heads["読影者", "reader3", "転移の有無"]
    assert values[codes[0]][reader3] == "読影なし"
    assert {values[code][reader3] for code in codes[1:]} == {"有", "無"}
    # the consensus stands beside the readers, and the call beside the value
    wrong = [r for r in read_rows(results / "metrics/misclassified.csv") if r["metric"] == "bsi"]
    column = heads[f"{SOFTWARE['vsbone3']['label']} (HMDP)", "BSI ≥ 1 %", "正誤"]
    found = {code: row[column] for code, row in values.items() if code in codes}
    kinds = {"false_negative": "偽陰性", "false_positive": "偽陽性"}
    assert {c: f for c, f in found.items() if f in kinds.values()} == {
        row["code"]: kinds[row["kind"]] for row in wrong
    }
    assert sheet.freeze_panes == f"B{top + 1}" and sheet.auto_filter.ref.startswith(f"A{top}:")
    assert sheet.print_title_rows == f"${top - 2}:${top}"


def test_disagreements_and_failures_are_coloured_by_the_words_beside_them(results: Path) -> None:
    sheet = build(results)["症例一覧"]
    top, rows = table(sheet, "患者符号")
    rules = [
        (str(area.sqref), rule.formula[0])
        for area, found in sheet.conditional_formatting._cf_rules.items()
        for rule in found
    ]
    said = " ".join(formula for _, formula in rules)
    for word in ("偽陽性", "偽陰性", "解析済み", "不一致", "あり"):
        assert f'"{word}"' in said, word
    seen = set[object]()
    for area, formula in rules:
        assert re.search(rf":[A-Z]+{top + len(rows)}$", area), area
        (column,) = {*re.findall(rf"\$([A-Z]+){top + 1}\b", formula)}
        seen |= {sheet[f"{column}{row}"].value for row in range(top + 1, top + 1 + len(rows))}
        assert sheet[f"{column}{top}"].value in ("正誤", "状態", "学習の可能性", "全員一致"), area
    assert {"偽陰性", "解析済み", "不一致", "あり"} <= seen
    legend = [str(value) for row in cells(sheet)[: top - 3] for value in row if value]
    assert {"読影者どうしが不一致", "解析できなかった症例"} <= {*legend}


def test_charts_are_excels_own_and_carry_the_banner(results: Path) -> None:
    book = build(results, FIGURES)
    first = (results / "a.xlsx").read_bytes()
    assert [len(book["図"]._charts), len(book["図"]._images)] == [3 + 2 + 4, 0]
    with zipfile.ZipFile(results / "a.xlsx") as archive:
        parts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        assert all(SYNTHETIC in archive.read(part).decode() for part in parts)
    data = cells(book["図のデータ"])
    # the curve of the first software's first metric, from the origin to the end
    top = next(i for i, row in enumerate(data) if row[0] == "横軸")
    curve = [
        (float(r["false_positive_rate"]), float(r["true_positive_rate"]))
        for r in read_rows(results / "metrics/roc_curves.csv")
        if (r["software"], r["metric"]) == ("bonenavi", "bsi")
    ]
    drawn = [tuple(row[:2]) for row in data[top + 1 :] if row[0] is not None]
    assert drawn == [pytest.approx(point) for point in sorted(curve)]
    names = {str(value) for value in data[top - 1] if value}
    assert {"一致限界の下限", "95 % 信頼区間", "BSI ≥ 1 %", "偶然の水準"} <= names
    build(results, FIGURES)
    assert (results / "a.xlsx").read_bytes() == first


def test_of_too_many_cases_the_picture_stays(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "MOST_CASES", 40)
    sheet = build(results, FIGURES)["図"]
    assert [len(sheet._charts), len(sheet._images)] == [3, 2]


def test_no_format_rounds_a_limit_onto_zero_or_a_p_onto_the_level(results: Path) -> None:
    row = {
        "question": "accuracy", "subject": "vsbone3", "measure": "auc", "metric": "bsi",
        "n": 49, "estimate": 0.9996, "ci_low": 0.0004, "ci_high": 1, "p_value": 0.04996,
        "status": "ok",
    }  # fmt: skip
    write(results / "metrics/accuracy.csv", [row, row | {"ci_low": 0.5, "p_value": 0.2}])
    sheet = build(results)["診断能_ROC"]
    formats = {c.value: c.number_format for r in sheet.iter_rows() for c in r}
    assert formats[0.9996] == formats[0.0004] == "0.0000" and formats[1] == "0.000"
    assert formats[0.04996] == "0.00000" and "<0.001" in formats[0.2]


def test_what_is_adjusted_in_no_family_has_no_adjusted_p(results: Path) -> None:
    _, rows = table(build(results)["仮説検定"], "問い")
    role, adjusted = "検定のファミリー・位置づけ", "調整後 p 値"
    assert {row[role]: row[adjusted] is None for row in rows} == {
        "主要仮説": True, "versions": False, "探索的": True
    }  # fmt: skip


def test_short_questions_share_a_sheet_and_one_alone_keeps_its_name(results: Path) -> None:
    _, rows = table(build(results)["読影者間の一致"], "問い")
    assert {row["問い"] for row in rows} == {"読影_有無", "読影_EOD", "読影_転移数"}
    asked = inputs(results)
    for name in ("reader_eod", "reader_counts"):
        del asked[name]
    write_workbook(asked, STUDY, SOFTWARE, "ja", results / "b.xlsx")
    names = load_workbook(results / "b.xlsx").sheetnames
    assert "読影_有無" in names and "読影者間の一致" not in names


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_header_is_cut(results: Path, language: str) -> None:
    book = build(results, language=language)
    for sheet in book:
        # neighbours of one width stand as one
        wide = {
            column: one.width
            for one in sheet.column_dimensions.values()
            for column in range(one.min, one.max + 1)
        }
        for row in sheet.iter_rows():
            for cell in row:
                if cell.fill.fgColor.rgb == "FFDCE9F2" and cell.value:
                    width = wide[cell.column]
                    lines = (sheet.row_dimensions[cell.row].height or 13) // 15
                    assert text_width(cell.value) <= lines * width, (sheet.title, cell.value)
                    words = re.findall("[!-~]+", cell.value)
                    assert max(map(len, words), default=0) + 2 <= width, cell.value


def test_a_study_without_readers_or_versions_has_neither(results: Path) -> None:
    asked = inputs(results)
    for name in ("misclassified", "reclassified", "exposed", "incidental", "roc_curves"):
        del asked[name]
    record = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    record["analysis"]["metrics"]["cutoffs"] = []
    (results / "provenance.json").write_text(json.dumps(record), encoding="utf-8")
    write(results / "metrics/version_measurement.csv", [], ESTIMATE)
    asked["readings"] = []
    path = results / "b.xlsx"
    write_workbook(asked, STUDY, SOFTWARE, "ja", path, there=set())
    sheet = load_workbook(path)["症例一覧"]
    _, rows = table(sheet, "患者符号")
    assert len(rows) == 100
    text = "\n".join(str(value) for row in cells(sheet) for value in row if value)
    for word in ("読影者", "合意", "正誤", "学習", "変化"):
        assert word not in text, word


def keep(results: Path, codes: set[str], **changed: str) -> None:
    """Keep some cases alone, with other values in their consensus."""
    for path in results.rglob("*.csv"):
        rows = list(read_rows(path))
        if rows and "code" in rows[0]:
            more = changed if path.name == "reference.csv" else {}
            kept = [row | more for row in rows if row["code"] in codes]
            write(path, kept, ",".join(rows[0]))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_cases_of_one_class_are_written(results: Path, language: str) -> None:
    codes = [row["code"] for row in read_rows(results / "cases.csv")][:3]
    keep(results, {*codes}, metastasis="1")
    for name in ("accuracy", "cutoffs", "version_diagnosis", "software_readers"):
        rows = [
            row | dict.fromkeys(("estimate", "ci_low", "ci_high"), "") | {"status": "one class"}
            for row in read_rows(results / f"metrics/{name}.csv")
        ]
        write(results / f"metrics/{name}.csv", rows)
    write(results / "metrics/roc_curves.csv", [], "software,metric,threshold")
    book = build(results, FIGURES, language)
    texts = Texts("workbook", language)
    _, rows = table(book.worksheets[1], texts("column_code"))
    assert len(rows) == 3
    # the picture says that there is nothing to draw
    assert len(book[texts("sheet_figures")]._images) == 1
    why = {"ja": "転移の有無が片方のみ", "en": "One class only"}[language]
    assert any(why in str(value) for row in cells(book.worksheets[0]) for value in row)


def test_markup_and_long_labels_are_text(results: Path) -> None:
    label = '<script>alert("1")</script> & =1+1 ' + "とても長い名前" * 30
    software = {key: one | {"label": label + key} for key, one in SOFTWARE.items()}
    paths = [results / f"{name}.png" for name in FIGURES]
    build(results, FIGURES)
    write_workbook(inputs(results, paths), STUDY, software, "ja", results / "b.xlsx")
    book = load_workbook(results / "b.xlsx")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    text = "\n".join(str(v) for row in cells(book["症例一覧"]) for v in row if v)
    assert label in text


def test_one_software_alone_is_written(results: Path) -> None:
    for path in results.rglob("*.csv"):
        rows = list(read_rows(path))
        for name in ("software", "subject", "old"):
            if rows and name in rows[0]:
                rows = [r for r in rows if r[name] not in ("vsbone2", "vsbone3")]
                write(path, rows, ",".join(read_header(path)))
                break
    paths = [results / f"{name}.png" for name in FIGURES]
    build(results, FIGURES)
    software = {"bonenavi": SOFTWARE["bonenavi"]}
    write_workbook(inputs(results, paths), STUDY, software, "ja", results / "b.xlsx")
    book = load_workbook(results / "b.xlsx")
    assert [len(book["図"]._charts), len(book["図"]._images)] == [1, 2]
    text = "\n".join(str(v) for row in cells(book["症例一覧"]) for v in row if v)
    assert "BoneNAVI" in text and "VSBONE" not in text


def read_header(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
