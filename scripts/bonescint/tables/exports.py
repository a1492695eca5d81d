"""Read the results of one software version from its export (R6, R8, R9)."""

import itertools
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
from bonescint.tables.double_entry import transcriptions
from bonescint.tables.faults import raise_together
from bonescint.tables.metric_columns import (
    Values,
    export_columns,
    may_have,
    metric_phrase,
    metric_values,
)
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
from bonescint.warnings import Phrase

# If every BSI is below FRACTION_BELOW although some women have many hot spots, the table holds
# fractions. If the BSI of so many women are all whole numbers, the decimals are lost.
MANY_HOTSPOTS = 5
WOMEN_WITH_MANY = 3


class Export(NamedTuple):
    """A software's rows and warnings in the form of the workflow's tables.

    `others` is the number of rows of people outside the cohort. `read` is the number of all rows of
    the table and of its second transcription.
    """

    rows: list[dict[str, str]]
    warnings: list[dict[str, str]]
    others: int
    read: tuple[int, ...]


class _Metrics:
    """The study's metrics for one software."""

    def __init__(self, values: Values, software: str, product: str) -> None:
        self.values = values
        self.own = [key for key, one in values.items() if may_have(one, software, product)]
        # a metric that only some software has may be blank
        self.needed = [key for key in self.own if not values[key]["software"]] or self.own

    def of_kind(self, kind: str) -> list[str]:
        """Return the software's metrics of a kind."""
        return [key for key in self.own if self.values[key]["kind"] == kind]

    def named(self, key: str) -> Phrase | str:
        """Return the name of a metric in warnings."""
        return metric_phrase(key, self.values[key])


def read_export(
    path: Path,
    cases: Cases,
    software: str,
    settings: Mapping[str, Any],
    language: str,
    second: Path | None = None,
    same: Mapping[str, Mapping[str, Any]] | None = None,
    values: Values | None = None,
) -> Export:
    """Return the rows of results/software/{software}.csv and its warnings.

    Parameters
    ----------
    cases
        The cohort. Rows of other people are not read (R12).
    software, settings
        The entry's name and content in `software` of config.yaml.
    second
        A second transcription of the export (double entry), or None.
    same
        Other software whose file has the same content, with its layout.
    values
        The study's metrics from `bonescint.tables.metric_columns.metric_values`. None takes the
        default ones.

    Raises
    ------
    TableErrors
        Every fault of the table at once: file, sheet, row, column, value, rule, what to do.
    InputError
        If a file cannot be read at all.
    """
    config_key = f"software.{software}"
    metrics = _Metrics(values or metric_values(), software, settings["product"])
    columns = export_columns(metrics.values)
    tables = transcriptions(path, second, columns, cases, settings, config_key, language)
    warn_same_table(
        tables[0].checked, metrics.needed, settings.get("sheet"), same or {}, config_key
    )
    # the values of the second transcription must also be checked
    rows, *_ = [_rows(table, cases, software, settings, metrics) for table in tables]
    raise_together([table.checked.faults for table in tables])
    return Export(
        rows,
        tables[0].checked.faults.warning_rows(),
        tables[0].others,
        tuple(len(table.checked.table.rows) for table in tables),
    )


