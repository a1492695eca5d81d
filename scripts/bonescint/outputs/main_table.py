"""The one table of a question's section: lines are subjects and metrics, columns are measures."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.estimates import OF_TESTS, noted, remarks, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.rounding import rounded
from bonescint.questions import question
from bonescint.stats.estimate import FAILURES_AS_WRONG, SAME_CASES
from bonescint.stats.questions import COUNT_FAILURES, counts_failures
from bonescint.tables.sheets import ShownColumn, ShownTable

# for all readers together; rows on single readers are in the appendix
_TOGETHER = ("all_readers", "mean_reader")
# subject minus comparator: their order matters
_DIRECTED = ("bias", "limit_low", "limit_high", "mean_difference", "standardised_difference")


class _ShownLine(NamedTuple):
    subject: str
    comparator: str
    metric: str


class _Column(NamedTuple):
    """A measure or a number of its note, with the reference standard where there are several."""

    measure: str
    part: str
    reference: str

    def title(self, labels: Labels) -> str:
        if self.reference:
            return labels.software(labels.word(self.reference))
        if self.part:
            return labels.note(self.part, "").strip()
        # a measure may have a longer name as a column's title
        named = f"column_{self.measure}" in labels
        return labels.heading(self.measure) if named else labels.word(self.measure)

    def say(self, row: Row, labels: Labels, with_n: bool) -> str:
        if self.part:
            value = number(noted(row).get(self.part, ""))
            return "" if value is None else rounded(value)
        said = with_limits(row, labels)
        return labels("of_n", said=said, n=row["n"]) if with_n and row["n"] else said


def main_table(
    key: str, rows: list[Row], labels: Labels, settings: Mapping[str, Any]
) -> ShownTable:
    """Return the main numbers of a question: each statistic's first method, over the main cases.

    `settings` is the configuration's `metrics`, as the run recorded it.

    Returns
    -------
    ShownTable
        Without rows where nothing could be computed. The note then says why.
    """
    found = _main(key, rows, settings)
    columns, silent = [], []
    for column in _columns(key, found):
        of = [row for row in found if _belongs(row, column)]
        if any(row["estimate"] for row in of):
            columns.append(column)
        elif of and not column.part:
            why = dict.fromkeys(labels.word(row["status"]) for row in of)
            said = labels("separator").join(why)
            silent.append(labels("silent", what=column.title(labels), why=said))
    cells: dict[_ShownLine, dict[str, dict[_Column, Row]]] = {}
    for row in found:
        for column in columns:
            if _belongs(row, column):
                line = cells.setdefault(_ShownLine(*(row[name] for name in _ShownLine._fields)), {})
                line.setdefault(row["cutoff"], {})[column] = row
    return _table(cells, columns, labels, silent)


def _columns(key: str, rows: list[Row]) -> Iterator[_Column]:
    for spec in question(key).shown:
        measures, _, part = spec.partition(".")
        for measure in measures.split("|"):
            named = dict.fromkeys(row["reference"] for row in rows if row["measure"] == measure)
            for reference in named if len(named) > 1 else ("",):
                yield _Column(measure, part, reference)


def _belongs(row: Row, column: _Column) -> bool:
    return row["measure"] == column.measure and column.reference in ("", row["reference"])


def _main(key: str, rows: list[Row], settings: Mapping[str, Any]) -> list[Row]:
    """Return the rows that a section shows.

    Failures count as they do in the primary hypothesis. Versions are compared over the cases that
    all of them analysed. Where a row is about all readers together, rows on single readers are in
    the appendix. Of measures that replace each other, the table's first one is shown.
    """
    groups = [spec.partition(".")[0].split("|") for spec in question(key).shown]
    group_of = {measure: group[0] for group in groups for measure in group}
    as_primary = key in COUNT_FAILURES and counts_failures(settings)
    places = [*([FAILURES_AS_WRONG] if as_primary else []), SAME_CASES, ""]
    named = ("subject", "comparator", "measure", "reference", "metric", "cutoff")
    chosen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if row["question"] == key and row["measure"] in group_of and row["cases"] in places:
            name = tuple(row[part] for part in named)
            before = chosen.setdefault(name, row)
            if places.index(row["cases"]) < places.index(before["cases"]):
                chosen[name] = row
    first: dict[tuple[str, ...], str] = {}
    for row in chosen.values():
        first.setdefault(_place(row, group_of), row["measure"])
    found = [row for row in chosen.values() if row["measure"] == first[_place(row, group_of)]]
    together = {row["subject"] for row in found if row["comparator"] in _TOGETHER}
    return [
        row for row in found
        if row["subject"] not in together or row["comparator"] in ("", *_TOGETHER)
    ]  # fmt: skip


def _place(row: Row, group_of: Mapping[str, str]) -> tuple[str, ...]:
    about = (row[name] for name in ("subject", "comparator", "reference", "metric", "cutoff"))
    return (group_of[row["measure"]], *about)


def _table(
    cells: Mapping[_ShownLine, Mapping[str, Mapping[_Column, Row]]],
    columns: list[_Column],
    labels: Labels,
    silent: list[str],
) -> ShownTable:
    """Return the lines with their cut-offs, placed before the first column that has a cut-off."""
    cut = {column for line in cells.values() for at, of in line.items() if at for column in of}
    lines = []
    for line, of_cutoffs in cells.items():
        whole = of_cutoffs.get("", {})
        at = {cutoff: found for cutoff, found in of_cutoffs.items() if cutoff} or {"": {}}
        for n, (cutoff, found) in enumerate(at.items()):
            lines.append(_said(line, cutoff, {**({} if n else whole), **found}, labels))
    common = [] if len(lines) < 2 else [
        part for part in lines[0]["parts"] if all(part in one["parts"] for one in lines)
    ]  # fmt: skip
    for one in lines:
        own = (part for part in one.pop("parts") if part not in common)
        one["note"] = labels("separator").join(own)
    shown = [ShownColumn("subject", labels.heading("subject"))]
    if not columns or set(columns) - cut:
        shown.append(ShownColumn("metric", labels.heading("metric")))
    else:
        for one in lines:  # a metric without a cut-off has no other column
            one["cutoff"] = one["cutoff"] or one["metric"]
    is_counted = any(" / " in line["counts"] for line in lines)
    counts = labels.heading("counts" if is_counted else "n")
    shown.append(ShownColumn("counts", counts, "number"))
    for column in columns:
        if column in cut and not any(one.key == "cutoff" for one in shown):
            shown.append(ShownColumn("cutoff", labels.heading("cutoff")))
        shown.append(ShownColumn(str(column), column.title(labels), "number"))
    shown.append(ShownColumn("note", labels.heading("note")))
    kept = [one for one in shown if any(line.get(one.key) for line in lines)]
    # columns on several references do not name the measure, so the title does
    measures = dict.fromkeys(labels.word(one.measure) for one in columns if one.reference)
    what = labels("separator").join(measures) or labels("main_results")
    title = labels("caption_main", what=what)
    if common:
        title = labels("all_rows", title=title, notes=labels("separator").join(common))
    return ShownTable(title, kept, lines, "\n".join(silent))


def _said(
    line: _ShownLine, cutoff: str, found: Mapping[_Column, Row], labels: Labels
) -> dict[str, Any]:
    """Return a line in words. Where its numbers are of different cases, each shows its n."""
    rows = list(found.values())
    counts = {" / ".join(filter(None, (row["n"], row["n_positive"]))) for row in rows}
    parts = dict.fromkeys(part for row in rows for part in remarks(row, labels, OF_TESTS))
    at = number(cutoff)
    return {
        "subject": _who(line, {row["measure"] for row in rows}, labels),
        "metric": labels.word(line.metric),
        "cutoff": "" if at is None else labels.at(line.metric, at, "at_cutoff"),
        "counts": counts.pop() if len(counts) == 1 else "",
        "parts": list(parts),
    } | {str(column): column.say(row, labels, bool(counts)) for column, row in found.items()}


def _who(line: _ShownLine, measures: set[str], labels: Labels) -> str:
    subject, comparator = (labels.software(labels.word(key)) for key in line[:2])
    if not line.comparator or line.comparator == "all_readers":
        return subject
    directed = any(one in _DIRECTED or one.endswith("_difference") for one in measures)
    key = "minus" if directed else "pair_of"
    return labels(key, subject=subject, comparator=comparator)
