"""What `bonescint private --values` shows: values outside the vocabulary, and station names."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bonescint.resources import RESOURCES, Texts
from bonescint.text.width import without_controls

if TYPE_CHECKING:
    from pydicom import Dataset

    from bonescint.deid.policy import Rule

    Level = dict[int, tuple[str | None, bytes]]


class Unlisted:
    """Values of many files, each with the number of files it stands in."""

    def __init__(self, text: Texts) -> None:
        from bonescint.deid.policy import load_policies

        self._text = text
        self._rules = load_policies(RESOURCES / "tag_table.csv", "-", "-")["nm"].rules
        self._values: Counter[tuple[str, str]] = Counter()
        self._stations: Counter[str] = Counter()

    def read(self, source: "Dataset", level: "Level", charset: tuple[str, ...]) -> None:
        """Note the values of one file; `level` has its elements as they stand in it."""
        from bonescint.dicom import tags
        from bonescint.text.charset import decode
        from bonescint.text.folding import unpadded

        self._values.update(set(_values(source, level, self._rules, charset)))
        _, station = level.get(tags.StationName, (None, b""))
        if name := unpadded(decode(station, charset)):
            self._stations[name] += 1

    def lines(self) -> Iterator[str]:
        """Yield a comment on each value, and the line that would list it or let it stay."""
        from bonescint.deid.decisions import STATION, decision_line, station_digest
        from bonescint.deid.own_vocabulary import COLUMNS, open_keywords, why_not_listed

        if self._values:
            yield f"# {self._text('unlisted', columns=','.join(COLUMNS))}"
        for (keyword, value), n in sorted(self._values.items(), key=lambda v: (v[0][0], -v[1])):
            yield f"# {keyword}  {without_controls(value, '?')}  {self._text('files', n=n)}"
            known = keyword in open_keywords()
            why = why_not_listed(keyword, value) if known else "unfit.coded"
            yield f"#   {self._text(why)}" if why else _row([keyword, value, *[""] * 4])
        if self._stations:
            yield f"# {self._text('stations')}"
        for name, n in self._stations.most_common():
            yield f"# StationName  {without_controls(name, '?')}  {self._text('files', n=n)}"
            yield decision_line(station_digest(name), STATION)


def raw_level(source: "Dataset") -> dict[int, tuple[str | None, bytes]]:
    """Return VR (None if implicit) and bytes of a data set's own elements; b"" of sequences.

    The elements of the data set stay raw.
    """
    from pydicom.dataelem import RawDataElement

    level: dict[int, tuple[str | None, bytes]] = {}
    for tag in source.keys():  # noqa: SIM118 (iterating a data set decodes its elements)
        raw = source.get_item(tag, keep_deferred=True)
        if isinstance(raw, RawDataElement):
            level[int(tag)] = raw.VR, raw.value or b""
        elif raw is not None:
            level[int(tag)] = raw.VR, b""
    return level


def _values(
    source: "Dataset", level: "Level", rules: "dict[int, Rule]", charset: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield keyword and value (or code) of what the vocabulary covers but does not list."""
    from bonescint.deid.vocabulary import vocabulary
    from bonescint.dicom import tags
    from bonescint.text.charset import decode
    from bonescint.text.folding import unpadded

    words = vocabulary()
    for tag, rule in rules.items():
        if tag not in level or rule.action not in ("keep", "vocabulary"):
            continue
        if rule.vr == "SQ":
            items = source[tag].value
            for item in items if source[tag].VR == "SQ" else ():
                inner = raw_level(item)
                code = [
                    decode(inner.get(part, (None, b""))[1], charset).strip(" \0")
                    for part in (tags.CodingSchemeDesignator, tags.CodeValue, tags.CodeMeaning)
                ]
                if rule.action == "keep":
                    yield from _values(item, inner, rule.items, charset)
                elif any(code) and words.meaning(rule.keyword, *code[:2]) is None:
                    yield rule.keyword, " ".join(code)
        elif words.judges(rule.keyword, rule.action):
            for value in decode(level[tag][1], charset).split("\\")[: rule.vm]:
                if (text := unpadded(value)) and words.text(rule.keyword, text) is None:
                    yield rule.keyword, text


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
