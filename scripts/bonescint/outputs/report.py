"""The report: one page that holds everything it shows, for screen and print."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bonescint.files import replacing
from bonescint.outputs.data import Row, number
from bonescint.outputs.estimates import in_words, p_value, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results, flattened, overview
from bonescint.outputs.verification import verification
from bonescint.resources import SYNTHETIC

_MIME = {".svg": "image/svg+xml", ".png": "image/png"}
_FIGURES = {
    "flow": ("flow",),
    "reference": ("montage",),
    "accuracy": ("roc", "forest", "distribution"),
    "version_change": ("bland_altman", "version_slope"),
}


def _figure(path: Path, captions: Labels) -> dict[str, str]:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return {
        "name": path.stem,
        "source": f"data:{_MIME[path.suffix]};base64,{data}",
        "title": captions(f"{path.stem}_title"),
        "caption": captions(f"{path.stem}_caption"),
    }


def _flow_rows(flow: list[Row], labels: Labels) -> list[Row]:
    rows = []
    for row in flow:
        step, _, arm = row["step"].partition(":")
        name = labels.flow(step) + (f" ({labels.software(arm)})" if arm else "")
        left_out = row["kind"] == "out"
        shown = labels("left_out", reason=labels.flow(row["reason"])) if left_out else name
        rows.append(row | {"shown": shown})
    return rows


def _groups(rows: list[Row], labels: Labels) -> list[tuple[tuple[str, str], list[Row]]]:
    """Return the rows in words, by who is compared with whom, in the table's order."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        shown = in_words(row, labels)
        counts = [shown["n"]] + ([shown["n_positive"]] if shown["n_positive"] else [])
        group = groups.setdefault((shown["subject"], shown["comparator"]), [])
        group.append(
            shown
            | {
                "value": with_limits(row, labels),
                "counts": " / ".join(counts),
                "p": p_value(row["p_value"]),
                "p_adjusted": p_value(row["p_adjusted"]),
            }
        )
    return list(groups.items())


def _smallest(accuracy: list[Row]) -> tuple[int, int] | None:
    """Return the numbers of the smallest group with and without metastasis, None if unknown."""
    groups = [
        (int(positive), int(n - positive))
        for row in accuracy
        if row["measure"] == "auc"
        and (n := number(row["n"])) is not None
        and (positive := number(row["n_positive"])) is not None
    ]
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
    margins = [row for row in results.balance if row["margin"] != "cell"]
    return {
        "n_cases": len(results.cases),
        "flow": _flow_rows(results.flow, labels),
        "balance": [row | {"level": labels.flow(row["level"])} for row in margins],
        "cells": {
            tuple(r["level"].split(" x ")): r["n"] for r in results.balance if r not in margins
        },
        "n_decided": len(decided),
        "n_positive": sum(row["metastasis"] == "1" for row in decided),
        "n_unanimous": sum(row["unanimous"] == "1" for row in decided),
        "n_tie": states.count("tie"),
        "n_no_reading": states.count("no_reading"),
        "smallest": _smallest(results.accuracy),
        "overview": overview(results.accuracy, labels),
        "version_change": _groups(results.version_change, labels),
        "software_comparison": _groups(results.software_comparison, labels),
        "reader_agreement": _groups(results.reader_agreement, labels),
        "verification": verification(results, labels.language, brief=True),
        "warnings": results.warnings,
        "provenance": flattened(results.provenance),
    }


def write(
    path: Path,
    results: Results,
    figures: Sequence[Path],
    study: dict[str, str],
    labels: Labels,
    captions: Labels,
) -> None:
    """Write the page: no script, no network, no file beside it.

    Parameters
    ----------
    path
        The file to write.
    results
        The run's tables.
    figures
        SVG and PNG files; each goes to its section by its name.
    study
        ``id`` and ``title``.
    labels, captions
        The words of the report and of the figures.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # drawings as SVG; the scans are pixels, and the PNG of their montage is the smaller file
    drawn = {
        figure.stem: _figure(figure, captions)
        for figure in figures
        if (figure.suffix == ".png") == (figure.stem == "montage")
    }
    page = environment.get_template("report.html.j2").render(
        t=labels,
        language=labels.language,
        synthetic=SYNTHETIC if labels.synthetic else "",
        study=study,
        figures={
            section: [drawn[name] for name in names if name in drawn]
            for section, names in _FIGURES.items()
        },
        **context(results, labels),
    )
    with replacing(path) as stream:
        stream.write(page)
