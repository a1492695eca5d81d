"""Check the margins of the 2x2 table and the plausibility of each case (R3, R4)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.choice import FINDINGS, warn_level
from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# so many equal counts of metastases are no chance
TELLING_CASES = 5
# requirements.md, "Bounds for validation": a DICOM header's value gets a warning but is never
# changed
BOUNDS = {"age": (0, 120), "height": (50, 220), "weight": (10, 200)}


def check_cases(
    cases: Path,
    reference: Path,
    targets: dict[str, int],
    balance: Path,
    warnings: Path,
    readings: Iterable[Path] = (),
    has_readers: bool = True,
) -> None:
    """Write the two margins and the four cells, and a warning for each shortfall and unusual case.

    Parameters
    ----------
    targets
        Planned cases of each tracer (R3), with_findings and without_findings (R4). The cells have
        no quota. A shortfall is a warning with numbers, never a failure.
    balance, warnings
        Tables to write (docs/en/tables.md).
    readings
        results/readings/{reader}.csv. Two readers who agree in all of many cases are reported.
    has_readers
        Whether the study has readers. Without them findings are unknown and not counted.
    """
    listed = list(read_rows(cases))
    findings = {
        row["code"]: "with_findings" if row["metastasis"] == "1" else "without_findings"
        for row in read_rows(reference)
        if row["metastasis"]
    }
    tracers = Counter(row["tracer"] for row in listed)
    levels = Counter(findings[row["code"]] for row in listed if row["code"] in findings)
    cells = Counter((r["tracer"], findings[r["code"]]) for r in listed if r["code"] in findings)
    rows: list[dict[str, object]] = []
    for level, target in targets.items():
        if level in FINDINGS and not has_readers:
            continue
        margin, counted = ("findings", levels) if level in FINDINGS else ("tracer", tracers)
        rows.append({"margin": margin, "level": level, "target": target, "n": counted[level]})
    nobody = [warning("source.cases", "R12", Phrase("case.nobody"))]
    short = [
        warn_level(
            f"source.{row['margin']}",
            str(row["level"]),
            Phrase("group.shortfall", {"target": row["target"], "n": row["n"]}),
        )
        for row in rows
        if int(str(row["n"])) < int(str(row["target"]))
    ]
    rows += [
        {"margin": "cell", "level": f"{tracer} x {level}", "n": cells[tracer, level]}
        for tracer in targets
        if tracer not in FINDINGS and has_readers
        for level in FINDINGS
    ]
    write_rows(balance, columns("balance"), rows)
    odd = [
        warning("source.cases", rule, phrase, {"code": row["code"]})
        for row in listed
        for rule, phrase in _odd(row)
    ]
    write_warnings(warnings, [*([] if listed else nobody), *short, *odd, *_same_readings(readings)])


def _same_readings(paths: Iterable[Path]) -> Iterator[dict[str, str]]:
    """Yield a warning for two readers for whom the same report may have been given (R10)."""
    reports: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in paths:
        for row in read_rows(path):
            values = tuple(row[name] for name in ("metastasis", "n_metastases", "eod"))
            reports.setdefault(row["reader"], {})[row["code"]] = values
    for (one, first), (other, second) in combinations(sorted(reports.items()), 2):
        many = sum(count not in ("", "0") for _, count, _ in first.values())
        if many >= TELLING_CASES and first == second:
            said = {"reader": one, "other": other, "n": many}
            yield warning(one, "R10", Phrase("same_readings", said))


def _odd(row: dict[str, str]) -> Iterator[tuple[str, Phrase]]:
    if row["views"] in ("anterior", "posterior"):
        yield "R26", Phrase("case.one_view", {"views": row["views"]})
    values = {"age": row["age"], "height": row["height_cm"], "weight": row["weight_kg"]}
    for name, (low, high) in BOUNDS.items():
        if values[name] and not low <= float(values[name]) <= high:
            yield "R26", Phrase(f"case.{name}_bounds")
    if not row["age"]:
        yield "R25", Phrase("case.no_age")  # the partner's sheet requires it
    elif float(row["age"]) >= 90:
        yield "R24", Phrase("case.old")
    elif float(row["age"]) < 20:
        yield "R13", Phrase("case.minor")
    if row["study_date"] and date.fromisoformat(row["study_date"]).weekday() >= 5:
        yield "R2", Phrase("case.weekend")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        check_cases(
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            targets=snakemake.params.targets,
            balance=Path(snakemake.output.balance),
            warnings=Path(snakemake.output.warnings),
            readings=[Path(path) for path in snakemake.input.readings],
            has_readers=snakemake.params.has_readers,
        )
