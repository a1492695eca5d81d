"""The report: one page that holds everything it shows, for screen and print."""

import base64
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bonescint.cohort.flow import tracers_of
from bonescint.files import Row, replacing
from bonescint.outputs.checklists import checklists
from bonescint.outputs.design import limits
from bonescint.outputs.drawn import drawn_figures
from bonescint.outputs.estimates import (
    OF_TESTS,
    as_read,
    estimate_in_words,
    primary,
    shared_remarks,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.recorded import record_in_words
from bonescint.outputs.results import (
    Results,
    calls_by_metastasis,
    failures_in_primary,
    overview,
    purposes,
    unanswered_in_words,
)
from bonescint.outputs.verification import verification
from bonescint.questions import known
from bonescint.resources import SYNTHETIC
from bonescint.tables.sheets import ShownColumn, ShownTable
from bonescint.warning_words import warnings_in_words

_MIME = {"svg": "image/svg+xml", "png": "image/png"}
_ESTIMATES = (
    "measure", "metric", "reference", "value:number", "ci_method", "counts:number", "test",
    "statistic:number", "p:number", "note",
)  # fmt: skip
# the rest of them stands with the question
_TESTS = (
    "question", "subject", "comparator", "measure", "metric", "value:number", "counts:number",
    "test", "p:number", "p_adjusted:number", "note",
)  # fmt: skip


def _figures(paths: Sequence[Path], labels: Labels) -> dict[str, list[dict[str, Any]]]:
    """Return section -> its figures, each in the form that it asks for."""
    there = {path.name: path for path in paths}
    found: dict[str, list[dict[str, Any]]] = {}
    for name, drawn in drawn_figures().items():
        if path := there.get(f"{name}.{drawn.form}"):
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            figure = {
                "name": name,
                "source": f"data:{_MIME[drawn.form]};base64,{data}",
                "title": labels.figure("title", name),
                "caption": labels.figure("caption", name),
                "narrow": drawn.narrow,
            }
            found.setdefault(drawn.section, []).append(figure)
    return found


def _columns(labels: Labels, *specs: str) -> list[ShownColumn]:
    """Return columns from ``key`` or ``key:kind``, titled by the text ``column_key``."""
    parts = [spec.partition(":") for spec in specs]
    return [
        # a tracer is called as it is
        ShownColumn(key, labels.heading(key), kind or "text")
        for key, _, kind in parts
    ]


def _flow(results: Results, labels: Labels) -> list[ShownTable]:
    """Return the flow, the margins and the 2x2 of tracer by findings (R3, R4)."""
    flow = []
    for row in results.flow:
        step, _, arm = row["step"].partition(":")
        name = labels.flow(step) + (f" ({labels.software(arm)})" if arm else "")
        if row["kind"] == "out":
            name = labels("left_out", reason=labels.flow(row["reason"]))
        flow.append(row | {"step": name})
    margins = [
        row | {"level": labels.flow(row["level"])}
        for row in results.balance
        if row["margin"] != "cell"
    ]
    cells: dict[str, Row] = {}
    for row in results.balance:
        if row["margin"] == "cell":
            tracer, level = row["level"].split(" x ")
            cells.setdefault(tracer, {"tracer": tracer})[level] = row["n"]
    tracers = (f"{one}:count" for one in tracers_of(results.flow))
    counts = ("patients:count", "files:count", *tracers)
    levels = ("with_findings:count", "without_findings:count")
    tables = [
        ShownTable(labels("caption_flow"), _columns(labels, "step", *counts), flow),
        ShownTable(
            labels("caption_balance"), _columns(labels, "level", "target:count", "n:count"), margins
        ),
        ShownTable(
            labels("caption_cells"), _columns(labels, "tracer", *levels), list(cells.values())
        ),
    ]  # fmt: skip
    return tables if labels.has("readers") else tables[:-1]


def _estimates(rows: list[Row], title: str, labels: Labels, specs: Sequence[str]) -> ShownTable:
    """Return Estimate rows as they are read; what is true of all of them goes into the title."""
    tests = specs == _TESTS
    common, rest = shared_remarks(rows, labels, OF_TESTS if tests else ())
    shown = []
    for row, parts in zip(rows, rest, strict=True):
        said = as_read(row, labels)
        if said["role"] and not tests:  # there the title has it
            parts = [said["role"], *parts]
        shown.append(said | {"note": labels("separator").join(parts)})
    columns = []
    for column in _columns(labels, *specs):
        values = {row[column.key] for row in shown}
        # a column that says nothing takes room; one reference for all is named in the text
        if values - {""} and (column.key != "reference" or len(values) > 1):
            columns.append(column)
    if common:
        title = labels("all_rows", title=title, notes=labels("separator").join(common))
    return ShownTable(title, columns, shown)


def _question(key: str, rows: list[Row], labels: Labels) -> dict[str, Any]:
    """Return a question's section: a table for each who is compared with whom.

    Tests that other questions made go by the family in which they are adjusted.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
    for row in rows:
        said = estimate_in_words(row, labels)
        specs: tuple[str, ...] = _ESTIMATES
        if row["question"] != key:
            family, specs = said["family"], _TESTS
            title = labels("family_of", family=family) if family else said["role"]
        else:
            title = said["subject"]
            if comparator := said["comparator"]:
                title = labels("pair_of", subject=title, comparator=comparator)
        groups.setdefault((title, specs), []).append(row)
    tables = [_estimates(group, title, labels, specs) for (title, specs), group in groups.items()]
    words = {kind: labels.question(kind, key) for kind in ("title", "caution", "note")}
    return words | {"key": key, "tables": tables, "purposes": purposes(key, rows, labels)}


def _asked(results: Results) -> list[str]:
    """Return the texts on what was compared."""
    versions = ("version_diagnosis", "version_measurement", "equivalence")
    return [
        "question",
        *(["question_versions"] if any(results.metrics.get(key) for key in versions) else []),
        *(["question_software"] if results.metrics.get("software_comparison") else []),
    ]


def _methods(results: Results, labels: Labels) -> list[str]:
    """Return the paragraphs on the methods: those of the questions that were answered."""
    tests = results.metrics.get("hypotheses", [])
    adjusted = ["methods_primary"] if primary(tests) else []
    if any("family=" in row["note"] for row in tests):
        adjusted.append("methods_families")
    choice = results.provenance.get("selection", {}).get("rule", "all")
    chosen = [f"methods_selection_{choice}"] if choice != "all" else []
    answered = [labels.question("methods", key) for key, rows in results.metrics.items() if rows]
    tested = [*adjusted, "methods_exploratory"] if adjusted else ["methods_unadjusted"]
    design = [
        "methods_preceding" if labels.preceding else "methods_design",
        *(["methods_tracers"] if labels.n_tracers > 1 else []),
        "methods_coded",
    ]
    how = failures_in_primary(results, labels) if primary(tests) else ""
    return [
        _said(labels, *design, *chosen),
        _said(labels, "methods_reference"),
        *filter(None, answered),
        " ".join(filter(None, [_said(labels, "methods_tests", *tested), how])),
        _said(labels, "methods_missing"),
    ]


def _said(labels: Labels, *keys: str) -> str:
    return " ".join(labels(key) for key in keys)


def _smallest(performance: list[Row]) -> tuple[int, int] | None:
    """Return the numbers of the smallest group with and without metastasis, None if unknown."""
    counted = [row for row in performance if row["n"] and row["n_positive"]]
    groups = [(int(row["n_positive"]), int(row["n"]) - int(row["n_positive"])) for row in counted]
    return min(groups, key=sum) if groups else None


def context(results: Results, labels: Labels) -> dict[str, Any]:
    """Return what the template shows besides words and figures.

    Parameters
    ----------
    results
        The run's tables.
    labels
        The report's words.
    """
    states = [row["status"] for row in results.reference]
    decided = [row for row in results.reference if row["metastasis"]]
    columns = _columns(
        labels, "software", "tracer", "metric", "n:count", "n_positive:count", "failed:number",
        "auc:number", "cutoff:number", "sensitivity:number", "specificity:number",
    )  # fmt: skip
    performance = overview(results, labels)
    questions = {key: _question(key, rows, labels) for key, rows in results.metrics.items()}
    if "cutoffs" in questions and results.failed_calls:
        questions["cutoffs"]["tables"].append(calls_by_metastasis(results, labels))
    tested = primary(results.metrics.get("hypotheses", []))
    return {
        "asked": _asked(results),
        "unanswered": unanswered_in_words(results, labels),
        "methods": _methods(results, labels),
        "n_cases": len(results.cases),
        "n_decided": len(decided),
        "n_positive": sum(row["metastasis"] == "1" for row in decided),
        "n_unanimous": sum(row["unanimous"] == "1" for row in decided),
        "n_tie": states.count("tie"),
        "n_no_reading": states.count("no_reading"),
        "smallest": _smallest(performance),
        "primary": _estimates(tested, labels("caption_primary"), labels, _TESTS),
        "primary_failures": failures_in_primary(results, labels),
        "overview": ShownTable(labels("caption_accuracy"), columns, performance),
        "flow": _flow(results, labels),
        "questions": list(questions.values()),
        "verification": verification(results, labels.language, brief=True),
        "warnings": ShownTable(
            labels("heading_warnings"),
            _columns(labels, "source", "where", "message"),
            warnings_in_words(results.warnings, labels.language, labels.software),
        ),
        "provenance": ShownTable(
            labels("heading_provenance"),
            _columns(labels, "key", "value"),
            record_in_words(results.provenance, labels),
        ),
    }


def _place(key: str, labels: Labels) -> str:
    """Return what a place that the lists of items name is called on the page."""
    heading = f"heading_{key}"
    if key in known():
        return labels.question("title", key)
    return labels(heading) if heading in labels else ""


def write_page(path: Path, results: Results, study: dict[str, Any], labels: Labels) -> None:
    """Write the page: no script, no network, no file beside it.

    Parameters
    ----------
    path
        The file to write.
    results
        The run's tables; each figure goes to the section that it names.
    study
        ``id`` and ``title``, and ``design`` where it is stated.
    labels
        The words of the report.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(
        t=labels,
        language=labels.language,
        synthetic=SYNTHETIC if labels.synthetic else "",
        study=study,
        figures=_figures(results.figures, labels),
        limits=limits(results, study, labels),
        checklists=checklists(results, study, labels, partial(_place, labels=labels)),
        **context(results, labels),
    )
    with replacing(path) as stream:
        stream.write(page)
