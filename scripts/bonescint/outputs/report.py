"""The report: a single HTML file with everything it shows, for screen and print."""

import base64
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bonescint.cohort.flow import tracers_of
from bonescint.files import Row, replacing
from bonescint.outputs.checklists import checklists
from bonescint.outputs.design import limits
from bonescint.outputs.drawn import drawn_figures
from bonescint.outputs.estimates import primary
from bonescint.outputs.first_screen import first_screen
from bonescint.outputs.labels import Labels
from bonescint.outputs.recorded import record_in_words
from bonescint.outputs.report_questions import (
    TEST_COLUMNS,
    estimates_table,
    question_section,
    shown_columns,
)
from bonescint.outputs.results import (
    Results,
    calls_by_metastasis,
    failures_in_primary,
    overview,
    smallest_group,
)
from bonescint.outputs.verification import verification
from bonescint.pages import only_script, page_template
from bonescint.questions import known
from bonescint.resources import SYNTHETIC
from bonescint.tables.sheets import ShownTable
from bonescint.warning_words import warnings_in_words

_MIME = {"svg": "image/svg+xml", "png": "image/png"}
# a larger drawing is shown as pixels: with 10,000 cases a drawing has a mark for each of them
_LARGEST = 400_000
_WARNINGS = 200  # the workbook lists all
_TEMPLATES = (
    "report.html.j2", "report_macros.html.j2", "report_answer.html.j2", "report_appendix.html.j2",
)  # fmt: skip


def _figures(paths: Sequence[Path], labels: Labels) -> dict[str, list[dict[str, Any]]]:
    """Return section -> its figures, each in the form that the figure declares."""
    there = {path.name: path for path in paths}
    found: dict[str, list[dict[str, Any]]] = {}
    for name, drawn in drawn_figures().items():
        if path := there.get(f"{name}.{drawn.form}"):
            if path.stat().st_size > _LARGEST:
                path = there.get(f"{name}.png", path)
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            figure = {
                "name": name,
                "source": f"data:{_MIME[path.suffix[1:]]};base64,{data}",
                "title": labels.figure("title", name),
                "caption": labels.figure("caption", name),
                "narrow": drawn.narrow,
            }
            found.setdefault(drawn.section, []).append(figure)
    return found


def _flow(results: Results, labels: Labels) -> list[ShownTable]:
    """Return the tables of the flow, its margins, and the 2x2 of tracer by findings (R3, R4)."""
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
    specs = {
        "flow": (["step", *counts], flow),
        "balance": (["level", "target:count", "n:count"], margins),
        "cells": (["tracer", *levels], list(cells.values())),
    }
    tables = [
        ShownTable(labels(f"caption_{name}"), shown_columns(labels, *columns), rows)
        for name, (columns, rows) in specs.items()
    ]
    return tables if labels.has("readers") else tables[:-1]


def _asked(results: Results) -> list[str]:
    """Return the texts on what was compared."""
    versions = ("version_diagnosis", "version_measurement", "equivalence")
    return [
        "question",
        *(["question_versions"] if any(results.metrics.get(key) for key in versions) else []),
        *(["question_software"] if results.metrics.get("software_comparison") else []),
    ]


def study_methods(results: Results, labels: Labels) -> list[str]:
    """Return the paragraphs on the methods of the answered questions."""
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
        labels.gap.join(filter(None, [_said(labels, "methods_tests", *tested), how])),
        _said(labels, "methods_missing"),
    ]


def _said(labels: Labels, *keys: str) -> str:
    return labels.gap.join(labels(key) for key in keys)


def context(results: Results, labels: Labels) -> dict[str, Any]:
    """Return the values that the template shows besides words and figures."""
    states = [row["status"] for row in results.reference]
    decided = [row for row in results.reference if row["metastasis"]]
    columns = shown_columns(
        labels, "software", "tracer", "metric", "n:count", "n_positive:count", "failed:number",
        "auc:number", "cutoff", "sensitivity:number", "specificity:number",
    )  # fmt: skip
    performance = overview(results, labels)
    settings = results.provenance["analysis"]["metrics"]
    questions = {
        key: question_section(key, rows, labels, settings) for key, rows in results.metrics.items()
    }
    if "cutoffs" in questions and results.failed_calls:
        questions["cutoffs"]["tables"].append(calls_by_metastasis(results, labels))
    tested = primary(results.metrics.get("hypotheses", []))
    return {
        "asked": _asked(results),
        "first": first_screen(results, labels),
        "methods": study_methods(results, labels),
        "exams": _exams(results, labels),
        "n_cases": len(results.cases),
        "n_decided": len(decided),
        "n_positive": sum(row["metastasis"] == "1" for row in decided),
        "n_unanimous": sum(row["unanimous"] == "1" for row in decided),
        "n_tie": states.count("tie"),
        "n_no_reading": states.count("no_reading"),
        "smallest": smallest_group(performance),
        "primary": estimates_table(tested, labels("caption_primary"), labels, TEST_COLUMNS),
        "primary_failures": failures_in_primary(results, labels),
        "overview": ShownTable(labels("caption_accuracy"), columns, performance),
        "flow": _flow(results, labels),
        "questions": list(questions.values()),
        "verification": verification(results, labels.language, brief=True),
        "warnings": ShownTable(
            labels("heading_warnings"),
            shown_columns(labels, "source", "where", "message"),
            warnings_in_words(results.warnings[:_WARNINGS], labels.language, labels.software),
        ),
        "n_warnings": len(results.warnings),
        "provenance": ShownTable(
            labels("heading_provenance"),
            shown_columns(labels, "key", "value"),
            record_in_words(results.provenance, labels),
        ),
    }


def _exams(results: Results, labels: Labels) -> str:
    """Return the months of the first and the last exam, empty where no date is known."""
    months = sorted(row["study_date"][:7] for row in results.cases if row["study_date"])
    return labels("exams", first=months[0], last=months[-1]) if months else ""


def _place(key: str, labels: Labels) -> str:
    """Return the name that the page gives to a place in the lists of reporting items."""
    heading = f"heading_{key}"
    if key in known():
        return labels.question("title", key)
    return labels(heading) if heading in labels else ""


def write_page(path: Path, results: Results, study: dict[str, Any], labels: Labels) -> None:
    """Write the page. It needs no network and no other file, and is readable without its script.

    Each figure goes to the section that it names.
    """
    here = Path(__file__).parent
    script = (here / "report.js").read_text(encoding="utf-8")
    page = page_template(here, _TEMPLATES, ["report.css"]).render(
        t=labels,
        language=labels.language,
        synthetic=SYNTHETIC if labels.synthetic else "",
        study=study,
        script=Markup(script),  # noqa: S704
        only_script=only_script(script),
        figures=_figures(results.figures, labels),
        limits=limits(results, study, labels),
        checklists=checklists(results, study, labels, partial(_place, labels=labels)),
        **context(results, labels),
    )
    with replacing(path) as stream:
        stream.write(page)
