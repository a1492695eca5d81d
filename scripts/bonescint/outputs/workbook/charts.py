"""Figures that Excel itself draws from a sheet of data, so that a user can change them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.data import (
    agreement_levels,
    decided,
    first_cutoffs,
    in_both,
    measured,
    roc_point_at,
    roc_points,
)
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.workbook.book import StudyBook
from bonescint.outputs.workbook.cases import compared_versions
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import Sheet

# Okabe & Ito's palette with a second cue, as XlsxWriter names them
_SERIES = [
    ("#0072B2", "solid", "circle"), ("#D55E00", "dash", "square"),
    ("#009E73", "dash_dot", "triangle"), ("#CC79A7", "round_dot", "diamond"),
]  # fmt: skip
_STATES = (
    (True, "#D55E00", "square", "reference_yes"),
    (False, "#0072B2", "circle", "reference_no"),
    (None, "#6B6B6B", "x", "reference_open"),
)
# positive in the old and the new version: colour, marker, dash, name
_CHANGES = (
    ((False, False), "#9A9A9A", "circle", "solid", "stays_negative"),
    ((True, True), "#0072B2", "circle", "solid", "stays_positive"),
    ((False, True), "#D55E00", "triangle", "solid", "becomes_positive"),
    ((True, False), "#E69F00", "diamond", "dash", "becomes_negative"),
)
_FONT = {"name": "Yu Gothic", "size": 9}
_GREY = "#9A9A9A"
DRAWN = {"roc", "bland_altman", "version_slope"}
# with more cases single points cannot be told apart, so the workbook keeps the picture
MOST_CASES = 2000


class _Series(NamedTuple):
    """A series: its name, its points, and how it looks."""

    name: str
    points: Sequence[tuple[float, float | None]]
    look: Mapping[str, Any]


class _Chart(NamedTuple):
    """A chart: its title, its series, and what its axes are."""

    title: str
    lines: Sequence[_Series]
    x_axis: Mapping[str, Any]
    y_axis: Mapping[str, Any]


class DataSheet:
    """The sheet with the charts' data: a pair of columns for each series."""

    def __init__(self, to: StudyBook) -> None:
        self._sheet: Sheet = to.sheet("charts")
        self._sheet.notes(to.labels("note_charts"))
        self._heads = to.labels("column_x"), to.labels("column_y")
        self._styles, self._name = to.styles, to.names("charts")[0]
        self._top, self._column = self._sheet.row, 0
        self._sheet.sheet.freeze_panes(self._top + 3, 0)
        self._sheet.sheet.repeat_rows(self._top, self._top + 2)
        self._sheet.sheet.set_print_scale(60)

    def add(self, chart: str, line: _Series) -> dict[str, Any]:
        """Write a series' points and return the series as XlsxWriter expects it."""
        sheet, top, column = self._sheet.sheet, self._top, self._column
        for offset, text in enumerate((chart, line.name)):
            sheet.write_string(top + offset, column, text, self._styles["plain"])
        for offset, text in enumerate(self._heads):
            sheet.write_string(top + 2, column + offset, text, self._styles["head"])
        first = top + 3
        for row, point in enumerate(line.points, first):
            for offset, value in enumerate(point):
                if value is not None:
                    sheet.write_number(row, column + offset, value, self._styles["three"])
        last = first + len(line.points) - 1
        sheet.set_column(column, column + 1, 10)
        sheet.set_column(column + 2, column + 2, 3)
        self._column += 3
        return {
            "name": [self._name, top + 1, column],
            "categories": [self._name, first, column, last, column],
            "values": [self._name, first, column + 1, last, column + 1],
            **line.look,
        }


