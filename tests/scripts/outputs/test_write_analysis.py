"""The tables for a statistician: as declared, without BOM, a dictionary that knows each word."""

import csv
import re
from itertools import islice
from pathlib import Path

import pytest
from scripts.outputs.write_analysis import write_analysis

from bonescint.files import read_rows
from bonescint.outputs.analysis.described import AnalysedStudy
from bonescint.outputs.analysis.redcap import HEADERS
from bonescint.tables.metric_columns import metric_values
from tests.scripts.outputs.contract import CUTOFFS, PAIRS, READERS, SOFTWARE
from tests.scripts.outputs.results import write_results

STUDY = AnalysedStudy(
    software=SOFTWARE,
    readers={key: key for key in READERS},
    metrics=metric_values(),
    cutoffs=CUTOFFS,
    version_pairs=PAIRS,
    confidence=0.95,
    title="骨シンチの研究",
    language="ja",
    synthetic=True,
)


def written(folder: Path, results: Path) -> Path:
    """Write the tables of a study's results into a folder."""
    names = ("cases", "reference", "measurements", "exposure")
    tables = {name: [str(results / f"{name}.csv")] for name in names}
    tables["readings"] = [str(path) for path in sorted((results / "readings").glob("*[0-9].csv"))]
    tables["flow"] = [str(results / "metrics" / "flow.csv")]
    tables["balance"] = [str(results / "cohort" / "balance.csv")]
    for name in ("misclassified", "reclassified"):
        tables[name] = [str(results / "metrics" / f"{name}.csv")]
    questions = {"accuracy": str(results / "metrics" / "accuracy.csv")}
    write_analysis(tables, questions, STUDY, folder)
    return folder


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results/analysis of a simulated study."""
    base = tmp_path_factory.mktemp("analysis")
    return written(base / "analysis", write_results(base / "results"))


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_word_of_the_tables_is_allowed(analysis: Path) -> None:
    checked = 0
    for row in read_rows(analysis / "dictionary.csv"):
        allowed = {one.split(" = ")[0] for one in row["values_en"].split(" | ")}
        found = {one[row["column"]] for one in rows_in(analysis / f"{row['table']}.csv")} - {"NA"}
        assert not row["values_en"] or found <= allowed, (row["table"], row["column"])
        checked += bool(row["values_en"] and found)
        # of words of the statistics those alone that occur
        if row["column"] in ("measure", "ci_method") and row["table"] == "estimates":
            assert found == allowed
    assert checked > 25


def test_r_reads_every_table_as_it_is(analysis: Path) -> None:
    described = {row["table"] for row in read_rows(analysis / "dictionary.csv")}
    assert described == {
        path.stem
        for path in analysis.glob("*.csv")
        if not path.stem.startswith("redcap") and path.stem != "dictionary"
    }
    for table in described:
        path = analysis / f"{table}.csv"
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
        header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) for name in header)
        assert all(cell for row in rows for cell in row)  # NA, never empty


def test_a_row_a_case_says_what_the_long_tables_say(analysis: Path) -> None:
    wide = {row["code"]: row for row in rows_in(analysis / "cases_wide.csv")}
    assert list(wide) == [row["code"] for row in rows_in(analysis / "cases.csv")]
    for row in rows_in(analysis / "measurements.csv"):
        assert wide[row["code"]][f"{row['software']}_{row['metric']}"] == row["value"]
    for row in rows_in(analysis / "readings.csv"):
        assert wide[row["code"]][f"{row['reader']}_metastasis"] == row["metastasis"]


def test_redcap_takes_the_cases(analysis: Path) -> None:
    dictionary = rows_in(analysis / "redcap_dictionary.csv")
    assert tuple(dictionary[0]) == HEADERS and len(HEADERS) == 18
    fields = {row[HEADERS[0]]: row for row in dictionary}
    assert len(fields) == len(dictionary) and next(iter(fields)) == "record_id"
    assert all(re.fullmatch("[a-z][a-z0-9_]{0,25}", name) for name in fields)
    cases = rows_in(analysis / "redcap_cases.csv")
    assert list(cases[0]) == list(fields) and len(cases) == 100
    kinds = {"integer": r"\d+", "number": r"-?\d+(\.\d+)?", "date_ymd": r"\d{4}-\d\d-\d\d"}
    for name, field in fields.items():
        found = {row[name] for row in cases} - {""}
        if choices := field[HEADERS[5]]:
            assert found <= {one.split(", ")[0] for one in choices.split(" | ")}, name
            assert all(re.fullmatch(r"\w+, [^|]+", one) for one in choices.split(" | "))
        elif kind := field[HEADERS[7]]:
            assert all(re.fullmatch(kinds[kind], value) for value in found), name


def test_the_same_tables_give_the_same_bytes(analysis: Path, tmp_path: Path) -> None:
    again = written(tmp_path, analysis.parent / "results")
    for path in analysis.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_simulated_data_say_so_and_who_may_have_them(analysis: Path) -> None:
    for name in ("README.txt", "analysis.R"):
        head = list(islice((analysis / name).read_text(encoding="utf-8").splitlines(), 3))
        assert any("SYNTHETIC" in line for line in head)
    assert "符号化済み、個人情報" in (analysis / "README.txt").read_text(encoding="utf-8")
