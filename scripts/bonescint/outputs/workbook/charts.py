"""Figures that Excel draws itself, from a sheet of data, so that they can be changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.data import decided, measured, roc_points
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.workbook.book import Book
from bonescint.outputs.workbook.cases import version_pairs
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import Sheet

# Okabe & Ito's palette with a second cue, in Excel's words
_SERIES = [
    ("#0072B2", "solid"), ("#D55E00", "dash"), ("#009E73", "dash_dot"), ("#CC79A7", "round_dot"),
]  # fmt: skip
_STATES = (
    (True, "#D55E00", "square", "reference_yes"),
    (False, "#0072B2", "circle", "reference_no"),
    (None, "#6B6B6B", "x", "reference_open"),
)
_LINES = {"bias": "solid", "limit_low": "dash", "limit_high": "dash"}
_FONT = {"name": "Yu Gothic", "size": 9}
_GREY = "#9A9A9A"
DRAWN = {"roc", "bland_altman", "version_slope"}
# beyond so many cases each point is lost among the others: the picture stays
MOST_CASES = 2000


class _Line(NamedTuple):
    """A series: its name, its points, and how it looks."""

    name: str
    points: Sequence[tuple[float, float | None]]
    look: Mapping[str, Any]


class DataSheet:
    """The sheet that the charts are drawn from, a pair of columns a series.

    Parameters
    ----------
    to
        The workbook.
    """

    def __init__(self, to: Book) -> None:
        self._sheet: Sheet = to.sheet("charts")
        self._sheet.notes(to.labels("note_charts"))
        self._heads = to.labels("drawn_x"), to.labels("drawn_y")
        self._styles, self._name = to.styles, to.names("charts")[0]
        self._top, self._column = self._sheet.row, 0
        self._sheet.sheet.freeze_panes(self._top + 3, 0)
        self._sheet.sheet.repeat_rows(self._top, self._top + 2)

    def add(self, chart: str, line: _Line) -> dict[str, Any]:
        """Write a series' points and return it as XlsxWriter wants it."""
        sheet, top, column = self._sheet.sheet, self._top, self._column
        for offset, text in enumerate((chart, line.name)):
            sheet.write_string(top + offset, column, text, self._styles["plain"])
        for offset, text in enumerate(self._heads):
            sheet.write_string(top + 2, column + offset, text, self._styles["head"])
        first = top + 3
        for row, point in enumerate(line.points, first):
            for offset, value in enumerate(point):
                if value is not None:
                    sheet.write_number(row, column + offset, value, self._styles["number"])
        last = first + len(line.points) - 1
        sheet.set_column(column, column + 1, 14)
        self._column += 3
        return {
            "name": [self._name, top + 1, column],
            "categories": [self._name, first, column, last, column],
            "values": [self._name, first, column + 1, last, column + 1],
            **line.look,
        }


