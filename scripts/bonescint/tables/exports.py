"""The results of one software version, from its export (R6, R8, R9)."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.tables.bounds import CheckedTable, Value
from bonescint.tables.cases import (
    Cases,
    CohortCase,
    Transcription,
    no_earlier,
    operator_of,
)
from bonescint.tables.columns import load_columns
from bonescint.tables.double_entry import transcriptions
from bonescint.tables.faults import raise_together
from bonescint.tables.reading import Cells
from bonescint.tables.same_table import warn_same_table
from bonescint.tables.values import (
    FRACTION_BELOW,
    as_text,
    other_versions,
    parse_version,
    same_version,
)
from bonescint.text.folding import fold_header

# a table whose every BSI lies below FRACTION_BELOW though some women have many hot spots holds
# fractions; one whose BSI are whole numbers, of as many women, has lost the decimals
MANY_HOTSPOTS = 5
WOMEN_WITH_MANY = 3


class Export(NamedTuple):
    """A software's rows and warnings as the workflow's tables hold them.

    `others` is the number of rows that belong to nobody of the cohort, `read` that of all rows of
    the table and of its second transcription.
    """

    rows: list[dict[str, str]]
    warnings: list[dict[str, str]]
    others: int
    read: tuple[int, ...]


def read_export(
    path: Path,
    cases: Cases,
    software: str,
    settings: Mapping[str, Any],
    language: str,
    second: Path | None = None,
    same: Mapping[str, Mapping[str, Any]] | None = None,
) -> Export:
    """Return the rows of results/software/{software}.csv and its warnings.

    Parameters
    ----------
    path
        The export.
    cases
        The cohort; rows of anybody else are not looked at (R12).
    software, settings
        The entry's name and content in `software` of config.yaml.
    language
        Of the messages.
    second
        A second transcription of the export (double entry); None = there is none.
    same
        Other software whose file has the same content, with their layout.

    Raises
    ------
    TableErrors
        Every fault of the table at once: file, sheet, row, column, value, rule, what to do.
    InputError
        If a file cannot be read at all.
    """
    config_key = f"software.{software}"
    columns = load_columns("software_export")
    tables = transcriptions(path, second, columns, cases, settings, config_key, language)
    warn_same_table(
        tables[0].checked, ("bsi", "hotspots"), settings.get("sheet"), same or {}, config_key
    )
    # the second one's values have bounds too
    rows, *_ = [_rows(table, cases, software, settings) for table in tables]
    raise_together([table.checked.faults for table in tables])
    return Export(
        rows,
        tables[0].checked.faults.warning_rows(),
        tables[0].others,
        tuple(len(table.checked.table.rows) for table in tables),
    )


def _rows(
    table: Transcription, cases: Cases, software: str, settings: Mapping[str, Any]
) -> list[dict[str, str]]:
    checked = table.checked
    rows: list[dict[str, str]] = []
    for case in cases.of_tracer(settings["tracer"]):
        line = {
            "code": case.code,
            "tracer": case.tracer,
            "software": software,
            "version": str(settings["version"]),
            "status": "missing",
        }
        if case in table.rows:
            row, cells = table.rows[case]
            line |= _values(checked, row, cells, settings["product"])
            line |= _circumstances(checked, case, row, cells, settings)
        else:
            checked.faults.warn_case("missing_export", case.code, "R8")
        rows.append(line)
    _warn_fractions(checked, rows)
    _warn_versions(checked, rows, table, str(settings.get("released") or ""))
    return rows


def _circumstances(
    checked: CheckedTable, case: CohortCase, row: int, cells: Cells, settings: Mapping[str, Any]
) -> dict[str, str]:
    """Return when and by whom the case was analysed; the printed version is checked (R37)."""
    _check_version(checked, row, cells, settings["product"], str(settings["version"]))
    day = no_earlier(checked, case, row, cells, "analysis_date")
    return {"analysis_date": as_text(day), "operator": operator_of(checked, row, cells)}


def _check_version(
    checked: CheckedTable, row: int, cells: Cells, product: str, version: str
) -> None:
    printed = checked.value(row, cells, "version")
    if not isinstance(printed, str):
        return
    column, shown = checked.columns["version"], checked.faults.shown(printed)
    mine, named = fold_header(product), fold_header(printed)
    others = [
        one for one in column.products if fold_header(one) in named and fold_header(one) not in mine
    ]
    numbers = parse_version(printed, (product, *column.products))
    where = (row, checked.header("version"), column.rule)
    if others:
        checked.faults.error("other_product", *where, value=shown, product=product)
    elif numbers is None and not any(
        fold_header(one) in named for one in (product, *column.products)
    ):
        checked.faults.error("not_version", *where, value=shown)
    elif numbers is not None:
        entry = f"software.{checked.faults.source}.version"
        if not same_version(numbers, version) or other_versions(printed, version):
            key = "two_versions" if same_version(numbers, version) else "other_version"
            checked.faults.error(key, *where, value=shown, version=version, entry=entry)


def _values(checked: CheckedTable, row: int, cells: Cells, product: str) -> dict[str, str]:
    faults = checked.faults
    status = checked.value(row, cells, "status")
    numbers = ("bsi", "hotspots", "ann")
    if status is None:
        empty = all(checked.blank(cells, n) for n in ("bsi", "hotspots") if checked.has(n))
        status = "not_analysed" if empty else "analysed"
        # a word that is no status is an error of its own
        if empty and (not checked.has("status") or checked.blank(cells, "status")):
            faults.warn("no_result", row, rule="R8")
    if status != "analysed":
        for name in numbers:
            # some products print 0 where nothing was measured; any other value contradicts
            value = checked.value(row, cells, name)
            if value is not None:
                report = faults.error if value else faults.warn
                key = "value_without_analysis" if value else "zero_without_analysis"
                shown = faults.shown(as_text(value))
                report(key, row, checked.header(name), "R9", value=shown)
        return {"status": str(status)}
    bsi = checked.value(row, cells, "bsi", needed=True)
    hotspots = checked.value(row, cells, "hotspots", needed=True)
    ann: Value | None = None
    only = checked.columns["ann"].product
    if fold_header(product).startswith(fold_header(only)):
        ann = checked.value(row, cells, "ann")
    elif checked.has("ann") and not checked.blank(cells, "ann"):
        faults.error("only_product", row, checked.header("ann"), product=only)
    if bsi is not None and hotspots is not None and bool(bsi) != bool(hotspots):
        # the one that is not 0 may be a misplaced number of the patient
        count = faults.shown(as_text(hotspots))
        faults.warn("zero_and_not", row, rule="R9", bsi=as_text(bsi), hotspots=count)
    return {
        "bsi": as_text(bsi),
        "hotspots": as_text(hotspots),
        "ann": as_text(ann),
        "status": "analysed",
    }


def _warn_fractions(checked: CheckedTable, rows: list[dict[str, str]]) -> None:
    values = [
        (Decimal(r["bsi"]), int(r["hotspots"])) for r in rows if r.get("bsi") and r.get("hotspots")
    ]
    above = [bsi for bsi, _ in values if bsi]
    if (
        checked.table.sheet is None
        and len(above) >= WOMEN_WITH_MANY
        and all(bsi == bsi.to_integral_value() for bsi in above)
    ):
        # 1,5 without quotation marks is a 1, and a 5 in the next column
        checked.faults.warn("whole_bsi", column=checked.header("bsi"), rule="R9", n=len(above))
    many = sum(hotspots > MANY_HOTSPOTS for _, hotspots in values)
    if many >= WOMEN_WITH_MANY and all(bsi < FRACTION_BELOW for bsi, _ in values):
        highest = max(bsi for bsi, _ in values)
        checked.faults.warn(
            "fractions", column=checked.header("bsi"), rule="R9", highest=highest, n=many
        )


def _warn_versions(
    checked: CheckedTable, rows: list[dict[str, str]], table: Transcription, released: str
) -> None:
    analysed = {row["code"]: row for row in rows if row["status"] == "analysed"}
    early = [row["analysis_date"] for row in analysed.values() if row["analysis_date"]]
    early = sorted(day for day in early if day < released)
    if early:
        checked.faults.warn(
            "before_release",
            column=checked.header("analysis_date"),
            rule="R37",
            n=len(early),
            first=checked.faults.shown(early[0]),
            released=released,
        )
    silent = [
        case
        for case, (_, cells) in table.rows.items()
        if case.code in analysed and parse_version(checked.raw(cells, "version")) is None
    ]
    if checked.has("version") and silent:
        header = checked.header("version")
        checked.faults.warn("no_version", column=header, rule="R37", n=len(silent))
