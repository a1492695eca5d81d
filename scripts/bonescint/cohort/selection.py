"""Who is in the study: one reason for every file that is not, counts that add up (R1, R2, R5)."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

Row = dict[str, str]

# patient first, then what the file is, then the exam; the first that applies is the reason
REASONS = (
    "no_patient_id",
    "not_participant",
    "sex",
    "other_modality",
    "non_image",
    "secondary_capture",
    "spect",
    "static",
    "dynamic",
    "early",
    "phase_unclear",
    "views_unclear",
    "no_exam_date",
    "outside_window",
    "tracer_other",
    "tracer_unknown",
    "tracer_conflict",
    "duplicate",
    "conflict",
    "later_exam",
)


def parse_da(value: str) -> date | None:
    """Return a DICOM DA value as a date, None if it is not one."""
    digits = value.strip().replace(".", "")  # 2019.06.01 is ACR-NEMA's spelling
    try:
        return date.fromisoformat(digits) if len(digits) == 8 and digits.isdigit() else None
    except ValueError:
        return None


def exclusion(row: Row, participants: Iterable[str], settings: Mapping[str, object]) -> str | None:
    """Return why one instance is out by its own header, None if it is not.

    Parameters
    ----------
    row
        A row of private/consented.csv.
    participants
        Subjects of the preceding study (R5).
    settings
        The configuration's `cohort`.
    """
    if not row["subject"]:
        return "no_patient_id"
    if row["subject"] not in participants:
        return "not_participant"  # R5
    if settings["sex"] != "any" and row["patient_sex"].strip().upper() != settings["sex"]:
        return "sex"  # R1
    if row["kind"] == "secondary_capture":
        # a whole-body scan may come wrapped so; whether it is one, its image type tells
        if settings["secondary_capture"] != "keep" or row["modality"] != "NM":
            return "secondary_capture"
    elif row["kind"] != "whole_body":
        return row["kind"]
    if row["phase"] != "delayed":
        return "early" if row["phase"] == "early" else "phase_unclear"
    if not row["views"] and settings["unknown_view"] != "keep":
        return "views_unclear"
    exam = parse_da(row["study_date"])
    if exam is None:
        return "no_exam_date"
    if not str(settings["exam_from"]) <= exam.isoformat() <= str(settings["exam_to"]):
        return "outside_window"  # R2
    return None


def decide_tracer(rows: Iterable[Row], calendar: Mapping[date, str]) -> str:
    """Return the tracer of one exam: MDP, HMDP, other, unknown or conflict, never a default.

    The headers decide where they are of one mind; the site's calendar decides where they are silent
    or contradict each other; headers against calendar is a conflict.

    Parameters
    ----------
    rows
        The exam's instances.
    calendar
        Exam date -> tracer, as the site listed it.
    """
    rows = list(rows)
    found = {row["tracer"] for row in rows} - {"unknown"}
    exam = parse_da(rows[0]["study_date"])
    listed = calendar.get(exam) if exam else None
    if len(found) == 1 and "conflict" not in found:
        (tracer,) = found
        return tracer if listed in (None, tracer) else "conflict"
    return listed or ("conflict" if found else "unknown")


def decide(
    rows: Iterable[Row],
    participants: Iterable[str],
    calendar: Mapping[date, str],
    settings: Mapping[str, object],
    dicom: Path,
    released: frozenset[str] = frozenset(),
) -> Iterator[tuple[Row, str | None]]:
    """Yield every consented instance with its reason of exclusion, or None and its tracer decided.

    Parameters
    ----------
    rows
        Rows of private/consented.csv.
    participants, calendar, settings
        See `exclusion` and `decide_tracer`.
    dicom
        The raw folder: only instances that share a SOP Instance UID are read, to tell a copy from
        a conflict.
    released
        Hashes of source files that a person chose where contents conflict.

    Yields
    ------
    tuple
        The row, of a conflict with ``sha256``, which a decision needs; and the reason, if any.
    """
    by_subject: dict[str, list[Row]] = defaultdict(list)
    candidates: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        reason = exclusion(row, participants, settings)
        if reason:
            yield row, reason
        else:
            candidates[row["study_instance_uid"]].append(row)
    for exam in candidates.values():
        tracer = decide_tracer(exam, calendar)
        for row in exam:
            if tracer in ("MDP", "HMDP"):
                by_subject[row["subject"]].append(row | {"tracer": tracer})
            else:
                yield row, f"tracer_{tracer}"
    kept = [row for rows in by_subject.values() for row in rows]
    clashes = _clashes(kept, dicom, released)
    remaining: dict[str, list[Row]] = defaultdict(list)
    for row in kept:
        if clash := clashes.get(row["path"]):
            reason, digest = clash
            yield row | {"sha256": digest}, reason
        else:
            remaining[row["subject"]].append(row)
    for exams in remaining.values():
        # one case a woman: her first exam in the window
        first = min((row["study_date"], row["study_instance_uid"]) for row in exams)
        for row in exams:
            same = (row["study_date"], row["study_instance_uid"]) == first
            yield row, None if same else "later_exam"


def _clashes(rows: list[Row], dicom: Path, released: frozenset[str]) -> dict[str, tuple[str, str]]:
    """Return path -> reason and hash of what is out for sharing its SOP Instance UID."""
    by_uid: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_uid[row["sop_instance_uid"]].append(row["path"])
    clashes: dict[str, tuple[str, str]] = {}
    for paths in by_uid.values():
        if len(paths) < 2:
            continue
        contents: dict[str, list[str]] = defaultdict(list)
        for path in sorted(paths):
            with (dicom / path).open("rb") as stream:
                contents[hashlib.file_digest(stream, "sha256").hexdigest()].append(path)
        chosen = contents.keys() & released
        for digest, copies in contents.items():
            if len(contents) == 1 or chosen == {digest}:
                clashes |= dict.fromkeys(copies[1:], ("duplicate", digest))
            else:
                clashes |= dict.fromkeys(copies, ("conflict", digest))
    return clashes


def flow(
    counts: Mapping[str, int],
    unreadable: Mapping[str, int],
    decided: Iterable[tuple[Row, str | None]],
) -> list[dict[str, object]]:
    """Return the rows of results/cohort/flow.csv.

    A patient leaves with the reason that comes last among those of her files, for the others did
    not end her way: with an early image and a scan outside the window she is outside the window.

    Parameters
    ----------
    counts
        The one row of results/cohort/opt_out.csv.
    unreadable
        Reason -> files.
    decided
        What `decide` yielded.
    """
    files: Counter[str] = Counter()
    last: dict[str, int] = {}
    tracer: dict[str, str] = {}
    cohort = len(REASONS)
    for row, reason in decided:
        files[reason or "cohort"] += 1
        if not row["subject"]:
            continue  # a file without a patient is no patient
        order = REASONS.index(reason) if reason else cohort
        last[row["subject"]] = max(order, last.get(row["subject"], 0))
        if row["tracer"] in ("MDP", "HMDP"):
            tracer.setdefault(row["subject"], row["tracer"])
    patients: Counter[int] = Counter(last.values())
    arms = Counter((order, tracer.get(subject)) for subject, order in last.items())

    def line(step: str, kind: str, reason: str, key: str, order: int) -> dict[str, object]:
        return {
            "step": step,
            "kind": kind,
            "reason": reason,
            "files": files[key],
            "patients": patients[order],
            "MDP": arms[order, "MDP"],
            "HMDP": arms[order, "HMDP"],
        }

    out: list[dict[str, object]] = [{"step": "found", "kind": "in", "files": counts["files_found"]}]
    out += [
        {"step": "found", "kind": "out", "reason": reason, "files": n}
        for reason, n in sorted(unreadable.items())
    ]
    out.append(
        {
            "step": "readable",
            "kind": "in",
            "files": counts["files_indexed"],
            "patients": counts["patients_indexed"],
        }
    )
    out.append(
        {
            "step": "readable",
            "kind": "out",
            "reason": "opt_out",
            "files": counts["files_opted_out"],
            "patients": counts["patients_opted_out"],
        }
    )
    out.append(
        {
            "step": "consented",
            "kind": "in",
            "files": sum(files.values()),
            "patients": sum(patients.values()),
        }
    )
    out += [
        line("consented", "out", reason, reason, order)
        for order, reason in enumerate(REASONS)
        if files[reason]
    ]
    out.append(line("cohort", "in", "", "cohort", cohort))
    return out


def off_weeks(rows: Iterable[Row]) -> list[tuple[str, str, int]]:
    """Return (ISO week, tracer, exams) of weeks that break the alternation of the tracers (R7).

    The parity that most exams of a tracer have is taken as the rule: the notice gives none.

    Parameters
    ----------
    rows
        The cohort's instances, tracer decided.
    """
    exams = {(r["subject"], r["study_date"], r["tracer"]) for r in rows}
    weeks: Counter[tuple[str, int, str]] = Counter()
    agree = 0
    for _, day, tracer in exams:
        year, week, _ = (parse_da(day) or date.min).isocalendar()
        weeks[f"{year}-W{week:02d}", week % 2, tracer] += 1
        agree += 1 if (week % 2 == 1) == (tracer == "MDP") else -1
    of_parity = {1: "MDP", 0: "HMDP"} if agree >= 0 else {1: "HMDP", 0: "MDP"}
    return sorted((w, t, n) for (w, parity, t), n in weeks.items() if t != of_parity[parity])