def _rows(
    table: Transcription,
    cases: Cases,
    software: str,
    settings: Mapping[str, Any],
    metrics: _Metrics,
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
            line |= _values(checked, row, cells, metrics)
            line |= _circumstances(checked, case, row, cells, settings)
        else:
            checked.faults.warn_case("missing_export", case.code, "R8")
        rows.append(line)
    for metric in metrics.of_kind("percent"):
        _warn_fractions(checked, rows, metric, metrics)
    _warn_versions(checked, rows, table, str(settings.get("released") or ""))
    return rows


def _circumstances(
    checked: CheckedTable, case: CohortCase, row: int, cells: Cells, settings: Mapping[str, Any]
) -> dict[str, str]:
    """Return date and operator of the case's analysis, and check the printed version (R37)."""
    _check_version(checked, row, cells, settings["product"], str(settings["version"]))
    day = no_earlier(checked, case, row, cells, "analysis_date")
    return {"analysis_date": as_text(day), "operator": operator_of(checked, row, cells)}


def _check_version(
    checked: CheckedTable, row: int, cells: Cells, product: str, version: str
) -> None:
    printed = checked.value(row, cells, "version")
    if not isinstance(printed, str):
        return
    column = checked.columns["version"]
    mine, named = fold_header(product), fold_header(printed)
    others = [
        one for one in column.products if fold_header(one) in named and fold_header(one) not in mine
    ]
    numbers = parse_version(printed, (product, *column.products))

    def error(key: str, **values: Any) -> None:
        shown = checked.faults.shown(printed)  # slow, so only called for an error
        where = row, checked.header("version"), column.rule
        checked.faults.error(key, *where, value=shown, **values)

    if others:
        error("other_product", product=product)
    elif numbers is None and not any(
        fold_header(one) in named for one in (product, *column.products)
    ):
        error("not_version")
    elif numbers is not None:
        entry = f"software.{checked.faults.source}.version"
        if not same_version(numbers, version) or other_versions(printed, version):
            key = "two_versions" if same_version(numbers, version) else "other_version"
            error(key, version=version, entry=entry)


def _values(checked: CheckedTable, row: int, cells: Cells, metrics: _Metrics) -> dict[str, str]:
    faults = checked.faults
    status = checked.value(row, cells, "status")
    if status is None:
        empty = all(checked.blank(cells, n) for n in metrics.needed if checked.has(n))
        status = "not_analysed" if empty else "analysed"
        # a word that is no status already has its own error
        if empty and (not checked.has("status") or checked.blank(cells, "status")):
            faults.warn("no_result", row, rule="R8")
    if status != "analysed":
        for name in metrics.values:
            # some products print 0 if nothing was measured; any other value is a contradiction
            value = checked.value(row, cells, name)
            if value is not None:
                report = faults.error if value else faults.warn
                key = "value_without_analysis" if value else "zero_without_analysis"
                shown = faults.shown(as_text(value))
                report(key, row, checked.header(name), "R9", value=shown)
        return {"status": str(status)}
    found: dict[str, Value | None] = {}
    for name, metric in metrics.values.items():
        if name in metrics.own:
            found[name] = checked.value(row, cells, name, needed=name in metrics.needed)
        elif checked.has(name) and not checked.blank(cells, name):
            only = ", ".join(metric["software"])
            faults.error("only_product", row, checked.header(name), product=only)
    for share, count in itertools.product(metrics.of_kind("percent"), metrics.of_kind("count")):
        one, other = found[share], found[count]
        if one is not None and other is not None and bool(one) != bool(other):
            # the value that is not 0 may be a misplaced number of the patient
            said: dict[str, Any] = {"percent": metrics.named(share), "count": metrics.named(count)}
            said |= {"share": as_text(one), "number": faults.shown(as_text(other))}
            faults.warn("zero_and_not", row, rule="R9", **said)
    return {name: as_text(found.get(name)) for name in metrics.values} | {"status": "analysed"}


def _warn_fractions(
    checked: CheckedTable, rows: list[dict[str, str]], metric: str, metrics: _Metrics
) -> None:
    """Warn about percentages without decimals, or with fractions in their place."""
    if not checked.has(metric):
        return
    count = next(iter(metrics.of_kind("count")), None)
    values = [
        (Decimal(row[metric]), int(row[count]) if count else 0)
        for row in rows
        if row.get(metric) and (count is None or row.get(count))
    ]
    above = [share for share, _ in values if share]
    where: Any = {"column": checked.header(metric), "rule": "R9"}
    said: Any = where | {"percent": metrics.named(metric)}
    if (
        checked.table.sheet is None
        and len(above) >= WOMEN_WITH_MANY
        and all(share == share.to_integral_value() for share in above)
    ):
        # 1,5 without quotation marks is read as 1, and 5 in the next column
        checked.faults.warn("whole_percent", n=len(above), **said)
    many = sum(number > MANY_HOTSPOTS for _, number in values)
    if count and many >= WOMEN_WITH_MANY and all(share < FRACTION_BELOW for share, _ in values):
        highest = max(share for share, _ in values)
        said["count"] = metrics.named(count)
        checked.faults.warn("fractions", highest=highest, n=many, **said)


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
