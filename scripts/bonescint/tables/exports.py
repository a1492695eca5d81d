"""The results of one software version, from its export (R6, R8, R9)."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bonescint.tables.bounds import CheckedTable, Value
from bonescint.tables.cases import Cases, open_table, row_of_exam, rows_of_cohort
from bonescint.tables.reading import Cells
from bonescint.tables.values import as_text, fold

SOFTWARE_COLUMNS = ["code", "tracer", "software", "version", "bsi", "hotspots", "ann", "status"]
# a table whose every BSI lies below this though some women have many hot spots holds fractions
FRACTION_BELOW = Decimal("0.2")
MANY_HOTSPOTS = 5
WOMEN_WITH_MANY = 3


def read_export(
    path: Path,
    cases: Cases,
    software: str,
    settings: Mapping[str, Any],
    language: str,
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
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

    Raises
    ------
    InputError
        Every fault of the table at once: file, sheet, row, column, value, rule, what to do.
    """
    config_key = f"software.{software}"
    checked = open_table(path, "software_export", cases, settings, software, config_key, language)
    faults = checked.faults
    rows: list[dict[str, str]] = []
    found = rows_of_cohort(checked, settings["key"], cases, config_key, settings["tracer"])
    for subject, case in sorted(cases.by_subject.items(), key=lambda item: item[1].code):
        if case.tracer != settings["tracer"]:
            for row, _ in found.get(subject, []):
                # R6: by licence the tracer decides the software
                faults.error(
                    "wrong_tracer",
                    row,
                    checked.header(settings["key"]),
                    "R6",
                    tracer=case.tracer,
                    wanted=settings["tracer"],
                    entry=f"{config_key}.tracer",
                )
            continue
        line = {
            "code": case.code,
            "tracer": case.tracer,
            "software": software,
            "version": str(settings["version"]),
            "status": "missing",
        }
        if subject in found:
            chosen = row_of_exam(checked, case, found[subject])
            line |= _values(checked, *chosen, settings["product"])
        else:
            faults.warn_case("missing_export", case.code, "R8")
        rows.append(line)
    _warn_fractions(checked, rows)
    faults.raise_errors()
    return rows, faults.warning_rows()


def _values(checked: CheckedTable, row: int, cells: Cells, product: str) -> dict[str, str]:
    faults = checked.faults
    status = checked.value(row, cells, "status")
    numbers = ("bsi", "hotspots", "ann")
    if status is None:
        empty = all(checked.blank(cells, n) for n in ("bsi", "hotspots") if checked.has(n))
        status = "not_analysed" if empty else "analysed"
        if empty:
            faults.warn("no_result", row, rule="R8")
    if status != "analysed":
        for name in numbers:
            # some products print 0 where nothing was measured; any other value contradicts
            value = checked.value(row, cells, name)
            if value is not None:
                report = faults.error if value else faults.warn
                key = "value_without_analysis" if value else "zero_without_analysis"
                report(key, row, checked.header(name), "R9", value=as_text(value))
        return {"status": str(status)}
    bsi = checked.value(row, cells, "bsi", needed=True)
    hotspots = checked.value(row, cells, "hotspots", needed=True)
    ann: Value | None = None
    only = checked.columns["ann"].product
    if fold(product).startswith(fold(only)):
        ann = checked.value(row, cells, "ann")
    elif checked.has("ann") and not checked.blank(cells, "ann"):
        faults.error("only_product", row, checked.header("ann"), product=only)
    if bsi is not None and hotspots is not None and bool(bsi) != bool(hotspots):
        faults.warn("zero_and_not", row, rule="R9", bsi=as_text(bsi), hotspots=hotspots)
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
    many = sum(hotspots > MANY_HOTSPOTS for _, hotspots in values)
    if many >= WOMEN_WITH_MANY and all(bsi < FRACTION_BELOW for bsi, _ in values):
        highest = max(bsi for bsi, _ in values)
        checked.faults.warn(
            "fractions", column=checked.header("bsi"), rule="R9", highest=highest, n=many
        )
