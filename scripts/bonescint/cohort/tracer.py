"""The tracer of an exam, by the headers and the site's calendar (R6, R7)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.text.dates import header_date


def decide_tracer(rows: Iterable[Mapping[str, str]], calendar: Mapping[date, str]) -> str:
    """Return the tracer of one exam: one of the study, other, unknown or conflict, no default.

    `bonescint.dicom.tracer` has found the tracer of each header. If the headers agree, they decide.
    If they are silent or contradict each other, the site's calendar decides. If they agree on
    another tracer than the calendar, this is a conflict.
    """
    rows = list(rows)
    found = {row["tracer"] for row in rows} - {"unknown"}
    exam = header_date(rows[0]["study_date"])
    listed = calendar.get(exam) if exam else None
    if len(found) == 1 and "conflict" not in found:
        (tracer,) = found
        return tracer if listed in (None, tracer) else "conflict"
    return listed or ("conflict" if found else "unknown")


def off_weeks(
    rows: Iterable[Mapping[str, str]], tracers: Sequence[str] = BONE_TRACERS
) -> list[tuple[str, str, int]]:
    """Return (ISO week, tracer, exams) of weeks that break the alternation of two tracers (R7).

    The parity of the weeks of most exams of a tracer is taken as the rule, because the notice gives
    none.

    Parameters
    ----------
    rows
        The cohort's instances, tracer decided.
    tracers
        The tracers of the study. One tracer, or more than two, do not alternate.
    """
    if len(tracers) != 2:
        return []
    one, other = tracers
    exams = {(r["subject"], header_date(r["study_date"]), r["tracer"]) for r in rows}
    weeks: Counter[tuple[str, int, str]] = Counter()
    agree = 0
    for _, day, tracer in exams:
        year, week, _ = (day or date.min).isocalendar()
        weeks[f"{year}-W{week:02d}", week % 2, tracer] += 1
        agree += 1 if (week % 2 == 1) == (tracer == one) else -1
    of_parity = {1: one, 0: other} if agree >= 0 else {1: other, 0: one}
    return sorted((w, t, n) for (w, parity, t), n in weeks.items() if t != of_parity[parity])
