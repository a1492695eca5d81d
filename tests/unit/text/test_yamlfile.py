"""Typing mistakes in config.yaml: understood, or told with line and column."""

import argparse
from pathlib import Path

import pytest
import yaml

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import ROOT
from bonescint.text.yamlfile import read_yaml

CONFIG = (ROOT / "config.yaml").read_text(encoding="utf-8")
LINES = CONFIG.splitlines()
TOP = "language:"
PATH = "  participants:"
TITLE = "  title:"
APPROVAL = "  approval:"


def number(start: str) -> int:
    """Return the line, counted from 1, that starts so."""
    return next(n for n, line in enumerate(LINES, 1) if line.startswith(start))


def written(folder: Path, start: str, line: str) -> Path:
    lines = list(LINES)
    lines[number(start) - 1] = line
    (folder / "config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "config.yaml"


def told(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    return caught.value.problems


@pytest.mark.parametrize(
    ("start", "line", "column", "ja", "en"),
    [
        (PATH, "\tparticipants: a.csv", 1, "タブ", "a tab"),
        (PATH, "  \tparticipants: a.csv", 3, "タブ", "a tab"),
        (PATH, "  participants:\ta.csv", 16, "タブ", "a tab"),
        (PATH, "  participants a.csv", 3, "コロンがありません", "no colon"),
        (TOP, "language ja # a: b", 1, "コロンがありません", "no colon"),
        ("cohort:", "cohort # who", 1, "コロンがありません", "no colon"),
        (PATH, "  participants:a.csv", 15, "半角の空白がありません", "no space"),
        (TOP, "language：ja", 9, "全角のコロン", "full-width colon"),
        (PATH, "  participants： a.csv # a: b", 15, "全角のコロン", "full-width colon"),
        ("cohort:", "cohort：", 7, "全角のコロン", "full-width colon"),
        (PATH, "　participants: a.csv", 1, "全角の空白", "full-width space"),
        (PATH, " 　participants: a.csv", 2, "全角の空白", "full-width space"),
        (PATH, "  participants:　a.csv", 16, "全角の空白", "full-width space"),
        (PATH, "  participants: 　a.csv", 17, "全角の空白", "full-width space"),
        (PATH, "  participants: a.csv　# 一覧", 22, "全角の空白", "full-width space"),
        (TITLE, "  title: 研究: 骨シンチ", 12, "2 つ目のコロン", "second colon"),
        (TITLE, '  title: "骨シンチ # x', 10, "引用符", "quotation mark"),
        (TITLE, "  title: '骨シンチ", 10, "引用符", "quotation mark"),
        (PATH, r'  participants: "C:\表\a.csv"', 20, "単一引用符", "single quotes"),
        (TITLE, "    title: 骨シンチ", 5, "字下げ", "indentation"),
        (TITLE, " title: 骨シンチ", 2, "字下げ", "indentation"),
        (APPROVAL, "  approval: {committee: null, number: null", 13, "かっこ", "bracket"),
        (APPROVAL, "  approval: {committee: a， number: b}", 26, "全角のかっこ", "full-width"),
        (APPROVAL, "  approval: ｛committee: a, number: b}", 13, "全角のかっこ", "full-width"),
        ("  period_end:", "  period_end: 2025-13-31", 15, "日付", "no such date"),
        (TITLE, "  title: a\x07", 11, "制御文字", "control character"),
    ],
)
def test_a_slip_is_told_with_its_place(
    tmp_path: Path, start: str, line: str, column: int, ja: str, en: str
) -> None:
    path = written(tmp_path, start, line)
    (said,) = told(path)
    japanese, english = said.split(" / ")
    assert f"config.yaml {number(start)} 行 {column} 文字目" in japanese
    assert f"config.yaml line {number(start)} column {column}:" in english
    assert ja in japanese
    assert en in english


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a:\n  -{b: 1, c: 2}\n", 2),
        ("a:\n  - {b: 1}\n  -{b: 2}\n", 3),
        ("a:\n  - b: 1\n  -c: 2\n", 3),
        ("a:\n  - b\n  -c: 2\n", 3),
    ],
)
def test_a_dash_without_a_space(tmp_path: Path, content: str, line: int) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(content)
    (said,) = told(path)
    assert f"{line} 行 3 文字目: 「-」の後に半角の空白がありません" in said
    assert f"line {line} column 3: no space after the dash" in said


def test_a_key_that_stands_twice(tmp_path: Path) -> None:
    path = written(tmp_path, TITLE, "  title: a\n  title: b")
    (said,) = told(path)
    line = number(TITLE)
    assert f"line {line + 1} column 3: the key 'title' stands in line {line} too" in said
    assert f"{line + 1} 行 3 文字目: 項目「title」は {line} 行にもあります" in said


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16", "utf-16-le"])
def test_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(CONFIG.encode(encoding))
    (said,) = told(path)
    assert "UTF-8" in said.split(" / ")[0]
    assert encoding in said.split(" / ")[1]
    assert "line 1:" in said


def test_the_line_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"language: ja\nstudy:\n  title: " + "骨シンチ".encode("cp932") + b"\n")
    (said,) = told(path)
    assert "line 3:" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_what_is_good_is_read_as_yaml_reads_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "config.yaml"
    # full-width signs in quotes, comments and values are no mistake
    content = CONFIG + "x: {\"a：\": '　b：'} # 　：\n"
    path.write_bytes(content.encode(encoding))
    assert read_yaml(path) == yaml.safe_load(content)
    path.write_bytes(b"")
    assert read_yaml(path) == {}


@pytest.mark.parametrize("content", ["設定\n", "- a\n- b\n", "a: " + "[" * 5000, "? {a: 1}\n: 2\n"])
def test_what_is_no_configuration_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(content, encoding="utf-8")
    assert len(told(path)) == 1


def test_commands_tell_it_and_a_missing_file(tmp_path: Path) -> None:
    path = written(tmp_path, TOP, "language：ja")
    options = argparse.Namespace(config=[path])
    with pytest.raises(InputError, match="line 4 column 9"):
        configuration.load(options)
    with pytest.raises(InputError, match="no such file"):
        configuration.merged([tmp_path / "none.yaml"])
