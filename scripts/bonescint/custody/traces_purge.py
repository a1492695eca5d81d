"""Remove a person from what no rule writes anew: logs, decisions, deliveries, leftovers (R12)."""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from bonescint.custody.traces import search
from bonescint.custody.traces_terms import Person, Terms, index_map
from bonescint.custody.traces_text import texts
from bonescint.files import TEMPORARY, replacing
from bonescint.resources import Texts

# below .snakemake: what a job's start leaves when it is killed, and records of outputs
_LEFTOVERS = ("scripts", "auxiliary", "shadow", "metadata", "incomplete", "iocache")


def purge(
    root: Path, persons: Collection[Person], decisions: Path, language: str = "ja"
) -> list[str]:
    """Remove persons from logs, decisions, former deliveries and leftovers of interrupted runs.

    Nothing else is touched: tables and images are the rules' to write anew, and what somebody
    copied by hand is theirs to delete.

    Parameters
    ----------
    root
        The study's folder.
    persons
        Who has declined.
    decisions
        private/review/decisions.tsv.
    language
        Of the account.

    Returns
    -------
    list
        What was done, in words without identifiers.
    """
    text = Texts("traces", language)
    terms = Terms(persons)
    steps: list[tuple[str, Callable[[], int]]] = [
        ("temporaries", lambda: _temporaries([root / "results", root / "private"])),
        ("logs", lambda: _logs(_log_files(root), persons, terms)),
        ("decisions", lambda: _decisions(decisions, {p.code for p in persons if p.code})),
        ("deliveries", lambda: _remove(root / "results", ["delivery"], persons)),
        ("leftovers", lambda: _remove(root / ".snakemake", _LEFTOVERS, persons)),
    ]
    return [text(f"purged.{key}", n=n) for key, step in steps if (n := step())]


def _temporaries(folders: Iterable[Path]) -> int:
    """Remove what `bonescint.files.replacing` left in processes that were killed."""
    removed = 0
    for folder in folders:
        for path in folder.rglob(".*.tmp"):
            found = TEMPORARY.fullmatch(path.name)
            if found and path.is_file() and not _lives(int(found[1])):
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _log_files(root: Path) -> list[Path]:
    found = (root / ".snakemake" / "log").glob("*.log")
    return sorted(path for path in (*(root / "logs").rglob("*"), *found) if path.is_file())


def _logs(files: Iterable[Path], persons: Collection[Person], terms: Terms) -> int:
    """Overwrite what logs hold, byte by byte in place: Snakemake and this job hold theirs open.

    The length stays, so a crash between two bytes leaves a log that the next run goes on with.
    """
    changed = 0
    for path in files:
        if any(trace.place.key != "name" for trace in search([path], persons)):
            with path.open("r+b") as stream:
                data = stream.read()
                for start, end in _spans(data, terms):
                    stream.seek(start)
                    stream.write(b"*" * (end - start))
            changed += 1
    return changed


def _spans(data: bytes, terms: Terms) -> Iterator[tuple[int, int]]:
    """Yield the bytes to overwrite: the terms, and whole lines where a term is escaped."""
    encoding = next((e for e in ("utf-8", "cp932", "euc_jp") if _is(data, e)), "utf-8")
    # bytes that are none of it keep their number
    content = data.decode(encoding, "surrogateescape")
    plain, places = index_map(content)
    hidden = bytearray(data)
    for hit in terms.find(plain):
        before = content[: places[hit.start]].encode(encoding, "surrogateescape")
        inside = content[places[hit.start] : places[hit.end]].encode(encoding, "surrogateescape")
        # a name may go on in the next line
        for part in re.finditer(rb"[^\r\n]+", inside):
            span = len(before) + part.start(), len(before) + part.end()
            hidden[span[0] : span[1]] = b"*" * len(part[0])
            yield span
    ends = [0, *(m.end() for m in re.finditer(b"\n", data)), len(data)]
    for start, end in pairwise(ends):
        line = bytes(hidden[start:end])
        if any(terms.find(text) for text in texts(line)):
            yield start, start + len(line.rstrip(b"\r\n"))


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decisions(path: Path, codes: Collection[str]) -> int:
    """Drop the decisions about the persons' findings; every other byte stays."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return 0
    items = {f"findings:{code}".lower().encode() for code in codes}
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if line.split(b"\t")[0].strip(b' "\r\n').lower() not in items]
    if len(kept) < len(lines):
        with replacing(path, "wb") as stream:
            os.fchmod(stream.fileno(), 0o600)
            stream.write(b"".join(kept))
    return len(lines) - len(kept)


def _remove(side: Path, folders: Collection[str], persons: Collection[Person]) -> int:
    """Remove the files and folders that hold the persons below some folders of a side."""
    others = [path for path in side.iterdir() if path.name not in folders] if side.is_dir() else []
    keep = {side, *(side / name for name in folders)}
    paths = {trace.path for trace in search([side], persons, others)} - keep
    for path in sorted(paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(paths)
