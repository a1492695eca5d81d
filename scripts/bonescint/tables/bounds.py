"""Check a table by its schema: columns by their headers, values by their bounds."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from bonescint.tables.columns import KEYS, Column
from bonescint.tables.faults import NOT_SHOWN, Faults
from bonescint.tables.reading import Cells, Table
from bonescint.tables.values import NOT_CALCULATED, error_value, parse_number
from bonescint.text.dates import table_date
from bonescint.text.folding import fold_header, half_width
from bonescint.warnings import Phrase

# an ID or a code above a header; a year or a date of printing is not one
PATIENT = re.compile(
    r"(?!(?:19|20)\d\d(?:-\d\d?-\d\d?)?$)[A-Za-z]{0,3}-?\d[\dA-Za-z-]{2,}", re.ASCII
)
Value = Decimal | int | date | str


class CheckedTable:
    """A table with known columns. Every fault is added to `faults`.

    Parameters
    ----------
    columns
        The columns of its schema (`bonescint.tables.columns.load_columns`).
    skip
        Columns of the schema that this table cannot have (``code`` if the key is the patient ID).
    configured
        Column -> header in config.yaml. None means that the table has no such column. If the table
        lacks the configured header, those of the schema count.
    config_key
        The configuration's path of these names, for messages. None for tables without one.
    entry
        The table's path in the configuration, by default that of `config_key`.
    decimal
        The decimal sign of a text file.

    Raises
    ------
    InputError
        If a column is missing and the row may be no header. Then it may be a patient's row, which
        must not be quoted.
    """

    def __init__(
        self,
        table: Table,
        columns: Mapping[str, Column],
        faults: Faults,
        *,
        skip: Iterable[str] = (),
        configured: Mapping[str, str | None] | None = None,
        config_key: str | None = None,
        entry: str = "",
        decimal: str = ".",
    ) -> None:
        self.table = table
        self.faults = faults
        self.columns = {n: c for n, c in columns.items() if n not in set(skip)}
        # in an Excel cell a number is already a number, so the sign matters only in text files
        self._decimal = decimal if table.sheet is None else "."
        self._positions: dict[str, int] = {}
        known = self.columns.values()
        faults.accept(word for c in known for word in (*c.accepted, *c.products))
        self._entry = f"{entry}." if entry else (config_key or "").removesuffix("columns")
        self._tell_place()
        self._locate(configured or {}, config_key)
        self._refuse_rows_above()

    def _tell_place(self) -> None:
        """Tell where the header was found. With two possible sheets, a person must choose."""
        if self.table.rivals:
            sheets = self.faults.shown_headers((self.table.sheet or "", *self.table.rivals))
            self.faults.error("two_sheets", sheets=sheets, entry=f"{self._entry}sheet")
            self.faults.raise_errors()
        if self.table.searched:
            self.faults.warn("header_found", self.table.header_row, entries=self._place_keys())

    def _refuse_rows_above(self) -> None:
        """Refuse a searched header with patients above it. Sorting may have moved it down."""
        key = next((name for name in KEYS if name in self._positions), None)
        rows = [
            str(row)
            for row, cells in self.table.above
            if key and PATIENT.fullmatch(half_width("".join(cells[self._positions[key] :][:1])))
        ]
        if rows:
            self.faults.header_error(
                "rows_above", (), "R12", rows=", ".join(rows), entries=self._place_keys()
            )

    def _place_keys(self) -> str:
        """Return the keys of config.yaml for the place of the header."""
        return f"{self._entry}sheet, {self._entry}header_row"

    def _locate(self, configured: Mapping[str, str | None], config_key: str | None) -> None:
        header = self.table.header
        folded = [fold_header(cell) for cell in header]
        lost: list[tuple[Column, str]] = []
        absent: list[str] = []
        for name, column in self.columns.items():
            wanted = configured.get(name)
            needed = column.required or name in KEYS
            if name in configured and wanted is None:
                if needed:
                    hint = self._hint(config_key, name)
                    self.faults.error("null_column", header=column.headers[0], hint=hint)
                continue
            found = _places(folded, column, wanted)
            if found:
                self._positions[name] = found[0]
            if len(found) > 1:
                self.faults.header_error(
                    "two_columns",
                    found,
                    found=", ".join(header[i] for i in found),
                    hint=self._hint(config_key, name),
                )
            elif not found and (needed or wanted is not None):
                lost.append((column, wanted or column.headers[0]))
            elif not found and column.warn_absent:
                absent.append(name)
        self._one_field_each(config_key)
        # If this is no header, it may be a patient's row and must not be quoted. Blanks of a row
        # that is too far down are filled with headers from above, so its own cells are checked.
        keys = [name for name in self.columns if name in KEYS]
        names = {
            fold_header(header) for column in self.columns.values() for header in column.headers
        }
        read = set(self._positions.values())
        is_header = (not keys or any(name in self._positions for name in keys)) and any(
            cell.strip() and (i in read or fold_header(cell) in names)
            for i, cell in enumerate(self.table.own_header)
        )
        if lost and not is_header:
            self._raise_no_headers(lost)
        if is_header:
            self.faults.own.add(self.table.header_row)
            self._warn_absent(absent, config_key)
            self._warn_other(configured, config_key)
        if lost and self.table.searched:
            self.faults.header_error("header_guessed", (), entries=self._place_keys())
        for column, wanted in lost:
            self.faults.header_error(
                "no_column",
                (),
                column.rule,
                header=wanted,
                found=self.faults.shown_headers(header),
                hint=self._hint(config_key, column.name),
            )

    def _raise_no_headers(self, lost: list[tuple[Column, str]]) -> None:
        """Report once that the row is no header, with all keys of config.yaml that can help."""
        names = ("key" if column.name in KEYS else column.name for column, _ in lost)
        columns = [f"{self._entry}columns.{name}" for name in names]
        self.faults.header_error(
            "no_headers",
            (),
            lost[0][0].rule,
            n=len(self.table.header),
            headers=", ".join(wanted for _, wanted in lost),
            entries=", ".join([self._place_keys(), *columns]),
        )
        self.faults.raise_errors()

    def _one_field_each(self, config_key: str | None) -> None:
        fields: dict[int, list[str]] = defaultdict(list)
        for name, i in self._positions.items():
            fields[i].append(name)
        for i, names in fields.items():
            if len(names) > 1:
                self.faults.header_error(
                    "two_fields",
                    (i,),
                    header=self.table.header[i],
                    fields=", ".join(names),
                    hint=self._hint(config_key, names[0]),
                )

    def _warn_absent(self, absent: list[str], config_key: str | None) -> None:
        """Warn about missing columns that change results. They may have another header."""
        read = set(self._positions.values())
        unread = [cell for i, cell in enumerate(self.table.header) if cell and i not in read]
        if absent:
            self.faults.warn(
                "absent_columns",
                columns=", ".join(self.columns[name].headers[0] for name in absent),
                n=len(unread),
                headers=self.faults.shown_headers(unread) or "-",
                entries=", ".join(f"{config_key}.{name}" for name in absent),
            )

    def _warn_other(self, configured: Mapping[str, str | None], config_key: str | None) -> None:
        """Warn about columns that were found by another header than the configured one."""
        for name, wanted in configured.items():
            if wanted is None or not self.has(name):
                continue
            if fold_header(self.header(name)) != fold_header(wanted):
                entry = f"{config_key}.{'key' if name in KEYS else name}"
                self.faults.warn(
                    "other_header", column=self.header(name), wanted=wanted, entry=entry
                )

    def _hint(self, config_key: str | None, name: str) -> str:
        if config_key is None:
            headers = ", ".join(self.columns[name].headers)
            return self.faults.text("rename_header", headers=headers)
        field = "key" if name in KEYS else name
        return self.faults.text("set_config", entry=f"{config_key}.{field}")

    def has(self, name: str) -> bool:
        """Tell whether the table has the column."""
        return name in self._positions

    def is_column(self, name: str, wanted: str | None) -> bool:
        """Tell whether a configuration with this header, or none, finds the same column."""
        folded = [fold_header(cell) for cell in self.table.header]
        found = _places(folded, self.columns[name], wanted)
        return self.has(name) and self._positions[name] in found

    def raw(self, cells: Cells, name: str) -> str:
        """Return a cell as typed, or empty if the table has no such column."""
        return cells[self._positions[name]] if name in self._positions else ""

    def blank(self, cells: Cells, name: str) -> bool:
        """Tell whether a cell holds nothing, or a sign for nothing."""
        return fold_header(half_width(self.raw(cells, name))) in self.columns[name].blanks

    def header(self, name: str) -> str:
        """Return the column's header in the spelling of the table."""
        return self.table.header[self._positions[name]]

    def parsed(self, cells: Cells, name: str) -> Value | None:
        """Return the meaning of a cell, or None if blank or unreadable. Bounds are not checked."""
        column = self.columns[name]
        text = self.raw(cells, name)
        if not self.has(name) or self.blank(cells, name) or error_value(text):
            return None
        if (word := column.words.get(fold_header(text))) is not None:
            return word
        match column.kind:
            case "number" | "integer":
                number = parse_number(text, self._decimal, column.percent)
                if number is None or column.kind == "number":
                    return number
                return int(number) if number == number.to_integral_value() else None
            case "date":
                return table_date(text)
            case "text" if not column.pattern:
                return text
            case "text" if re.fullmatch(column.pattern, half_width(text)):
                return half_width(text)
        return None

    def value(
        self, row: int, cells: Cells, name: str, *, needed: bool = False, show: bool = True
    ) -> Value | None:
        """Return a cell's value, or None if it is blank or faulty. Faults are collected.

        `needed` tells whether a blank is an error, `show` whether a message may quote the cell.
        """
        column = self.columns[name]
        if not self.has(name):
            return None
        header, rule = self.header(name), column.rule
        if self.blank(cells, name):
            if needed:
                self.faults.error("blank", row, header, rule)
            return None
        text = self.raw(cells, name)
        value = self.parsed(cells, name)
        if value is None:
            kind = "integer_or_word" if column.words and column.kind == "integer" else column.kind
            kind = "code" if column.pattern else kind
            self.faults.error(
                "not_calculated" if text == NOT_CALCULATED else f"not_{kind}",
                row,
                header,
                rule,
                value=self.faults.shown(text) if show else NOT_SHOWN,
                accepted=", ".join(column.accepted),
                low=column.minimum,
                high=column.maximum,
            )
        elif isinstance(value, date) and column.warn_weekend and value.weekday() > 4:
            shown = self.faults.shown(value.isoformat())
            self.faults.warn("weekend", row, header, rule, value=shown)
        elif isinstance(value, Decimal | int):
            self._bounds(row, column, text, value)
        return value

    def _bounds(self, row: int, column: Column, text: str, number: Decimal | int) -> None:
        header, low, high = self.header(column.name), column.minimum, column.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            limits = Phrase(column.limits, {"low": low, "high": high})
            shown = self.faults.shown(text)
            self.faults.error("out_of_bounds", row, header, column.rule, value=shown, limits=limits)
        elif column.warn_above is not None and number > column.warn_above:
            shown, limit = self.faults.shown(text), column.warn_above
            self.faults.warn("above", row, header, column.rule, value=shown, limit=limit)


def _places(folded: Sequence[str], column: Column, wanted: str | None) -> tuple[int, ...]:
    """Return a column's places from 0: by the configured header, otherwise by the schema's."""
    # the configured name may belong to another table; then the schema's own headers are used
    for headers in (() if wanted is None else (wanted,), column.headers):
        accepted = {fold_header(header) for header in headers}
        if found := tuple(i for i, header in enumerate(folded) if header in accepted):
            return found
    return ()
