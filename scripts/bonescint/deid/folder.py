"""A folder of DICOM files coded outside the workflow: every file below it is accounted for."""

import hashlib
import os
import shutil
import signal
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from sys import intern
from typing import NamedTuple

from bonescint.declared import columns
from bonescint.deid.batch import write_cases
from bonescint.deid.instance import Settings, quiet_pydicom
from bonescint.dicom import index_tree, walk
from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.codes import new_code
from bonescint.identity.people import connected, id_pairs, without_common
from bonescint.names.doubts import identity_doubts
from bonescint.names.ids import normalise
from bonescint.resources import Texts

REPORT = "report.csv"
_CHUNK = 8  # patients per task: while one file is written the next is transformed
_AHEAD = 2  # tasks per worker in flight
_INDEX_REASONS = {"not_dicom": "not-dicom"}  # the index spells the others alike
_NOT_OPENED = {
    "symbolic link": "symbolic-link",
    "not a regular file": "special-file",
    "file name is not UTF-8": "file-name",
}
Progress = Callable[[str, int, int | None], None]


class Instance(NamedTuple):
    """What is held in memory of a readable file; what many have in common is held once."""

    number: int
    path: str
    uid: str
    views: str
    tracer: str
    patient_id: str
    name: str
    birth: str

    def row(self, subject: str) -> dict[str, str]:
        """Return the row that `write_cases` and `identity_doubts` read."""
        return {
            "number": str(self.number),
            "path": self.path,
            "sop_instance_uid": self.uid,
            "views": self.views,
            "tracer": self.tracer,
            "subject": subject,
            "patient_id": self.patient_id,
            "patient_name": self.name,
            "patient_birth_date": self.birth,
        }


class Outcome(NamedTuple):
    """What became of one file: a row of the report without its path.

    The hash is that of the file written, or of a source that a person's decision can release.
    """

    status: str
    reason: str = ""
    destination: str = ""
    code: str = ""
    sha256: str = ""


class Case(NamedTuple):
    """A patient's files to be coded."""

    code: str
    subject: str
    instances: list[Instance]


class Account(NamedTuple):
    """The end of a run.

    Parameters
    ----------
    counts
        Files by status and reason.
    doubts
        What is doubtful about identities.
    unmatched
        Patients who declined and of whom there is no file (R12).
    """

    counts: Counter[tuple[str, str]]
    doubts: list[dict[str, str]]
    unmatched: int


@dataclass(slots=True)
class _Index:
    """The first pass: every path, what is settled already, and the readable files by patient."""

    paths: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    patients: dict[str, list[Instance]] = field(default_factory=dict)
    # (ID, other ID) that a header names as one person's
    pairs: set[tuple[str, str]] = field(default_factory=set)
    # UIDs that occur under two patients: nobody can say whose image it is
    shared: set[str] = field(default_factory=set)


def deidentify_folder(
    source: Path,
    destination: Path,
    settings: Settings,
    codes: Mapping[str, str] | None,
    declined: frozenset[str],
    jobs: int,
    language: str,
    progress: Progress,
) -> Account:
    """Write ``<code>/<code>_<nn>.dcm`` for what can be released, and last ``report.csv``.

    A folder without its report is that of a run which did not end.

    Parameters
    ----------
    source
        Every file below it stands in the report, in the order of the paths.
    destination
        Must not exist or be empty.
    settings
        Policies and secrets.
    codes
        Normalised patient ID -> code; a patient who is not in it is refused. None draws codes at
        random and keeps them nowhere (R17).
    declined
        Normalised IDs of the patients who are not to be used (R12).
    jobs
        Processes.
    language
        Of the messages.
    progress
        Called with the stage (``index``, ``code``), the files done and their number, if known.

    Raises
    ------
    InputError
        If source or destination will not do; nothing has been written.
    """
    text = Texts("commands", language)
    _check_folders(source, destination, text)
    mask = os.umask(0o077)
    try:
        destination.mkdir(parents=True, exist_ok=True)
        with _interrupted_here_only():
            index = _read(source, jobs, progress)
            pairs = without_common(index.pairs)
            unmatched = sum(
                connected([subject], pairs).isdisjoint(index.patients) for subject in declined
            )
            for subject in connected(declined, pairs):
                for instance in index.patients.pop(subject, []):
                    index.outcomes[instance.number] = Outcome("refused", "opt-out")
            drawn = _draw(filter(None, index.patients)) if codes is None else codes
            cases = list(_sort_out(index, drawn, source, settings.releases))
            done, total = 0, sum(len(case.instances) for case in cases)
            for outcomes in _code(cases, source, destination, settings, jobs):
                for number, outcome in outcomes:
                    index.outcomes[number] = outcome
                done += len(outcomes)
                progress("code", done, total)
        # the report says that the files are there, so they must have reached the disk before
        os.sync()
        write_rows(
            destination / REPORT,
            columns("deidentified"),
            (
                {"source": path, **outcome._asdict()}
                for path, outcome in zip(index.paths, index.outcomes, strict=True)
            ),
        )
    finally:
        os.umask(mask)
    counts = Counter((outcome.status, outcome.reason) for outcome in index.outcomes)
    doubts = identity_doubts(_identities(index, drawn, text), language)
    return Account(counts, doubts, unmatched=unmatched)


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
    if next(walk(source), None) is None:
        raise InputError(text("source.empty"))


