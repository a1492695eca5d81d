"""Continue the flow from files found to cases analysed, with counts that add up."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.choice import CHOSEN
from bonescint.declared import columns, replaced
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def summarise_flow(
    flow: Path,
    anonymization: list[Path],
    reference: Path,
    software: dict[str, Path],
    table: Path,
    selection: Path | None = None,
    tracers: Sequence[str] = BONE_TRACERS,
    has_readers: bool = True,
) -> None:
    """Write the flow of select_cohort and the steps after it.

    Parameters
    ----------
    anonymization
        results/anonymization/*.csv: how many images were coded or refused. The analysis does not
        depend on them, because the software read the originals. The delivery does.
    reference
        results/reference.csv: cases with a reference standard.
    software
        Key -> results/software/{key}.csv. The step ``analysed:key`` counts the analysed cases among
        the referenced cases of its tracer.
    selection
        results/cohort/selection.csv, whose choice is then a step; None where no cases are chosen.
    tracers
        The study's tracers. Each has a column.
    has_readers
        Whether the study has readers. Without them no case has a reference standard, and all coded
        cases are analysed.
    """
    steps: list[Mapping[str, object]] = [*read_rows(flow)]
    images = [row for path in anonymization for row in read_rows(path)]
    coded = {row["code"] for row in images if row["status"] == "written"}
    reasons = Counter(row["reason"] for row in images if row["status"] != "written")
    for reason, n in sorted(reasons.items()):
        # a case is lost only if none of its images was written
        lost = [r for r in images if r["reason"] == reason and r["code"] not in coded]
        steps.append({"files": n} | _line("anonymized", "out", reason, lost))
    kept = [row for row in images if row["status"] == "written"]
    steps.append({"files": len(kept)} | _line("anonymized", "in", "", kept))
    if selection:
        steps += _choice(list(read_rows(selection)))
    cases = list(read_rows(reference))
    if has_readers:
        steps += _split("referenced", cases, "decided")
    among = {row["code"] for row in cases if not has_readers or row["status"] == "decided"}
    for key, path in software.items():
        rows = [row for row in read_rows(path) if row["code"] in among]
        steps += _split(f"analysed:{key}", rows, "analysed")
    header = replaced(columns("flow"), BONE_TRACERS, tracers)
    nobody = {**dict.fromkeys(header), **dict.fromkeys(tracers, 0)}
    write_rows(table, header, ({n: row.get(n, nobody[n]) for n in header} for row in steps))


def _choice(rows: list[dict[str, str]]) -> Iterator[dict[str, object]]:
    others = [row for row in rows if row["state"] != CHOSEN]
    for reason in sorted({row["reason"] or row["state"] for row in others}):
        of_reason = [row for row in others if (row["reason"] or row["state"]) == reason]
        yield _line(CHOSEN, "out", reason, of_reason)
    yield _line(CHOSEN, "in", "", [row for row in rows if row["state"] == CHOSEN])


def _split(step: str, rows: list[dict[str, str]], wanted: str) -> Iterator[dict[str, object]]:
    for status in sorted({row["status"] for row in rows} - {wanted}):
        yield _line(step, "out", status, [row for row in rows if row["status"] == status])
    yield _line(step, "in", "", [row for row in rows if row["status"] == wanted])


def _line(step: str, kind: str, reason: str, rows: list[dict[str, str]]) -> dict[str, object]:
    tracer = {row["code"]: row["tracer"] for row in rows}
    arms = Counter(tracer.values())
    return {
        "step": step,
        "kind": kind,
        "reason": reason,
        "patients": len(tracer),
    } | arms


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        summarise_flow(
            flow=Path(snakemake.input.flow),
            anonymization=[Path(p) for p in snakemake.input.anonymization],
            reference=Path(snakemake.input.reference),
            selection=Path(path) if (path := snakemake.input.get("selection")) else None,
            software=dict(
                zip(snakemake.params.software, map(Path, snakemake.input.software), strict=True)
            ),
            table=Path(snakemake.output.table),
            tracers=snakemake.params.tracers,
            has_readers=snakemake.params.has_readers,
        )
