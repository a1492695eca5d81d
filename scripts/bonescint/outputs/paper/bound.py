"""Sentences whose numbers are linked to their rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bonescint.files import Row
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results

# private characters, which no text contains, enclose a number's place in the list and the number
_MARKED = re.compile("\ue000(\\d+)\ue001(.*?)\ue002", re.DOTALL)
KEY = (
    "question", "subject", "comparator", "measure", "reference", "metric", "cutoff", "cases",
    "level", "ci_method", "test",
)  # fmt: skip


class Piece(NamedTuple):
    """A part of a sentence: words, or a number with its name in numbers.csv.

    The number is such as ``r001``, and empty for words.
    """

    text: str
    number: str = ""


class BoundLabels(Labels):
    """Words that mark each number with its source."""

    def __init__(self, *given: Any) -> None:
        self._sources: list[tuple[Mapping[str, str] | str, str]] = []
        self._seen: dict[tuple[str, int | str, str], str] = {}
        super().__init__(*given)

    def mark(self, text: str, _source: Mapping[str, str] | str, _place: str) -> str:
        """Return the number's text between marks. The same number has the same mark."""
        key = (text, _source if isinstance(_source, str) else id(_source), _place)
        if key not in self._seen:
            self._seen[key] = f"\ue000{len(self._sources)}\ue001{text}\ue002"
            self._sources.append((_source, _place))
        return self._seen[key]

    def source(self, mark: int) -> tuple[Mapping[str, str] | str, str]:
        """Return a number's row and column; or its table, and the place in it."""
        return self._sources[mark]


def bound(
    paragraphs: Mapping[str, Sequence[str]], labels: BoundLabels, results: Results
) -> tuple[dict[str, list[list[Piece]]], list[Row]]:
    """Return the paragraphs in pieces, and a row of numbers.csv for each number in them.

    `paragraphs` maps the name of a paragraph to its sentences.
    """
    tables = {id(row): name for name, rows in results.metrics.items() for row in rows}
    tables |= {id(row): "failed_calls" for row in results.failed_calls}
    rows: list[Row] = []

    def pieces(paragraph: str, place: int, sentence: str) -> Iterator[Piece]:
        end = 0
        for found in _MARKED.finditer(sentence):
            if words := sentence[end : found.start()]:
                yield Piece(words)
            end = found.end()
            source, column = labels.source(int(found[1]))
            name = f"r{len(rows) + 1:03d}"
            one = {
                "number": name, "paragraph": paragraph, "sentence": str(place),
                "text": found[2], "column": column,
            }  # fmt: skip
            if isinstance(source, str):
                one |= {"table": source, "value": found[2]}
            else:
                one |= {key: source.get(key, "") for key in KEY}
                if "software" in source:  # a row of failed_calls
                    one |= {"subject": source["software"], "measure": source["call"]}
                one |= {"table": tables[id(source)], "value": source[column]}
            rows.append(one)
            yield Piece(found[2], name)
        if words := sentence[end:]:
            yield Piece(words)

    said = {
        name: [list(pieces(name, place, one)) for place, one in enumerate(sentences, 1)]
        for name, sentences in paragraphs.items()
    }
    return said, rows
