"""Code a folder of DICOM files outside the workflow, and account for every file below it."""

import os
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path
from sys import intern
from typing import NamedTuple

from bonescint.cohort.clashes import DUPLICATE, clashes
from bonescint.declared import columns
from bonescint.deid.batch import write_cases
from bonescint.deid.instance import Settings
from bonescint.deid.processes import interrupted_here_only, nobody_else_reads, short_turns
from bonescint.dicom.limits import Limits
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.dicom.tree import index_tree
from bonescint.errors import InputError
from bonescint.files import to_the_disk, write_rows
from bonescint.folders import files_below
from bonescint.identity.codes import new_code
from bonescint.identity.doubts import HeldBack, held_back, id_doubts
from bonescint.identity.people import connected, id_pairs, without_common
from bonescint.incidents import system_error
from bonescint.names.doubts import PersonalData, identity_doubts
from bonescint.names.ids import normalise
from bonescint.resources import Texts

REPORT = "report.csv"
_CHUNK = 8  # patients per task: while one file is written, the next is transformed
_AHEAD = 2  # tasks per worker in flight
_NOT_OPENED = {
    "symbolic link": "symbolic-link",
    "not a regular file": "special-file",
    "file name is not UTF-8": "file-name",
}
Progress = Callable[[str, int, int | None], None]


class Instance(NamedTuple):
    """The part of a readable file's row that stays in memory, with its number."""

    number: int
    path: str
    sop_instance_uid: str
    # equal values of many files share one string
    subject: str
    views: str
    tracer: str
    patient_id: str
    patient_name: str
    patient_birth_date: str


# columns of the batch's report, in the order of `Outcome`
_OF_LINE = (
    "status", "reason", "file", "code", "sha256", "derived_attributes", "unusable_attributes",
    "unlisted_attributes", "station_sha256",
)  # fmt: skip
_FILE = attrgetter("path", "sop_instance_uid")
Assignment = tuple[str, list[Instance]]  # a code, and a patient's files to be written under it


class Outcome(NamedTuple):
    """What became of one file: a row of the report without its path.

    The hash is that of the written file. For a source that a person's decision can release, or that
    shares its UID, it is that of the source. The keywords name attributes that other attributes
    settle, unreadable values, and values that the vocabulary does not list. The detail quotes
    nothing of the file.
    """

    status: str
    reason: str = ""
    destination: str = ""
    code: str = ""
    sha256: str = ""
    derived_attributes: str = ""
    unusable_attributes: str = ""
    unlisted_attributes: str = ""
    station_sha256: str = ""
    detail: str = ""


class Account(NamedTuple):
    """The end of a run.

    Parameters
    ----------
    counts
        Files by status and reason.
    doubts
        Doubts about identities.
    unmatched
        Patients who declined and have no file here (R12).
    held_back
        Patients who may be the same person as one who declined: the row of each in the report
        (0 = none), and the digest that a decision names.
    unlisted
        Number of files by keyword of an attribute with a value that the vocabulary does not list.
    stations
        Number of refused files by the digest of a Station Name that a decision can keep.
    """

    counts: Counter[tuple[str, str]]
    doubts: list[dict[str, str]]
    unmatched: int
    held_back: list[tuple[int, int, str]]
    unlisted: Counter[str]
    stations: Counter[str]


@dataclass(slots=True)
class _Index:
    """Result of the first pass: every path, its outcome so far, the readable files by patient."""

    paths: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    patients: dict[str, list[Instance]] = field(default_factory=dict)
    # (ID, other ID) pairs that a header gives to one person
    pairs: set[tuple[str, str]] = field(default_factory=set)
    headers: set[PersonalData] = field(default_factory=set)


