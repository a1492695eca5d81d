"""All coded tables of a run, read once for the workbook and the report."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bonescint.cohort.choice import not_chosen
from bonescint.files import Row, read_rows
from bonescint.made import sha256_of
from bonescint.outputs.data import first_cutoffs
from bonescint.outputs.estimates import noted, performance, with_limits
from bonescint.outputs.labels import Labels
from bonescint.questions import known, why_unanswered
from bonescint.resources import Texts
from bonescint.stats.questions import COUNT_FAILURES, counts_failures
from bonescint.tables.sheets import ShownColumn, ShownTable
from bonescint.warnings import read_phrases

_INTERVAL = ("estimate", "ci_low", "ci_high")


@dataclass(frozen=True)
class Results:
    """The rows of the tables of results/ (docs/en/tables.md), and more about the run.

    `metrics` holds a table for each configured question, in the order of
    `bonescint.questions.known`. `warnings` joins the warnings of all stages. `figures` are the
    files of results/figures. `provenance` is the record with the tables' hashes. `unanswered` maps
    each question without an answer to what the study lacks for it. `failed_calls` has the calls by
    metastasis, where there are readers.
    """

    flow: list[Row]
    cases: list[Row]
    reference: list[Row]
    metrics: dict[str, list[Row]]
    balance: list[Row]
    tag_table: list[Row]
    instances: list[Row]
    rule_counts: list[Row]
    unlisted: list[Row]
    anonymity: list[Row]
    warnings: list[Row]
    figures: list[Path]
    provenance: dict[str, Any]
    unanswered: Mapping[str, list[str]] = field(default_factory=dict)
    failed_calls: list[Row] = field(default_factory=list)


def read_results(
    inputs: Mapping[str, Any], unanswered: Mapping[str, list[str]] | None = None
) -> Results:
    """Read the inputs of a rule.

    Parameters
    ----------
    inputs
        The path of each table under its name: the fields of `Results`, the configured questions
        and ``provenance``. ``warnings`` and ``figures`` are sequences of paths in the order in
        which they are shown. Where cases are chosen, there is also ``selection``: what the imports
        say about cases that are not chosen stays in the imports' own tables.
    """
    others = not_chosen(Path(inputs["selection"])) if inputs.get("selection") else set()
    apart = ("metrics", "warnings", "figures", "provenance", "unanswered", "failed_calls")
    tables = [one.name for one in fields(Results) if one.name not in apart]
    questions = [name for name in known() if name in inputs]
    of_tables = [inputs[name] for name in (*tables, *questions)]
    return Results(
        metrics={name: list(read_rows(inputs[name])) for name in questions},
        warnings=[
            row
            for path in inputs["warnings"]
            for row in read_rows(path)
            if read_phrases(row["where"]).get("code") not in others
        ],
        figures=[Path(path) for path in inputs["figures"]],
        unanswered=unanswered or {},
        failed_calls=list(read_rows(inputs["failed_calls"])) if "failed_calls" in inputs else [],
        provenance=json.loads(Path(inputs["provenance"]).read_text(encoding="utf-8"))
        | {"tables_sha256": {Path(path).name: sha256_of(Path(path)) for path in of_tables}},
        **{name: list(read_rows(inputs[name])) for name in tables},
    )


def labels_for(
    texts: Texts,
    results: Results,
    study: dict[str, Any],
    software: dict[str, dict[str, str]],
    words: Mapping[str, str] | None = None,
    there: Collection[str] | None = None,
    kind: type[Labels] = Labels,
) -> Labels:
    """Return the words of the workbook or the report.

    Parameters
    ----------
    results
        The run's tables. The level of the intervals and the protocol are taken from its record.
    software
        Software key to ``label``, ``product``, ``version``, ``tracer``.
    words, there
        The names of the study's exam and patients, and what the study has; see `Labels`.
    kind
        `Labels`, or the class that remembers where each number comes from.
    """
    settings = results.provenance["analysis"]["metrics"]
    about = (settings["confidence"], settings.get("protocol"), settings.get("values"))
    families = settings.get("families")
    return kind(texts, software, study["synthetic"], *about, words, there, families)


def overview(results: Results, labels: Labels) -> list[Row]:
    """Return a row for each software and metric: n, AUC, sensitivity, specificity as printed.

    Each of the three also has its numbers: ``auc_estimate`` (in words where there is none),
    ``auc_ci_low``, ``auc_ci_high``.

    Versions of one product are shown over the same cases (`performance`). Each row also has how
    many of the cases that the software was given failed. The first cut-off of a metric is shown.
    """
    cutoffs = first_cutoffs(results.provenance["analysis"]["metrics"]["cutoffs"])
    accuracy, at_cutoffs = (results.metrics.get(key, []) for key in ("accuracy", "cutoffs"))
    said, at = {"auc", *cutoffs}, labels.at
    failed = {
        row["subject"]: noted(row).get("count", "")
        for row in results.metrics.get("failures", [])
        if row["measure"] == "segmentation_failed"
    }
    rows = []
    for software in labels.software_keys:
        for metric in labels.metrics(software):
            found = performance(accuracy, at_cutoffs, software, metric, cutoffs)
            auc = found["auc"]
            one = {
                "software": labels.software(software),
                "tracer": labels.tracer(software),
                "metric": labels.word(metric),
                "cutoff": at(metric, cutoffs[metric], "at_cutoff") if metric in cutoffs else "",
                "n": auc["n"] if auc else "",
                "n_positive": auc["n_positive"] if auc else "",
                "failed": failed.get(software, ""),
            }
            for measure, row in found.items():
                # without a cut-off the cell stays empty
                shown = with_limits(row, labels) if {measure, metric} & said else ""
                numbers = {p: row[p] if row and shown else "" for p in _INTERVAL}
                one |= {measure: shown} | {f"{measure}_{p}": v for p, v in numbers.items()}
                one[f"{measure}_estimate"] = numbers["estimate"] or shown
            rows.append(one)
    return rows


def smallest_group(performance: list[Row]) -> tuple[int, int] | None:
    """Return of `overview` the smallest group, with and without metastasis, None if unknown."""
    counted = [row for row in performance if row["n"] and row["n_positive"]]
    groups = [(int(row["n_positive"]), int(row["n"]) - int(row["n_positive"])) for row in counted]
    return min(groups, key=sum) if groups else None


def purposes(key: str, rows: list[Row], labels: Labels) -> list[Row]:
    """Return what a question's numbers are for: ``measure`` in words and ``purpose``, each once.

    Numbers that other questions made, as in the list of tests, have the purposes of those
    questions.
    """
    own = dict.fromkeys(row["measure"] for row in rows if row["question"] == key)
    said = ((labels.word(measure), labels.purpose(measure, key)) for measure in own)
    return [{"measure": measure, "purpose": purpose} for measure, purpose in said if purpose]


def calls_by_metastasis(results: Results, labels: Labels) -> ShownTable:
    """Return the 3 x 2 tables of calls by metastasis, a row for each software and cut-off."""
    words = labels.word
    columns = [ShownColumn(key, labels.heading(key)) for key in ("software", "metric")]
    columns += [
        ShownColumn(
            f"{truth}_{call}", f"{words(f'calls_{truth}')}: {words(f'calls_{call}')}", "count"
        )
        for truth in ("metastasis", "no_metastasis")
        for call in ("positive", "negative", "failed")
    ]
    rows: dict[tuple[str, ...], Row] = {}
    for cell in results.failed_calls:
        software, metric, cutoff = (cell[name] for name in ("software", "metric", "cutoff"))
        said = labels.at(metric, float(cutoff), "at_cutoff")
        start = {"software": labels.software(software), "metric": said}
        one = rows.setdefault((software, metric, cutoff), start)
        one |= {
            f"{name}_{cell['call']}": labels.mark(cell[name], cell, name)
            for name in ("metastasis", "no_metastasis")
        }
    return ShownTable(words("caption_calls"), columns, list(rows.values()))


def failures_in_primary(results: Results, labels: Labels) -> str:
    """Return how the primary hypothesis counts failed analyses; empty if it is not about calls."""
    settings = results.provenance["analysis"]["metrics"]
    if (settings.get("primary") or {}).get("question") not in COUNT_FAILURES:
        return ""
    key = "primary_as_wrong" if counts_failures(settings) else "primary_complete"
    return labels.shared(key)


def unanswered_in_words(results: Results, labels: Labels) -> list[str]:
    """Return a sentence for each question that the study cannot answer, with the reason."""
    return [
        labels(
            "unanswered_one",
            question=labels.question("title", key),
            why=why_unanswered(lacks, labels.language),
        )
        for key, lacks in results.unanswered.items()
    ]
