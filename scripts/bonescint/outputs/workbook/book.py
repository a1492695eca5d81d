"""What the sheets of the study's workbook share: names, columns, words, digits."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.outputs.rounding import CHANCE, DIGITS, NULLS, rounded, rounded_p
from bonescint.tables.sheets import Sheet, ShownColumn, make_styles

# characters and length that Excel refuses in a sheet's name: a metric may have any name
_NO_SHEET, _LONGEST = re.compile(r"[\[\]:*?/\\']"), 31
_TABS = {"answer": "#009E73", "cases": "#E69F00", "questions": "#0072B2", "hospital": "#D55E00"}
# short questions share a sheet
TOGETHER = {
    "failed": ("failures", "exposure"),
    "readers": ("reader_agreement", "reader_eod", "reader_counts"),
    "replaced": ("interchangeability", "one_truth"),
    "sensitivity": ("reference_sensitivity", "subgroups"),
    "measured": ("version_measurement", "equivalence", "repeatability"),
    "products": ("software_comparison", "case_mix"),
    "extent": ("hotspot_count", "bsi_eod"),
}
_DECIMALS = {3: "three", 4: "four", 5: "five", 6: "six"}


class StudyBook:
    """The workbook under construction."""

    def __init__(self, book: Any, results: Results, labels: Labels) -> None:
        self.book, self.results, self.labels = book, results, labels
        self.styles = make_styles(book)
        self._settings: Mapping[str, Any] = results.provenance["analysis"]["metrics"]
        margins = [m for m in (self._settings.get("margins") or {}).values() if m]
        self._against = (*NULLS, CHANCE, *margins, *(-margin for margin in margins))

    @property
    def questions(self) -> dict[str, list[str]]:
        """Return the sheets of the questions in their order, each with its questions."""
        sheets: dict[str, list[str]] = {}
        of = {name: sheet for sheet, names in TOGETHER.items() for name in names}
        for name in self.results.metrics:
            sheets.setdefault(of.get(name, name), []).append(name)
        # a group with only one question gets that question's name
        return {(n[0] if len(n) == 1 else sheet): n for sheet, n in sheets.items()}

    def sheet(self, key: str, tab: str = "") -> Sheet:
        """Start a sheet, with the tab colour of its kind."""
        name, title = self.names(key)
        sheet = Sheet(self.book, name, title, self.labels.synthetic, self.styles)
        if tab:
            sheet.sheet.set_tab_color(_TABS[tab])
        return sheet

    def names(self, key: str) -> tuple[str, str]:
        """Return a sheet's name and its title."""
        if key in self.results.metrics:
            name = _NO_SHEET.sub("-", self.labels.question("sheet", key))[:_LONGEST]
            return name, self.labels.question("title", key)
        return self.labels(f"sheet_{key}"), self.labels(f"title_{key}")

    def places(self, sheets: Collection[str]) -> Callable[[str], str]:
        """Return a function that gives a place's name here; empty where there is no such sheet."""
        of = {name: sheet for sheet, names in self.questions.items() for name in names}
        of |= {"overview": "summary", "reference": "cases", "measurements": "cases"}

        def place(key: str) -> str:
            said = f"place_{key}"  # only the report has such a place
            if said in self.labels:
                return self.labels(said)
            sheet = of.get(key, key)
            return self.names(sheet)[0] if sheet in sheets else ""

        return place

    def columns(self, *specs: str, **say: Any) -> list[ShownColumn]:
        """Return columns from ``key``, ``key:kind`` or ``key:kind:title``.

        The title is the text ``column_key``. A coded value is replaced by the text ``key_value``.
        """
        columns = []
        for spec in specs:
            key, kind, title, *_ = [*spec.split(":"), "", ""]
            if key == "n_positive" and not self.labels.has("readers"):
                continue  # without readers no case counts as positive
            kinds = {"three": self._digits, "p": self._digits_of_p, "described": _as_data}
            digits = kinds.get(kind)
            kind = "two" if kind == "described" else kind
            title = self.labels.heading(title or key)
            words = say.get(key, self.code(key))
            columns.append(ShownColumn(key, title, kind or "text", words, digits))
        return columns

    def code(self, kind: str) -> Callable[[str], str]:
        """Return a function that gives a coded value's word, such as ``status_analysed``."""

        def say(value: str) -> str:
            key = f"{kind}_{value}"
            return self.labels(key) if key in self.labels else value

        return say

    def _digits(self, value: float) -> str:
        text = rounded(value, self._against, 3)
        return "exponent" if "e" in text else _DECIMALS[len(text.partition(".")[2])]

    def _digits_of_p(self, value: float) -> str:
        text = rounded_p(value, 1 - self._settings["confidence"])
        decimals = len(text.partition(".")[2])
        return "p" if decimals == 3 else _DECIMALS.get(decimals, "exponent")


def _as_data(value: float) -> str:
    """Return the format of a number that describes the cases: 50 is not shown as 50.000."""
    return ("count", "one", "two")[len(f"{round(value, DIGITS):.10g}".partition(".")[2])]
