"""The flow of participants: how many files and patients leave at each step, and why (R5)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bonescint.cohort.selection import REASONS
from bonescint.declared import columns
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.files import Row

_COHORT = "cohort"


def flow_rows(
    counts: Mapping[str, int],
    unreadable: Mapping[str, int],
    decided: Iterable[tuple[Row, str | None]],
    tracers: Sequence[str] = BONE_TRACERS,
) -> list[dict[str, object]]:
    """Return the rows of results/cohort/flow.csv.

    A patient leaves with the last reason among those of the patient's files, because a file was
    still left after the earlier reasons. Example: a patient with an early image and a scan outside
    the window is counted as outside the window.

    Parameters
    ----------
    counts
        The one row of results/cohort/opt_out.csv.
    unreadable
        Reason -> files.
    decided
        What `bonescint.cohort.selection.decide` yielded.
    tracers
        The tracers of the study; each has a column.
    """
    files, ends = _tally(decided, tracers)
    patients = Counter(end for end, _ in ends.values())
    arms = Counter(ends.values())

    def ended(step: str, kind: str, reason: str) -> dict[str, object]:
        end = reason or _COHORT
        row = _row(step, kind, reason, files[end], patients[end])
        return row | {tracer: arms[end, tracer] for tracer in tracers}

    in_doubt = counts.get("files_in_doubt", 0), counts.get("patients_in_doubt", 0)
    return [
        _row("found", "in", "", counts["files_found"]),
        *(_row("found", "out", reason, n) for reason, n in sorted(unreadable.items())),
        _row("readable", "in", "", counts["files_indexed"], counts["patients_indexed"]),
        _row("readable", "out", "opt_out", counts["files_opted_out"], counts["patients_opted_out"]),
        *([_row("readable", "out", "opt_out_doubt", *in_doubt)] if any(in_doubt) else ()),
        _row("consented", "in", "", files.total(), len(ends)),
        *(ended("consented", "out", reason) for reason in REASONS if files[reason]),
        ended("cohort", "in", ""),
    ]


def _tally(
    decided: Iterable[tuple[Row, str | None]], tracers: Sequence[str]
) -> tuple[Counter[str], dict[str, tuple[str, str]]]:
    """Return reason -> files, and patient -> (reason, tracer), `_COHORT` if the patient stays."""
    order = {end: n for n, end in enumerate([*REASONS, _COHORT])}
    files: Counter[str] = Counter()
    last: dict[str, str] = {}
    tracer: dict[str, str] = {}
    for row, reason in decided:
        end = reason or _COHORT
        files[end] += 1
        subject = row["subject"]
        if not subject:
            continue  # a file without a patient ID does not count as a patient
        last[subject] = max(end, last.get(subject, end), key=order.__getitem__)
        if row["tracer"] in tracers:
            tracer.setdefault(subject, row["tracer"])
    return files, {subject: (end, tracer.get(subject, "")) for subject, end in last.items()}


def tracers_of(flow: Iterable[Row]) -> list[str]:
    """Return the tracers that flow.csv counts, in order; without rows those of a bone scan."""
    others = set(columns("flow")).difference(BONE_TRACERS)
    first = next(iter(flow), dict.fromkeys(columns("flow"), ""))
    return [name for name in first if name not in others]


def _row(
    step: str, kind: str, reason: str, files: int, patients: int | None = None
) -> dict[str, object]:
    row = {"step": step, "kind": kind, "reason": reason, "files": files}
    return row if patients is None else row | {"patients": patients}
