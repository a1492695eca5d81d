"""The report of a study that lacks something, or is very large, says so and stays whole."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripts.outputs.write_report import write_report

from bonescint.declared import columns
from bonescint.questions import known, missing
from bonescint.warnings import Phrase, warning
from tests.scripts.outputs.contract import SOFTWARE, STUDY, TABLES, inputs, write
from tests.scripts.outputs.results import write_results
from tests.scripts.outputs.test_write_report import Page

EVIL = "<script>alert(1)</script>\"'&"
BLANK = dict.fromkeys(("estimate", "ci_low", "ci_high", "statistic", "p_value", "p_adjusted"), "")
Row = dict[str, str]


def changed(
    folder: Path, change: Callable[[Row], Row | None], tables: tuple[str, ...] = ()
) -> Path:
    """Rewrite the questions' rows; a row for which `change` returns None is left out."""
    for question in tables or tuple(known()):
        path = folder / f"metrics/{question}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [made for row in csv.DictReader(stream) if (made := change(row)) is not None]
        write(path, rows, TABLES[f"metrics/{question}.csv"])
    return folder


def made(folder: Path, software: Any = SOFTWARE, language: str = "ja", **more: Any) -> str:
    page = folder / "page.html"
    study = STUDY | more.pop("study", {})
    write_report(inputs(folder), study, software, language, page, **more)
    text = page.read_text(encoding="utf-8")
    assert Page(text).open == []
    return text


def answer(text: str) -> str:
    return text[text.index('<section id="answer">') : text.index('<section id="overview">')]


@pytest.mark.parametrize(
    ("language", "why"), [("ja", "転移の有無が片方のみ"), ("en", "One class only")]
)
def test_of_one_class_it_says_why_there_is_no_number(
    tmp_path: Path, language: str, why: str
) -> None:
    def one_class(row: Row) -> Row:
        return row | BLANK | {"status": "one class"}

    text = made(changed(write_results(tmp_path), one_class), language=language)
    first = answer(text)
    assert first.count(why) >= 3 and "<svg" not in first
    section = text[text.index('<section id="accuracy">') :]
    section = section[: section.index("</section>")]
    assert f"AUC: {why}" in section and "<table" not in section


def test_a_study_of_four_cases_is_told_as_any_other(tmp_path: Path) -> None:
    assert "4 例を解析しました" in answer(made(write_results(tmp_path, 4)))


def test_one_software_is_compared_with_no_other(tmp_path: Path) -> None:
    alone = {"vsbone3": SOFTWARE["vsbone3"]}

    def own(row: Row) -> Row | None:
        others = {"bonenavi", "vsbone2", "MDP"} & {row["subject"], row["comparator"]}
        return None if others else row

    text = made(changed(write_results(tmp_path), own), alone, there={"readers", "counts"})
    first = answer(text)
    assert "VSBONE (simulated) 3.0" in first and "BoneNAVI" not in first
    assert "優れている" not in first and "比べられない" not in first


def test_without_readers_nothing_is_said_of_them(tmp_path: Path) -> None:
    there = {"versions", "products", "tracers", "counts", "shares"}
    folder, lacks = write_results(tmp_path), missing(None, there)
    write(folder / "reference.csv", [], TABLES["reference.csv"])
    # no question that needs readers was asked, so none has a test
    changed(folder, lambda row: None if row["question"] in lacks else row, ("hypotheses",))
    asked = {
        key: path for key, path in inputs(folder).items() if key not in (*lacks, "failed_calls")
    }
    write_report(asked, STUDY, SOFTWARE, "ja", folder / "a.html", there=there, unanswered=lacks)
    text = (folder / "a.html").read_text(encoding="utf-8")
    first = answer(text)
    assert Page(text).open == [] and "100 例を解析しました。" in first
    assert "κ" not in first and "AUC" not in first.partition("<details")[0]
    assert f"({len(lacks)})" in first and "読影者がいないため" in first


def test_markup_and_long_names_are_shown_as_they_are(tmp_path: Path) -> None:
    long = "非常に長いソフトの名前 " * 12
    software = {
        key: one | {"label": EVIL if key == "bonenavi" else f"{long}{one['version']}"}
        for key, one in SOFTWARE.items()
    }
    text = made(write_results(tmp_path), software, study={"title": EVIL, "id": EVIL})
    assert text.count("<script") == 1 and "alert(1)" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;" in text
    assert f"{long}3.0" in answer(text)


def test_of_many_warnings_the_first_are_shown_and_all_counted(tmp_path: Path) -> None:
    folder = write_results(tmp_path)
    rows = [
        warning("reader1", "R10", Phrase("missing_reading"), {"code": f"BS-{n:05}"})
        for n in range(500)
    ]
    write(folder / "cohort/warnings.csv", rows, ",".join(columns("warnings")))
    text = made(folder)
    assert "確認が必要な点が 500 件あります" in text and "初めの 200 件を示します" in text
    assert "BS-00199" in text and "BS-00200" not in text


@pytest.mark.parametrize(("size", "kind"), [(400_000, "svg+xml"), (400_001, "png")])
def test_a_drawing_of_very_many_marks_is_shown_by_its_pixels(
    tmp_path: Path, size: int, kind: str
) -> None:
    (tmp_path / "roc.svg").write_bytes(b" " * size)
    (tmp_path / "roc.png").write_bytes(b"png")
    sources = inputs(write_results(tmp_path / "r"), sorted(tmp_path.glob("roc.*")))
    write_report(sources, STUDY, SOFTWARE, "en", tmp_path / "a.html")
    page = Page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert [str(one["src"]).partition(";")[0] for one in page.images] == [f"data:image/{kind}"]
