"""`bonescint table map`: a table's headers next to the columns that it should have."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bonescint.commands import configuration
from bonescint.commands.config_lines import flow, with_values, write_kept
from bonescint.commands.input_tables import LISTS, InputTable, find_table
from bonescint.commands.wanted import column_meaning, described_columns, wanted_columns
from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import KEYS, Column
from bonescint.tables.faults import Faults
from bonescint.tables.header_match import Match, find_header, is_value, match_headers
from bonescint.tables.metric_columns import Values, metric_values
from bonescint.tables.reading import Table, read_table
from bonescint.text.encodings import JAPANESE, file_encoding, fitting
from bonescint.text.folding import fold_header


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a table should hold: its columns, and what config.yaml says of them."""

    table: InputTable
    values: Values
    columns: Mapping[str, Column]
    configured: Mapping[str, str | None]

    @property
    def label(self) -> str:
        """Product and version, which a table of several versions has in its headers."""
        settings = self.table.settings
        return " ".join(str(settings.get(key) or "") for key in ("product", "version")).strip()

    def is_required(self, name: str) -> bool:
        """Tell whether the table must have a column."""
        return self.columns[name].required or name in KEYS

    def config_name(self, name: str) -> str:
        """Return what config.yaml calls a column."""
        return "key" if name in KEYS and self.table.schema != "exam_dates" else name


@dataclass(frozen=True, slots=True)
class _MappedSheet:
    """A sheet whose header was found."""

    table: Table
    first: int
    matches: Mapping[str, Match]


def map_table(options: argparse.Namespace) -> int:
    """Show headers and columns side by side, and the lines for config.yaml; return 0 if all match.

    Raises
    ------
    InputError
        If the file cannot be read, or no row of it can be taken for the headers; no cell is shown.
    """
    config, wanted = _entry(options)
    table, language = wanted.table, str(config["language"])
    text = Texts("table_map", language)
    named = _named(options, wanted, text)
    wanted = replace(wanted, configured={**wanted.configured, **named})
    encoding = options.encoding or _encoding(options.file)
    sheets, unread = _sheets(options, wanted, encoding, text)
    if not sheets:
        raise InputError(text("no_header", file=options.file.name, n=len(unread)))
    best = max(sheets, key=lambda sheet: _worth(sheet, wanted))
    _tell_sheets(options.file, best, sheets, unread, text)
    print(_columns_beside(best, wanted, text))
    _refuse_absent(best, named, text)
    faults = Faults(best.table, language)
    read = {match.place for match in best.matches.values()}
    others = [cell for i, cell in enumerate(best.table.header) if cell and i not in read]
    if others:
        print(text("others", headers=faults.shown_headers(others)))
    several = len(sheets) + len(unread) > 1
    values = _values(options, best, wanted, encoding, several)
    lost = [n for n in wanted.columns if wanted.is_required(n) and n not in best.matches]
    print()
    print(*_lines(table, values, [wanted.config_name(n) for n in lost], text), sep="\n")
    print()
    if lost:
        names = ", ".join(wanted.config_name(n) for n in lost)
        print(text("lost", columns=names, entry=_path(table)))
        print(text("name_them", column=wanted.config_name(lost[0])))
        if options.write:
            print(text("nothing_written", file=options.config[0]))
        return 1
    _verify(best.table, wanted, values, text)
    if options.write:
        _write(options, table, values, text)
    elif any(not match.known for match in best.matches.values()):
        print(text("look"))
    print(text("next", name=options.name))
    return 0


def _entry(options: argparse.Namespace) -> tuple[dict[str, Any], _Wanted]:
    """Return configuration and entry; keys elsewhere that are not decided yet do not matter."""
    config = configuration.merged(options.config)
    config["language"] = configuration.language_of(config)
    try:
        return config, _wanted(config, options.name)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        # entry or metrics cannot be read: the check of the configuration says why
        loaded = configuration.load(options)
        return loaded, _wanted(loaded, options.name)


def _wanted(config: Mapping[str, Any], name: str) -> _Wanted:
    table = find_table(config, name, Texts("table_commands", str(config["language"])))
    values = metric_values((config.get("metrics") or {}).get("values"))
    settings = table.settings
    key = settings.get("key") or "patient_id"
    given = settings.get("columns") or {}
    return _Wanted(
        table,
        values,
        {
            name: column
            for name, column in wanted_columns(table.schema, values, table.name, settings).items()
            if name not in KEYS or name == key or table.kind in LISTS
        },
        {key if name == "key" else name: header for name, header in given.items()},
    )


def _named(options: argparse.Namespace, wanted: _Wanted, text: Texts) -> dict[str, str]:
    """Return column -> header as a person names them on the command line."""
    known = {wanted.config_name(name): name for name in wanted.columns}
    named = {}
    for pair in options.column:
        # split at the first "=": a header may hold one, a column's name does not
        name, _, header = (part.strip() for part in pair.partition("="))
        if not header:
            raise InputError(text("no_pair"))
        if name not in known:
            raise InputError(text("no_column", name=name, known=", ".join(known)))
        named[known[name]] = header
    return named


def _refuse_absent(best: _MappedSheet, named: Mapping[str, str], text: Texts) -> None:
    """Refuse a named header that the row does not have. It is not shown: it may be a cell."""
    there = {fold_header(cell) for cell in best.table.header}
    if absent := [name for name, header in named.items() if fold_header(header) not in there]:
        raise InputError(text("no_such_header", name=", ".join(absent)))


def _encoding(file: Path) -> str | None:
    """Return the encoding of a text file where the reader would not tell it by itself."""
    data = file.read_bytes() if file.is_file() else b""
    if data.startswith((b"PK", b"\xd0\xcf")) or file_encoding(data):
        return None
    return next(fitting(data, JAPANESE), None)


