"""The draft for a paper: no number without its row, the same bytes, a banner on every page."""

import re
from pathlib import Path

import docx
import pytest
from scripts.outputs.write_paper import write_paper

from bonescint.declared import columns
from bonescint.files import number, read_rows
from bonescint.outputs.paper.bound import KEY
from bonescint.resources import SYNTHETIC
from tests.scripts.outputs.contract import SOFTWARE, STUDY, inputs
from tests.scripts.outputs.results import write_results

NUMBER = re.compile(r"(?<![A-Za-z\d])[−+]?\d+(?:\.\d+)?(?:e[-−+]?\d+)?")


def printed(text: str) -> list[str]:
    """Return the numbers of a text that are no part of a name."""
    for name in [*(str(one["label"]) for one in SOFTWARE.values()), "AC1", "(A,1)"]:
        text = text.replace(name, "")
    text = re.sub(r"(Reader|読影者) \d", "", text)
    return NUMBER.findall(text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_number_of_the_results_has_its_row(tmp_path: Path, language: str) -> None:
    results, folder = write_results(tmp_path / "r"), tmp_path / "paper"
    write_paper(inputs(results, []), STUDY, SOFTWARE, language, folder)
    text = (folder / "results.txt").read_text(encoding="utf-8")
    rows = list(read_rows(folder / "numbers.csv"))
    assert tuple(rows[0]) == columns("paper_numbers")
    assert printed(text) == [one for row in rows for one in printed(row["text"])]
    assert len(rows) > 50
    for row in rows:
        if row["question"]:
            table = list(read_rows(results / "metrics" / f"{row['table']}.csv"))
            found = [one for one in table if all(one[key] == row[key] for key in KEY)]
            assert row["value"] in {one[row["column"]] for one in found}, row
        exact = number(row["value"])
        if exact is not None and not row["text"].startswith("<") and row["column"] != "level":
            shown = row["text"].replace("−", "-")
            decimals = len(shown.partition(".")[2])
            assert abs(float(shown) - exact) <= 0.5000001 * 10**-decimals, row


def test_the_document_repeats_and_says_what_it_is(tmp_path: Path) -> None:
    given = inputs(write_results(tmp_path / "r"), [])
    for name in ("a", "b"):
        write_paper(given, STUDY, SOFTWARE, "ja", tmp_path / name, figures=["roc"])
    first, second = ((tmp_path / name / "paper.docx").read_bytes() for name in ("a", "b"))
    assert first == second
    document = docx.Document(str(tmp_path / "a" / "paper.docx"))
    assert SYNTHETIC in document.sections[0].header.paragraphs[0].text
    assert document.core_properties.author == ""
    assert len(document.tables) == 3  # STARD, GRRAS, and where the numbers come from
    xml = document.element.xml
    marks = re.findall(r'w:bookmarkStart w:id="\d+" w:name="(r\d+)"', xml)
    assert marks == [row["number"] for row in read_rows(tmp_path / "a" / "numbers.csv")]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_statistics_have_paragraphs_legends_their_files_and_the_last_table_words(
    tmp_path: Path, language: str
) -> None:
    results = write_results(tmp_path / "r")
    drawn = ["flow", "bland_altman_all"]
    write_paper(inputs(results, []), STUDY, SOFTWARE, language, tmp_path / "paper", figures=drawn)
    document = docx.Document(str(tmp_path / "paper" / "paper.docx"))
    paragraphs = [one.text for one in document.paragraphs]
    first = next(
        i for i, one in enumerate(paragraphs) if one in ("統計解析", "Statistical methods")
    )
    last = next(i for i, one in enumerate(paragraphs) if one in ("結果", "Results"))
    said = paragraphs[first + 1 : last]
    assert len(said) > 10 and max(map(len, said)) < 1200
    text = (tmp_path / "paper" / "methods.txt").read_text(encoding="utf-8")
    assert all(one.strip() in text.splitlines() for one in said)
    if language == "ja":
        assert "。 " not in text
    legends = [one for one in paragraphs if re.match("(図|Figure) [12]\\. ", one)]
    assert "results/figures/flow.svg" in legends[0] and "results/presets" in legends[0]
    # it is in no report
    assert "results/figures" not in legends[1] and "bland_altman_all" in legends[1]
    shown = [cell.text for row in document.tables[2].rows for cell in row.cells[2:4]]
    keys = set(re.findall(r"[a-z]+_[a-z_]+", "\n".join(shown)))
    assert keys == set(), keys
