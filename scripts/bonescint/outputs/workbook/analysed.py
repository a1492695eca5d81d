"""The sheet of the research reference analysis: every case, then its regions that hold anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from bonescint.files import Row, number
from bonescint.outputs.workbook.book import StudyBook
from bonescint.resources import Texts


def write_analysed(to: StudyBook, lists: Mapping[str, list[Row]]) -> None:
    """Write a row for each case, followed by one for each of its regions with a spot.

    Their rows in results/analyser are ``analysed`` and ``analysed_regions``.
    """
    labels = to.labels
    sheet = to.sheet("analysed", "questions")
    sheet.notes(labels("note_analysed_disclaimer"), labels("note_analysed"))
    columns = to.columns(
        "code", "tracer", "region", "bsi:two", "hotspots:count", "confidence:two", "status",
        "reason",
        region=_say(Texts("analyser_regions", labels.language), to),
        reason=_say(Texts("analyser", labels.language), to),
    )  # fmt: skip
    rows = list(_rows(lists["analysed"], lists["analysed_regions"]))
    sheet.table(columns, rows, labels("no_data"))


def _say(texts: Texts, to: StudyBook) -> Callable[[str], str]:
    return lambda key: texts(key) if key in texts else to.labels(key)


def _rows(cases: Iterable[Row], regions: Iterable[Row]) -> Iterator[Row]:
    of: dict[str, list[Row]] = {}
    for row in regions:
        if number(row["bsi"]) or number(row["hotspots"]):
            of.setdefault(row["code"], []).append(row)
    for case in cases:
        yield case | {"region": "whole_skeleton"}
        for row in of.get(case["code"], []):
            yield dict.fromkeys(case, "") | row | {"tracer": case["tracer"]}