class Charts:
    """The charts of a study.

    Parameters
    ----------
    to, lists
        As for `bonescint.outputs.workbook.cases.write_cases`.
    """

    def __init__(self, to: Book, lists: Mapping[str, list[Row]]) -> None:
        self._to, self._lists = to, lists
        self._words = Texts("figures", to.labels.language)
        self._truth = decided(to.results.reference)
        self._values = measured(lists["measurements"])

    def of(self, figure: str, data: DataSheet) -> list[Any]:
        """Return the charts of one of `DRAWN`; none where there is nothing to draw, or too much."""
        charts = []
        draw = {"roc": self._roc, "bland_altman": self._bland_altman, "version_slope": self._slope}
        for title, lines, axes in draw[figure]():
            chart = self._to.book.add_chart({"type": "scatter", "subtype": "straight"})
            for line in lines:
                chart.add_series(data.add(title, line))
            shown = f"{title}\n{SYNTHETIC}" if self._to.labels.synthetic else title
            chart.set_title({"name": shown, "overlay": False, "name_font": _FONT | {"bold": True}})
            for axis in ("x_axis", "y_axis"):
                usual = {
                    "name_font": _FONT,
                    "num_font": _FONT,
                    "major_gridlines": {"visible": False},
                }
                getattr(chart, f"set_{axis}")(usual | axes[axis])
            unnamed = [i for i, line in enumerate(lines) if not line.name]
            chart.set_legend({"position": "bottom", "font": _FONT, "delete_series": unnamed})
            chart.show_blanks_as("gap")
            charts.append(chart)
        return charts

    def _roc(self) -> Iterator[tuple[str, list[_Line], dict[str, Any]]]:
        """Yield the curves of each software."""
        labels, accuracy = self._to.labels, self._to.results.metrics.get("accuracy", [])
        for software in labels.software_keys:
            lines = []
            for metric in labels.metrics(software):
                points = roc_points(self._lists.get("roc_curves", []), software, metric)
                colour, dash = _SERIES[[*labels.values].index(metric) % len(_SERIES)]
                auc = with_limits(find(accuracy, "auc", software, metric), labels)
                name = f"{labels.word(metric)}: AUC {auc}"
                look = _stroke(colour, dash)
                if points:
                    lines.append(_Line(name, [point[:2] for point in points], look))
            if lines:
                chance = _Line(
                    self._to.labels("drawn_chance"),
                    [(0, 0), (1, 1)],
                    _stroke(_GREY, "round_dot", 1),
                )
                limits = {"min": 0, "max": 1, "major_unit": 0.2, "num_format": "0.0"}
                axes = {
                    "x_axis": {"name": self._words("one_minus_specificity"), **limits},
                    "y_axis": {"name": self._words("sensitivity_axis"), **limits},
                }
                yield (
                    f"{labels.software(software)} ({labels.tracer(software)})",
                    [*lines, chance],
                    axes,
                )

    def _pairs(self) -> Iterator[tuple[str, str, str, dict[str, tuple[float, float]]]]:
        """Yield old and new version, metric and the values of the cases that both have."""
        for old, new in version_pairs(self._to):
            for metric in self._to.labels.values:
                before, after = (self._values.get((key, metric), {}) for key in (old, new))
                both = {code: (before[code], after[code]) for code in before if code in after}
                if 0 < len(both) <= MOST_CASES:
                    yield old, new, metric, both

    def _bland_altman(self) -> Iterator[tuple[str, list[_Line], dict[str, Any]]]:
        """Yield the differences against the means, with lines of the bias and the limits."""
        labels, rows = self._to.labels, self._to.results.metrics["version_measurement"]
        for old, new, metric, both in self._pairs():
            points = {code: ((a + b) / 2, b - a) for code, (a, b) in both.items()}
            lines = self._by_state(points)
            ends = min(x for x, _ in points.values()), max(x for x, _ in points.values())
            for measure, dash in _LINES.items():
                row = find(rows, measure, new, metric, old)
                if row and (level := number(row["estimate"])) is not None:
                    look = _stroke("#000000", dash, 1.25)
                    lines.append(_Line(labels.word(measure), [(x, level) for x in ends], look))
            zeros = sum(pair == (0, 0) for pair in both.values())
            name = labels.axis(metric, "column_{}")
            axes = {
                "x_axis": {"name": self._words("mean_axis", metric=name, zeros=zeros),
                           "label_position": "low"},
                "y_axis": {"name": self._words("difference_axis", metric=name), "crossing": "min"},
            }  # fmt: skip
            yield self._title(old, new, metric, len(both)), lines, axes

    def _slope(self) -> Iterator[tuple[str, list[_Line], dict[str, Any]]]:
        """Yield each case's value in the old and the new version, joined by a line."""
        labels = self._to.labels
        for old, new, metric, both in self._pairs():
            lines = []
            for state, colour, marker, key in _STATES:
                points: list[tuple[float, float | None]] = []
                for code, (before, after) in both.items():
                    if self._truth.get(code) is state:
                        # a gap between one case and the next
                        points += [(0, before), (1, after), (1, None)]
                if points:
                    name = self._state(key)
                    look = _stroke(colour, "solid", 0.75) | {"marker": _marker(colour, marker)}
                    lines.append(_Line(name, points, look))
            names = (labels.software(key).replace('"', "") for key in (old, new))
            said = '[=0]"{}";[=1]"{}";'.format(*names)
            axes = {
                "x_axis": {"min": -1, "max": 2, "major_unit": 1, "num_format": said},
                "y_axis": {"name": labels.axis(metric, "column_{}"), "crossing": "min"},
            }
            yield self._title(old, new, metric, len(both)), lines, axes

    def _by_state(self, points: Mapping[str, tuple[float, float]]) -> list[_Line]:
        lines = []
        for state, colour, marker, key in _STATES:
            own = [point for code, point in points.items() if self._truth.get(code) is state]
            if own:
                look = {"line": {"none": True}, "marker": _marker(colour, marker)}
                lines.append(_Line(self._state(key), own, look))
        return lines

    def _state(self, key: str) -> str:
        return (
            self._words(key) if self._to.labels.has("readers") else self._to.labels("drawn_cases")
        )

    def _title(self, old: str, new: str, metric: str, n: int) -> str:
        labels = self._to.labels
        name = f"{labels.software(old)} → {labels.software(new)}"
        return f"{name}: {self._words('panel_counts', name=labels.word(metric), n=n)}"


def _stroke(colour: str, dash: str, width: float = 2) -> dict[str, Any]:
    line = {"color": colour, "dash_type": dash, "width": width}
    return {"line": line, "marker": {"type": "none"}}


def _marker(colour: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "size": 5, "border": {"color": colour}, "fill": {"color": colour}}