class Charts:
    """The charts of a study."""

    def __init__(self, to: StudyBook, lists: Mapping[str, list[Row]]) -> None:
        self._to, self._lists = to, lists
        self._words = Texts("figures", to.labels.language)
        self._truth = decided(to.results.reference)
        self._values = measured(lists["measurements"])
        settings = to.results.provenance["analysis"]["metrics"]
        self._cutoffs = first_cutoffs(settings["cutoffs"])

    def of(self, figure: str, data: DataSheet) -> list[Any]:
        """Return the charts of one of `DRAWN`; none where there are no points, or too many."""
        draw = {"roc": self._roc, "bland_altman": self._bland_altman, "version_slope": self._slope}
        return [self._made(one, data) for one in draw[figure]()]

    def _made(self, one: _Chart, data: DataSheet) -> Any:
        chart = self._to.book.add_chart({"type": "scatter", "subtype": "straight"})
        for line in one.lines:
            chart.add_series(data.add(one.title, line))
        title = f"{one.title}\n{SYNTHETIC}" if self._to.labels.synthetic else one.title
        chart.set_title({"name": title, "overlay": False, "name_font": _FONT | {"bold": True}})
        usual = {"name_font": _FONT, "num_font": _FONT, "major_gridlines": {"visible": False}}
        chart.set_x_axis(usual | {**one.x_axis})
        chart.set_y_axis(usual | {**one.y_axis})
        unnamed = [place for place, line in enumerate(one.lines) if not line.name]
        chart.set_legend({"position": "bottom", "font": _FONT, "delete_series": unnamed})
        chart.show_blanks_as("gap")
        return chart

    def _roc(self) -> Iterator[_Chart]:
        """Yield the curves of each software, with the points of the first cut-offs."""
        labels = self._to.labels
        limits = {"min": 0, "max": 1, "major_unit": 0.2, "num_format": "0.0"}
        axes = (
            {"name": self._words(name)} | limits
            for name in ("one_minus_specificity", "sensitivity_axis")
        )
        x_axis, y_axis = axes
        for software in labels.software_keys:
            lines = list(self._curves(software))
            if lines:
                look = _stroke(_GREY, "round_dot", 1)
                lines.append(_Series(labels("drawn_chance"), [(0, 0), (1, 1)], look))
                title = f"{labels.software(software)} ({labels.tracer(software)})"
                yield _Chart(title, lines, x_axis, y_axis)

    def _curves(self, software: str) -> Iterator[_Series]:
        labels, accuracy = self._to.labels, self._to.results.metrics.get("accuracy", [])
        for metric in labels.metrics(software):
            points = roc_points(self._lists.get("roc_curves", []), software, metric)
            colour, dash, marker = _SERIES[[*labels.values].index(metric) % len(_SERIES)]
            if points:
                auc = with_limits(find(accuracy, "auc", software, metric), labels)
                name = f"{labels.word(metric)}: AUC {auc}"
                yield _Series(name, [point[:2] for point in points], _stroke(colour, dash))
            cutoff = self._cutoffs.get(metric, math.nan)
            if at := roc_point_at(points, cutoff, labels.is_low(metric)):
                yield _Series(labels.at(metric, cutoff, "at_cutoff"), [at], _dots(colour, marker))

    def _pairs(self) -> Iterator[tuple[str, str, str, dict[str, tuple[float, float]]]]:
        """Yield old and new version, metric, and the values of the cases that have both."""
        for old, new in compared_versions(self._to):
            for metric in self._to.labels.values:
                both = in_both(self._values, old, new, metric)
                if 0 < len(both) <= MOST_CASES:
                    yield old, new, metric, both

    def _bland_altman(self) -> Iterator[_Chart]:
        """Yield charts of differences against means, with lines at the bias and the limits."""
        labels, rows = self._to.labels, self._to.results.metrics["version_measurement"]
        for old, new, metric, both in self._pairs():
            points = {code: ((a + b) / 2, b - a) for code, (a, b) in both.items()}
            means = [x for x, _ in points.values()]
            levels, why = agreement_levels(rows, (old, new), metric)
            lines = [*self._by_state(points), *self._levels(levels, (min(means), max(means)))]
            zeros = sum(pair == (0, 0) for pair in both.values())
            name = labels.axis(metric, "column_{}")
            title = self._title(old, new, labels.word(metric), len(both))
            if why:
                title += "\n" + labels.figure(why, "bland_altman")
            x_axis = {"name": self._words("mean_axis", metric=name, zeros=zeros)}
            y_axis = {"name": self._words("difference_axis", metric=name), "crossing": "min"}
            yield _Chart(title, lines, x_axis | {"label_position": "low"}, y_axis)

    def _levels(self, rows: Sequence[Row], ends: tuple[float, float]) -> Iterator[_Series]:
        """Yield the lines of bias and limits, then those of their intervals, each named once."""
        interval = self._to.labels("drawn_limits")
        for part in ("estimate", "ci_low", "ci_high"):
            for row in rows:
                if (level := number(row[part])) is None:
                    continue
                points = [(x, level) for x in ends]
                if part == "estimate":
                    look = _stroke("#000000", "solid" if row["measure"] == "bias" else "dash", 1.5)
                    yield _Series(self._to.labels.word(row["measure"]), points, look)
                else:
                    yield _Series(interval, points, _stroke(_GREY, "round_dot", 0.75))
                    interval = ""

    def _slope(self) -> Iterator[_Chart]:
        """Yield each case's value in the old and the new version, joined by a line."""
        labels, software = self._to.labels, self._to.results.provenance["software"]
        for old, new, metric, both in self._pairs():
            # Excel limits the length of a number format, and a quotation mark would end its text
            versions = (str(software[key]["version"])[:40].replace('"', "") for key in (old, new))
            said = '[=0]"{}";[=1]"{}";'.format(*versions)
            x_axis = {"min": -0.5, "max": 1.5, "major_unit": 0.5, "num_format": said}
            y_axis = {"name": labels.axis(metric, "column_{}"), "crossing": "min"}
            for state, _, _, key in _STATES[:2] if metric in self._cutoffs else ():
                pairs = [pair for code, pair in both.items() if self._truth.get(code) is state]
                way, at = (-1 if labels.is_low(metric) else 1), self._cutoffs[metric]
                if lines := list(self._changes(pairs, way, at)):
                    name = f"{labels.at(metric, at, 'at_cutoff')} · {self._words(key)}"
                    title = self._title(old, new, name, len(pairs))
                    yield _Chart(title, lines, x_axis, y_axis)

    def _changes(
        self, pairs: Sequence[tuple[float, float]], way: int, cutoff: float
    ) -> Iterator[_Series]:
        """Yield the cases whose call changed in the same way, with a gap after each case."""
        for called, colour, marker, dash, key in _CHANGES:
            points: list[tuple[float, float | None]] = []
            for pair in pairs:
                if tuple(way * value >= way * cutoff for value in pair) == called:
                    points += [(0, pair[0]), (1, pair[1]), (1, None)]
            if points:
                count = self._words("change_count", change=self._words(key), n=len(points) // 3)
                look = _stroke(colour, dash, 1) | {"marker": _marker(colour, marker)}
                yield _Series(count, points, look)

    def _by_state(self, points: Mapping[str, tuple[float, float]]) -> list[_Series]:
        lines = []
        for state, colour, marker, key in _STATES:
            own = [point for code, point in points.items() if self._truth.get(code) is state]
            if own:
                lines.append(_Series(self._state(key), own, _dots(colour, marker)))
        return lines

    def _state(self, key: str) -> str:
        return (
            self._words(key) if self._to.labels.has("readers") else self._to.labels("drawn_cases")
        )

    def _title(self, old: str, new: str, name: str, n: int) -> str:
        labels = self._to.labels
        pair = f"{labels.software(old)} → {labels.software(new)}"
        return f"{pair}\n{self._words('panel_counts', name=name, n=n)}"


def _stroke(colour: str, dash: str, width: float = 2) -> dict[str, Any]:
    line = {"color": colour, "dash_type": dash, "width": width}
    return {"line": line, "marker": {"type": "none"}}


def _dots(colour: str, marker: str) -> dict[str, Any]:
    return {"line": {"none": True}, "marker": _marker(colour, marker)}


def _marker(colour: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "size": 5, "border": {"color": colour}, "fill": {"color": colour}}