def _sheets(
    options: argparse.Namespace, wanted: _Wanted, encoding: str | None, text: Texts
) -> tuple[list[_MappedSheet], list[str]]:
    """Return the sheets whose header was found, and the names of the others."""
    settings = wanted.table.settings
    read = partial(
        read_table,
        options.file,
        encoding=encoding,
        language=text.language,
        limits=settings.get("limits"),
    )
    first = read(options.sheet, 1)
    names = [first.sheet, *(() if options.sheet else first.other_sheets)]
    found, unread = [], []
    for name in names:
        raw = first if name == first.sheet else read(name, 1)
        rows = [(1, raw.header), *raw.rows]
        row = options.header_row or find_header(rows, wanted.columns, wanted.configured)
        if row:
            table = read(name, row)
            if not any(map(is_value, table.header)):
                matches = match_headers(
                    table.header, wanted.columns, wanted.configured, wanted.label
                )
                top = next((n for n, cells in rows if any(map(str.strip, cells))), 1)
                found.append(_MappedSheet(table, top, matches))
                continue
        unread.append(name or "")
    return found, unread


def _worth(sheet: _MappedSheet, wanted: _Wanted) -> tuple[int, int]:
    return sum(map(wanted.is_required, sheet.matches)), len(sheet.matches)


def _tell_sheets(
    file: Path,
    best: _MappedSheet,
    sheets: Sequence[_MappedSheet],
    unread: Sequence[str],
    text: Texts,
) -> None:
    """Say which sheets there are, and what stands in the rows of headers."""
    for sheet in sheets:
        faults = Faults(sheet.table, text.language)
        key = "table" if sheet.table.sheet is None else "chosen" if sheet is best else "sheet"
        values = {"file": file.name, "row": sheet.table.header_row}
        values |= {"sheet": faults.shown_headers([sheet.table.sheet or ""])}
        headers = faults.shown_headers(sheet.table.header)
        print(text(key, **values, n=len(sheet.table.header), headers=headers))
    if unread:
        # only their number, because a sheet may be named after a patient
        print(text("unread", n=len(unread)))
    print()


def _columns_beside(sheet: _MappedSheet, wanted: _Wanted, text: Texts) -> str:
    from bonescint.commands.listing import aligned

    said = described_columns(wanted.table.schema, wanted.values)
    rows = []
    for name in wanted.columns:
        match = sheet.matches.get(name)
        how = "none" if match is None else "known" if match.known else "close"
        rows.append(
            [
                wanted.config_name(name),
                text("required" if wanted.is_required(name) else "optional"),
                column_meaning(said[name], name in KEYS, text.language),
                sheet.table.header[match.place] if match else "-",
                text(how),
            ]
        )
    names = ("column", "need", "meaning", "header", "match")
    return aligned([text(f"title.{name}") for name in names], rows)


def _values(
    options: argparse.Namespace,
    sheet: _MappedSheet,
    wanted: _Wanted,
    encoding: str | None,
    several: bool,
) -> dict[str, Any]:
    """Return the keys of the entry that say how the table is read."""
    settings, table = wanted.table.settings, sheet.table
    field = "file" if wanted.table.kind in LISTS else wanted.table.file_key.rpartition(".")[2]
    values: dict[str, Any] = {field: str(options.file)}
    named = table.sheet if several or options.sheet else None
    if named or "sheet" in settings:
        values["sheet"] = named
    if table.header_row != sheet.first or "header_row" in settings:
        values["header_row"] = table.header_row
    if encoding or "encoding" in settings:
        values["encoding"] = encoding
    columns: dict[str, str | None] = {}
    for name in wanted.columns:
        if match := sheet.matches.get(name):
            columns[wanted.config_name(name)] = table.header[match.place]
        elif wanted.configured.get(name) and not wanted.is_required(name):
            columns[wanted.config_name(name)] = None  # the table has no such column
    return values | {"columns": columns}


def _path(table: InputTable) -> str:
    return f"inputs.{table.name}" if table.kind in LISTS else f"{table.kind}.{table.name}"


def _lines(
    table: InputTable, values: Mapping[str, Any], lost: Sequence[str], text: Texts
) -> Iterator[str]:
    """Yield what stands in config.yaml, a line each."""
    area, _, name = _path(table).partition(".")
    yield text("lines", entry=_path(table))
    yield f"{area}:"
    yield f"  {name}:"
    for key, value in values.items():
        if key != "columns":
            yield f"    {key}: {flow(value)}"
    yield "    columns:"
    yield from (f"      {key}: {flow(header)}" for key, header in values["columns"].items())
    yield from (f"      # {key}: {text('missing')}" for key in lost)


def _verify(read: Table, wanted: _Wanted, values: Mapping[str, Any], text: Texts) -> None:
    """Find the columns by these lines as the run will, and report the same faults."""
    name = wanted.table.settings.get("key") or "patient_id"
    headers = values["columns"].items()
    configured = {name if key == "key" else key: header for key, header in headers}
    faults = Faults(read, text.language)
    CheckedTable(read, wanted.columns, faults, configured=configured)
    faults.raise_errors()
    print(text("good", n=len(read.rows)))


def _write(
    options: argparse.Namespace, table: InputTable, values: Mapping[str, Any], text: Texts
) -> None:
    file = options.config[0]
    area, _, name = _path(table).partition(".")
    data = file.read_bytes()
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    content = data.removeprefix(mark).decode("utf-8")
    after = with_values(content, area, name, values)
    if after is None:
        raise InputError(text("by_hand", file=file, entry=_path(table)))
    kept = write_kept(file, mark + after.encode("utf-8"), text)
    print(text("written", file=file, kept=kept))