def deidentify_folder(
    source: Path,
    destination: Path,
    settings: Settings,
    codes: Mapping[str, str] | None,
    declined: frozenset[str],
    jobs: int,
    language: str,
    progress: Progress,
    settled: Set[str] = frozenset(),
) -> Account:
    """Write ``<code>/<code>_<nn>.dcm`` for files that can be released, and last ``report.csv``.

    A folder without a report means that the run did not end.

    Parameters
    ----------
    source
        The report has every file below it, in the order of the paths.
    destination
        It must not exist, or it must be empty.
    codes
        Normalised patient ID -> code. A patient without a code is refused. None draws codes (R17).
    declined
        Normalised IDs of the patients whose data must not be used (R12).
    progress
        Called with the stage (``index``, ``code``), the files done, and their number if known.
    settled
        As for `bonescint.identity.doubts.held_back`.

    Raises
    ------
    InputError
        If source or destination cannot be used. Nothing has been written then.
    """
    _check_folders(source, destination, text := Texts("commands", language))
    with nobody_else_reads(), interrupted_here_only():
        destination.mkdir(parents=True, exist_ok=True)
        index = _read(source, jobs, settings.limits, progress)
        gone = connected(declined, index.pairs)
        held = _held_back(index, gone, settings, settled)
        left_out = {"": "no-patient-id"} | dict.fromkeys(held.subjects, "opt-out-doubt")
        left_out |= dict.fromkeys(gone, "opt-out")
        codes = _draw(index.patients.keys() - left_out.keys()) if codes is None else codes
        patients = _sort_out(index, left_out, codes, source, settings.chosen)
        _code_all(index, patients, (source, destination, settings), jobs, progress)
        _write_report(index, destination)
    return Account(
        counts=Counter((of.status, of.reason) for of in index.outcomes),
        doubts=identity_doubts(_identities(index, left_out, codes, text), language),
        unmatched=sum(connected([s], index.pairs).isdisjoint(index.patients) for s in declined),
        held_back=[
            (_row_of(index, doubt.subject), _row_of(index, doubt.declined), digest)
            for digest, doubt in held.doubts.items()
        ],
        unlisted=Counter(key for of in index.outcomes for key in of.unlisted_attributes.split()),
        stations=Counter(of.station_sha256 for of in index.outcomes if of.station_sha256),
    )


def _check_folders(source: Path, destination: Path, text: Texts) -> None:
    if not source.is_dir():
        raise InputError(text("source.none"))
    inner, outer = destination.resolve(), source.resolve()
    if inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise InputError(text("destination.nested"))
    if destination.exists() and not destination.is_dir():
        raise InputError(text("destination.file"))
    if destination.is_dir() and any(destination.iterdir()):
        interrupted = not (destination / REPORT).exists()
        raise InputError(text("destination.unfinished" if interrupted else "destination.full"))
    try:
        if next(files_below(source), None) is None:
            raise InputError(text("source.empty"))
    except OSError as error:
        raise InputError(system_error(error)) from None


def _read(source: Path, jobs: int, limits: Limits, progress: Progress) -> _Index:
    index = _Index()
    for number, (readable, row) in enumerate(index_tree(source, jobs, limits)):
        index.paths.append(row["path"])
        if readable:
            # a file that no later step settles stays refused
            index.outcomes.append(Outcome("refused", "unexpected"))
            subject = intern(normalise(row["patient_id"]))
            index.pairs.update(id_pairs(subject, row["other_patient_ids"]))
            if subject:
                data = PersonalData(subject, row["patient_name"], row["patient_birth_date"])
                index.headers.add(data)
            alike = (intern(row[column]) for column in Instance._fields[4:])
            instance = Instance(number, row["path"], row["sop_instance_uid"], subject, *alike)
            index.patients.setdefault(subject, []).append(instance)
        else:
            index.outcomes.append(_not_read(row["reason"], row["detail"]))
        progress("index", number + 1, None)
    index.pairs = without_common(index.pairs)
    return index


def _not_read(reason: str, detail: str) -> Outcome:
    """Return the outcome of a file that the index could not read."""
    if special := _NOT_OPENED.get(detail):
        return Outcome("refused", special)
    return Outcome("refused", reason.replace("_", "-"), detail=detail)


def _held_back(index: _Index, gone: Set[str], settings: Settings, settled: Set[str]) -> HeldBack:
    theirs = {one for one in index.headers if one.subject in gone}
    typed = (one.patient_id for files in index.patients.values() for one in files)
    by_id = id_doubts(typed, gone, settings.id_pattern)
    others, digest = index.headers - theirs, settings.uids.digest
    return held_back(theirs, others, index.pairs, digest, settled, by_id)


def _row_of(index: _Index, subject: str) -> int:
    return next((instance.number + 2 for instance in index.patients.get(subject, ())), 0)


def _draw(subjects: Set[str]) -> dict[str, str]:
    """Return a random code of the ledger's form for every subject, all different (R17)."""
    codes: set[str] = set()
    while len(codes) < len(subjects):
        codes.add(new_code())
    return dict(zip(subjects, codes, strict=True))


