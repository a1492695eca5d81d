"""Choose the study's instances and count everybody who is left out, and why (R1-R7)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.cohort import selection
from bonescint.cohort.flow import flow_rows
from bonescint.cohort.tracer import off_weeks
from bonescint.declared import columns, replaced
from bonescint.deid.decisions import read_decisions, redactions, released_images
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.tables.lists import (
    ExamChoice,
    read_exam_dates,
    read_participants,
    read_tracer_calendar,
)
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# reasons that come from a header -> column with the evidence; other reasons come from other columns
# or lists
_EVIDENCE = {
    **dict.fromkeys(
        ("other_modality", "non_image", "secondary_capture", "spect", "static", "dynamic"), "kind"
    ),
    **dict.fromkeys(("early", "phase_unclear"), "phase"),
    "views_unclear": "views",
    **dict.fromkeys(("tracer_other", "tracer_unknown", "tracer_conflict"), "tracer"),
}


def select_cohort(
    consented: Path,
    unreadable: Path,
    counts: Path,
    dicom: Path,
    participants: Path | None,
    calendar: Path | None,
    exam_dates: Path | None,
    settings: dict[str, Any],
    preceding_study: str,
    language: str,
    decisions: Path,
    cohort: Path,
    excluded: Path,
    flow: Path,
    warnings: Path,
    layouts: Mapping[str, Mapping[str, Any]] | None = None,
    reviewers: int = 1,
    tracers: Sequence[str] = BONE_TRACERS,
) -> None:
    """Write the cohort, the excluded files with one reason each, and the flow counts.

    Parameters
    ----------
    consented, unreadable, counts
        What `filter_opt_out` and `index_dicom` wrote.
    dicom
        The raw folder.
    participants, calendar, exam_dates, layouts
        The hospital's lists, and how each is read, by its key in `inputs`. There are no
        participants without a preceding study, no calendar if headers name the tracer, and no dates
        if each patient's first exam is taken.
    settings, preceding_study, language, tracers
        Of the configuration.
    decisions, reviewers
        The human decisions about conflicting files, which may not exist; how many must agree.
    cohort, excluded, flow, warnings
        Tables to write (docs/en/tables.md).
    """
    odd: list[dict[str, str]] = []
    how = layouts or {}
    listed = None
    if participants:
        layout = how.get("participants")
        listed = read_participants(participants, preceding_study, language, odd, layout)
    chosen: dict[str, ExamChoice] = {}
    if exam_dates:
        window = settings["exam_from"], settings["exam_to"]
        days = selection.exam_days(read_rows(consented), listed)
        chosen = read_exam_dates(exam_dates, window, language, odd, days, how.get("exam_dates"))
    dated: Mapping[date, str] = {}
    if calendar:
        dated = read_tracer_calendar(calendar, language, odd, how.get("tracer_calendar"), tracers)
    found = read_decisions(decisions, reviewers) if decisions.exists() else []
    decided = list(
        selection.decide(
            read_rows(consented),
            listed,
            dated,
            settings,
            dicom,
            # a person who redacts a file has thereby chosen it
            released_images(found) | redactions(found).keys(),
            {subject: choice.day for subject, choice in chosen.items()},
            tracers,
        )
    )
    decided.sort(key=lambda pair: pair[0]["path"])
    included = [row for row, reason in decided if reason is None]
    rows = ({key: row[key] for key in columns("cohort")} for row in included)
    write_rows(cohort, columns("cohort"), rows)
    out = (_excluded(row, reason) for row, reason in decided if reason)
    write_rows(excluded, columns("excluded"), out)
    (total,) = read_rows(counts)
    reasons = Counter(row["reason"] for row in read_rows(unreadable))
    steps = flow_rows({k: int(v) for k, v in total.items()}, reasons, decided, tracers)
    write_rows(flow, replaced(columns("flow"), BONE_TRACERS, tracers), steps)
    if exam_dates:
        odd += _unusable(exam_dates.name, chosen, {row["subject"] for row in included})
    write_warnings(warnings, odd + _off_weeks(included, tracers))


def _off_weeks(included: Iterable[dict[str, str]], tracers: Sequence[str]) -> list[dict[str, str]]:
    """Return a warning for each week with exams of the other tracer (R7)."""
    return [
        warning(
            "source.tracer_weeks",
            "R7",
            Phrase("tracer.off_week", {"tracer": tracer, "n": n}),
            {"week": week},
        )
        for week, tracer, n in off_weeks(included, tracers)
    ]


def _unusable(
    file: str, chosen: Mapping[str, ExamChoice], included: Set[str]
) -> list[dict[str, str]]:
    """Return a warning for each chosen exam that cannot be used, by its row in the list."""
    rows = [choice.row for subject, choice in chosen.items() if subject not in included]
    return [warning(file, "R2", Phrase("exam_dates.unusable"), {"entry": row}) for row in rows]


def _excluded(row: dict[str, str], reason: str) -> dict[str, str | None]:
    found = {key: row.get(key) for key in columns("excluded")} | {"reason": reason}
    if reason in _EVIDENCE:
        found["evidence"] = row[f"{_EVIDENCE[reason]}_evidence"]
    return found


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        select_cohort(
            consented=Path(snakemake.input.consented),
            unreadable=Path(snakemake.input.unreadable),
            counts=Path(snakemake.input.counts),
            dicom=Path(snakemake.params.dicom),
            participants=Path(listed) if (listed := snakemake.params.participants) else None,
            calendar=Path(calendar) if (calendar := snakemake.params.calendar) else None,
            exam_dates=Path(listed) if (listed := snakemake.params.exam_dates) else None,
            settings=snakemake.params.cohort,
            preceding_study=snakemake.params.preceding_study,
            language=snakemake.params.language,
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
            cohort=Path(snakemake.output.cohort),
            excluded=Path(snakemake.output.excluded),
            flow=Path(snakemake.output.flow),
            warnings=Path(snakemake.output.warnings),
            layouts=snakemake.params.layouts,
            tracers=snakemake.params.tracers,
        )
