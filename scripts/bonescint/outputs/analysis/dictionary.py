"""The data dictionary: a row for each column of each table, with its possible values."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from bonescint.declared import DeclaredColumn
from bonescint.files import Row, write_rows
from bonescint.outputs.analysis.described import LANGUAGES, AnalysedStudy, Meanings, meanings
from bonescint.resources import Texts

Used = Mapping[str, Collection[str]]  # column -> the words that occur in it

HEADER = ("table", "column", "kind", "unit", "ja", "en", "values_ja", "values_en")


def write_dictionary(
    path: Path,
    tables: Mapping[str, Sequence[DeclaredColumn]],
    used: Mapping[str, Used],
    study: AnalysedStudy,
) -> None:
    """Write dictionary.csv.

    Parameters
    ----------
    path
        The file; with a BOM, because people open it in Excel.
    tables
        Table -> its columns.
    used
        Table -> the words that occur in its columns, for columns with words of the statistics.
        Listing all of these words would take hundreds of entries.
    """
    write_rows(path, HEADER, _entries(tables, used, study))


def _entries(
    tables: Mapping[str, Sequence[DeclaredColumn]],
    used: Mapping[str, Used],
    study: AnalysedStudy,
) -> Iterator[Row]:
    texts = {language: Texts("columns", language) for language in LANGUAGES}
    for table, declared in tables.items():
        for one in declared:
            allowed = meanings(one, study)
            if one.values.startswith("text."):
                there = used.get(table, {}).get(one.column, ())
                allowed = {value: allowed[value] for value in allowed if value in there}
            yield {
                "table": table,
                "column": one.column,
                "kind": " / ".join(texts[language](f"kind.{one.kind}") for language in LANGUAGES),
                "unit": one.unit,
                "ja": one.ja,
                "en": one.en,
                "values_ja": _listed(allowed, "ja"),
                "values_en": _listed(allowed, "en"),
            }


def _listed(allowed: Meanings, language: str) -> str:
    return " | ".join(f"{value} = {said[language]}" for value, said in allowed.items())
