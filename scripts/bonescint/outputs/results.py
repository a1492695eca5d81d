"""All coded tables of a run, read once for the workbook and the report."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bonescint.files import read_rows
from bonescint.outputs.data import METRICS, Row
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels


@dataclass(frozen=True)
class Results:
    """The rows of each table of results/ (docs/tables.md) and the run's provenance."""

    flow: list[Row]
    cases: list[Row]
    reference: list[Row]
    measurements: list[Row]
    accuracy: list[Row]
    version_change: list[Row]
    software_comparison: list[Row]
    reader_agreement: list[Row]
    balance: list[Row]
    tag_table: list[Row]
    instances: list[Row]
    rule_counts: list[Row]
    anonymity: list[Row]
    warnings: list[Row]
    provenance: dict[str, Any]


# what the rules name their inputs
TABLES = [field.name for field in fields(Results) if field.name not in ("warnings", "provenance")]


def read_results(*, warnings: Sequence[Path], provenance: Path, **tables: Path) -> Results:
    """Read the tables.

    Parameters
    ----------
    warnings
        The stages' ``warnings.csv``, in the order of the stages.
    provenance
        results/provenance.json.
    tables
        The other fields of `Results` (`TABLES`), each the table's path.
    """
    return Results(
        warnings=[row for path in warnings for row in read_rows(path)],
        provenance=json.loads(provenance.read_text(encoding="utf-8")),
        **{name: list(read_rows(path)) for name, path in tables.items()},
    )


def labels_for(
    area: str,
    results: Results,
    study: dict[str, Any],
    software: dict[str, dict[str, str]],
    language: str,
) -> tuple[Labels, Labels]:
    """Return the words of an area and those of the figures.

    Parameters
    ----------
    area
        ``workbook`` or ``report``.
    results
        The run's tables; the level of its intervals is the one that it recorded.
    study
        ``synthetic`` of the configuration.
    software
        Software key to ``label``, ``product``, ``version``, ``tracer``.
    language
        ``ja`` or ``en``.
    """
    confidence = results.provenance["analysis"]["metrics"]["confidence"]
    shared = (language, software, study["synthetic"], confidence)
    return Labels(area, *shared), Labels("figures", *shared)


def overview(accuracy: list[Row], labels: Labels) -> list[Row]:
    """Return one row a software and metric: n, AUC, sensitivity, specificity as people read them.

    Parameters
    ----------
    accuracy
        Rows of results/metrics/accuracy.csv.
    labels
        Names and the order of the software.
    """
    rows = []
    for software in labels.software_keys:
        for metric in METRICS:
            found = {
                measure: find(accuracy, measure, software, metric)
                for measure in ("auc", "sensitivity", "specificity")
            }
            auc = found["auc"]
            rows.append(
                {
                    "software": labels.software(software),
                    "tracer": labels.tracer(software),
                    "metric": labels.word(metric),
                    "n": auc["n"] if auc else "",
                    "n_positive": auc["n_positive"] if auc else "",
                }
                | {measure: with_limits(row, labels) for measure, row in found.items()}
            )
    return rows


def flattened(record: Any, name: str = "") -> list[Row]:
    """Return a nested record as rows ``key`` (such as ``inputs.1.hmac``) and ``value``."""
    if isinstance(record, dict):
        parts = [(str(key), value) for key, value in record.items()]
    elif isinstance(record, list):
        parts = [(str(i), value) for i, value in enumerate(record, 1)]
    else:
        return [{"key": name, "value": "" if record is None else str(record)}]
    return [
        row for key, value in parts for row in flattened(value, f"{name}.{key}" if name else key)
    ]