def _sort_out(
    index: _Index,
    left_out: Mapping[str, str],
    codes: Mapping[str, str],
    source: Path,
    releases: Set[str],
) -> list[Assignment]:
    """Return the patients with the files that may be coded, and settle the other files."""
    patients: list[Assignment] = []
    out: list[Instance] = []
    for subject, instances in index.patients.items():
        if reason := left_out.get(subject, "" if subject in codes else "no-code"):
            for instance in instances:
                index.outcomes[instance.number] = Outcome("refused", reason)
            out += instances
        else:
            patients.append((codes[subject], instances))
    open_files = chain.from_iterable(instances for _, instances in patients)
    found = clashes(map(_FILE, open_files), source, releases, beside=map(_FILE, out))
    for code, instances in patients:
        for instance in instances:
            if clash := found.get(instance.path):
                copy = clash.reason == DUPLICATE
                status, reason = (DUPLICATE, "") if copy else ("refused", clash.reason)
                index.outcomes[instance.number] = Outcome(status, reason, "", code, clash.sha256)
    return [(code, [i for i in files if i.path not in found]) for code, files in patients]


def _write_report(index: _Index, destination: Path) -> None:
    # the report states that the files exist, so they must be on the disk before it
    to_the_disk(destination)
    rows = zip(index.paths, index.outcomes, strict=True)
    write_rows(
        destination / REPORT,
        columns("deidentified"),
        ({"source": path, **outcome._asdict()} for path, outcome in rows),
    )


def _identities(
    index: _Index, left_out: Mapping[str, str], codes: Mapping[str, str], text: Texts
) -> Iterator[dict[str, str]]:
    """Yield the rows for `identity_doubts`. Patients are named by code or by row of the report."""
    for subject, instances in index.patients.items():
        if subject not in left_out:
            label = codes.get(subject) or text("doubts.row", row=_row_of(index, subject))
            for instance in instances:
                yield instance._asdict() | {"subject": label}


def _code_all(
    index: _Index,
    patients: list[Assignment],
    given: tuple[Path, Path, Settings],
    jobs: int,
    progress: Progress,
) -> None:
    """Write the patients' files and note the outcome of each."""
    done = len(index.paths) - sum(len(instances) for _, instances in patients)
    for outcomes in _code(patients, given, jobs):
        for number, outcome in outcomes:
            index.outcomes[number] = outcome
        done += len(outcomes)
        progress("code", done, len(index.paths))


# source, destination and settings of a worker
_given: tuple[Path, Path, Settings]


def _start(given: tuple[Path, Path, Settings]) -> None:
    global _given
    os.umask(0o077)
    short_turns()
    _given = given


def _code_chunk(chunk: tuple[Assignment, ...]) -> list[tuple[int, Outcome]]:
    """Write some patients' files; runs in a worker."""
    cases = ((code, [instance._asdict() for instance in instances]) for code, instances in chunk)
    outcomes = []
    with quiet_pydicom():
        for row, line, _, refusal in write_cases(cases, *_given):
            fields = (line.get(key, "") for key in _OF_LINE)
            outcome = Outcome(*map(str, fields))
            if refusal:
                outcome = outcome._replace(sha256=refusal.sha256, detail=refusal.detail)
            outcomes.append((int(row["number"]), outcome))
    return outcomes


def _code(
    patients: Iterable[Assignment], given: tuple[Path, Path, Settings], jobs: int
) -> Iterator[list[tuple[int, Outcome]]]:
    """Yield the outcomes of the patients' files, one chunk after the other.

    A decoder that crashes its process on one file must not stop the others. The patients then in
    work are repeated, each in its own process. A patient that crashes it again is refused.
    """

    def pool(workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, initializer=_start, initargs=(given,))

    _, folder, _ = given
    coming = iter(patients)
    waiting = deque(iter(lambda: tuple(islice(coming, _CHUNK)), ()))
    while waiting:
        lost: list[Assignment] = []
        running: deque[tuple[tuple[Assignment, ...], Future[list[tuple[int, Outcome]]]]] = deque()
        workers = pool(jobs)
        try:
            while running or (waiting and not lost):
                try:
                    if waiting and not lost and len(running) < _AHEAD * jobs:
                        chunk = waiting.popleft()
                        running.append((chunk, workers.submit(_code_chunk, chunk)))
                    else:
                        chunk, future = running.popleft()
                        yield future.result()
                except BrokenProcessPool:
                    lost += chunk
        finally:
            workers.shutdown(cancel_futures=True)
        for code, instances in lost:
            shutil.rmtree(folder / code, ignore_errors=True)
            with pool(1) as alone:
                try:
                    yield alone.submit(_code_chunk, ((code, instances),)).result()
                except BrokenProcessPool:
                    shutil.rmtree(folder / code, ignore_errors=True)
                    refused = Outcome("refused", "unexpected", code=code)
                    yield [(instance.number, refused) for instance in instances]