@contextmanager
def _interrupted_here_only() -> Iterator[None]:
    """Let Ctrl-C, which every process of the terminal receives, end this one and not the workers.

    They inherit the handler and finish the patient they are at; a second Ctrl-C changes nothing.
    """
    parent = os.getpid()

    def interrupt(signum: int, frame: object) -> None:
        if os.getpid() == parent:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _read(source: Path, jobs: int, progress: Progress) -> _Index:
    index = _Index()
    owners: dict[str, str] = {}
    for number, (readable, row) in enumerate(index_tree(source, jobs)):
        index.paths.append(row["path"])
        if not readable:
            reason = _INDEX_REASONS.get(row["reason"], row["reason"])
            index.outcomes.append(Outcome("refused", _NOT_OPENED.get(row["detail"], reason)))
        else:
            # what no later step settles stays refused
            index.outcomes.append(Outcome("refused", "unexpected"))
            subject, uid = intern(normalise(row["patient_id"])), row["sop_instance_uid"]
            index.pairs.update(id_pairs(subject, row["other_patient_ids"]))
            if uid and owners.setdefault(uid, subject) != subject:
                index.shared.add(uid)
            alike = ("views", "tracer", "patient_id", "patient_name", "patient_birth_date")
            instance = Instance(number, row["path"], uid, *(intern(row[key]) for key in alike))
            index.patients.setdefault(subject, []).append(instance)
        progress("index", number + 1, None)
    return index


def _draw(subjects: Iterable[str]) -> dict[str, str]:
    """Return a random code of the ledger's form for every subject, none twice (R17)."""
    subjects = list(subjects)
    codes: set[str] = set()
    while len(codes) < len(subjects):
        codes.add(new_code())
    return dict(zip(subjects, codes, strict=True))


def _sort_out(
    index: _Index, codes: Mapping[str, str], source: Path, releases: frozenset[str]
) -> Iterator[Case]:
    """Yield the patients with what may be coded of their files; settle the others."""
    decided = _decided(index, source, releases)
    for subject, instances in index.patients.items():
        code = codes.get(subject, "") if subject else ""
        reason = "" if code else "no-code" if subject else "no-patient-id"
        kept = []
        for instance in instances:
            clash = decided.get(instance.number)
            if reason or clash is not None:
                outcome = Outcome("refused", reason or "uid-conflict", "", code, clash or "")
                index.outcomes[instance.number] = outcome
            else:
                kept.append(instance)
        if kept:
            yield Case(code, subject, kept)


def _decided(index: _Index, source: Path, releases: frozenset[str]) -> dict[int, str]:
    """Return number -> hash of the files whose UID another patient has too.

    Nobody can say whose image it is; unless a person has, and released exactly one of them.
    """
    clashing: dict[str, dict[int, str]] = defaultdict(dict)
    for instances in index.patients.values():
        for instance in instances:
            if instance.uid in index.shared:
                try:
                    with (source / instance.path).open("rb") as stream:
                        digest = hashlib.file_digest(stream, "sha256").hexdigest()
                except OSError:  # gone since it was indexed
                    digest = ""
                clashing[instance.uid][instance.number] = digest
    found: dict[int, str] = {}
    for files in clashing.values():
        released = [number for number, digest in files.items() if digest in releases]
        if len(released) == 1:
            del files[released[0]]
        found |= files
    return found


def _identities(index: _Index, codes: Mapping[str, str], text: Texts) -> Iterator[dict[str, str]]:
    """Yield the rows for `identity_doubts`, patients named by code or by a row of the report."""
    for subject, instances in index.patients.items():
        if subject:
            label = codes.get(subject) or text("doubts.row", row=instances[0].number + 2)
            for instance in instances:
                yield instance.row(label)


# what holds for every patient, in a worker's memory
_given: tuple[Path, Path, Settings]


def _start(source: Path, destination: Path, settings: Settings) -> None:
    global _given
    os.umask(0o077)
    _given = source, destination, settings


def _code_chunk(chunk: tuple[Case, ...]) -> list[tuple[int, Outcome]]:
    """Write some patients' files; runs in a worker."""
    source, destination, settings = _given
    cases = ((case.code, [i.row(case.subject) for i in case.instances]) for case in chunk)
    outcomes = []
    with quiet_pydicom():
        for row, line, _, refusal in write_cases(cases, source, destination, settings):
            fields = (line.get(key, "") for key in ("status", "reason", "file", "code", "sha256"))
            outcome = Outcome(*map(str, fields))
            if refusal:
                outcome = outcome._replace(sha256=refusal.sha256)
            outcomes.append((int(row["number"]), outcome))
    return outcomes


def _code(
    cases: Iterable[Case], source: Path, destination: Path, settings: Settings, jobs: int
) -> Iterator[list[tuple[int, Outcome]]]:
    """Yield the outcomes of some patients' files after the other.

    A file on which a decoder brings its process down must not stop the rest: the patients then in
    work are done again, each in a process of her own, and who brings that down too is refused.
    """

    def pool(workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            workers, initializer=_start, initargs=(source, destination, settings)
        )

    patients = iter(cases)
    waiting = deque(iter(lambda: tuple(islice(patients, _CHUNK)), ()))
    while waiting:
        lost: list[Case] = []
        running: deque[tuple[tuple[Case, ...], Future[list[tuple[int, Outcome]]]]] = deque()
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
        for case in lost:
            shutil.rmtree(destination / case.code, ignore_errors=True)
            with pool(1) as alone:
                try:
                    yield alone.submit(_code_chunk, (case,)).result()
                except BrokenProcessPool:
                    shutil.rmtree(destination / case.code, ignore_errors=True)
                    refused = Outcome("refused", "unexpected", code=case.code)
                    yield [(instance.number, refused) for instance in case.instances]
