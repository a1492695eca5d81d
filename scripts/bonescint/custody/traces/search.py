"""Every trace of a person below the study's folders: paths, bytes, archives, headers (R12, R36)."""

import base64
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bonescint.custody.traces.content import search_content
from bonescint.custody.traces.encodings import texts
from bonescint.custody.traces.terms import Person, Terms
from bonescint.custody.traces.text import Place
from bonescint.custody.traces.walk import walk
from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.text.dates import reads_as_date

__all__ = ["Person", "Place", "Trace", "masked", "report_left", "search"]

MASK = "■■■"
_MOST_LISTED = 20
_MOST_PLACES = 3  # of a file in the report
# the workflow's own numbers of batches are nobody's ID, nor is when Snakemake began
_OWN = re.compile(
    r"(results/(?:dicom|anonymization)|private/(?:batches|refused)|logs/anonymize_batch)"
    r"/\d{2,3}(?![^/.])|(\.snakemake/log)/[-0-9]{10}T[0-9]{6}\.[0-9]+(?=\.snakemake\.log)"
)
# records whose names are the outputs' in base64
_RECORDS = {"metadata", "incomplete"}


class Trace(NamedTuple):
    """Where a person was found.

    Parameters
    ----------
    path
        The file or folder.
    place
        Where in it.
    kind
        ``code``, ``id`` or ``name``.
    """

    path: Path
    place: Place
    kind: str


def search(
    roots: Sequence[Path], persons: Iterable[Person], skip: Collection[Path] = ()
) -> Iterator[Trace]:
    """Yield every trace of persons in folders and files, behind links too.

    Parameters
    ----------
    roots
        Folders, with all below them, or files; one that is missing holds nothing.
    persons
        Whose traces.
    skip
        Files and folders that are left out, such as the encrypted ledger, by any path.

    Raises
    ------
    OSError
        If a file cannot be read: what was not looked into must not pass for clean.
    """
    terms = Terms(persons)
    if not terms:
        return
    names: dict[str, frozenset[str]] = {}
    for root, path, mode in walk(roots, skip):
        found = set(_path_kinds(_components(root, path), terms, names))
        if path.is_symlink():
            found |= set(_path_kinds(path.readlink().parts, terms, names))
        yield from (Trace(path, Place("name"), kind) for kind in sorted(found))
        if stat.S_ISREG(mode):
            try:
                with path.open("rb") as stream:
                    for place, kind in search_content(stream, path.name, terms):
                        yield Trace(path, place, kind)
            except FileNotFoundError:
                continue  # gone since it was listed


def _components(root: Path, path: Path) -> list[str]:
    parts = path.relative_to(root.parent).parts
    names = [*parts, _record(parts)] if root.name == ".snakemake" else parts
    return _OWN.sub(r"\1\2", "/".join(names)).split("/")


def _record(parts: Sequence[str]) -> str:
    """Return the output that a record of Snakemake is about; empty if it is no record."""
    if ".snakemake" not in parts:
        return ""
    below = parts[parts.index(".snakemake") + 1 :]
    if len(below) < 2 or below[0] not in _RECORDS:
        return ""
    try:
        # a long name is parted into folders marked by @
        coded = "".join(part.removeprefix("@") for part in below[1:])
        return base64.urlsafe_b64decode(coded).decode("utf-8", "replace")
    except ValueError:
        return ""


def _path_kinds(
    components: Iterable[str], terms: Terms, known: dict[str, frozenset[str]]
) -> Iterator[str]:
    for part in components:
        if part not in known:
            # a name that was unpacked on another system may be in its encoding
            said = list(texts(os.fsencode(part)))
            kinds = {hit.kind for text in said for hit in terms.find(text, in_path=True)}
            stem = part.partition(".")[0]
            if reads_as_date(stem):
                kinds.discard("id")
            elif terms.is_weak_id(part) or terms.is_weak_id(stem):
                kinds.add("id")
            known[part] = frozenset(kinds)
        yield from known[part]


def masked(path: str | Path, persons: Iterable[Person] | Terms) -> str:
    """Return a path fit for a log: its parts that hold a term are hidden.

    Parameters
    ----------
    path
        A path, or the words of a place.
    persons
        Who must not be named.
    """
    terms = persons if isinstance(persons, Terms) else Terms(persons)
    known: dict[str, frozenset[str]] = {}
    parts = list(Path(path).parts)
    if any(_path_kinds(_record(parts).split("/"), terms, known)):
        del parts[parts.index(".snakemake") + 2 :]
        parts.append(MASK)
    shown = [MASK if any(_path_kinds([part], terms, known)) else part for part in parts]
    return os.fsencode(str(Path(*shown))).decode("utf-8", "backslashreplace")


def report_left(traces: Iterable[Trace], persons: Iterable[Person], language: str) -> InputError:
    """Return the mistake to raise: which files still hold somebody who declined, what to do.

    Parameters
    ----------
    traces
        What was found after the purge.
    persons
        Who must not be named in it.
    language
        ``ja`` or ``en``.
    """
    text = Texts("traces", language)
    terms = Terms(persons)
    files: dict[Path, list[str]] = {}
    for trace in traces:
        words = masked(trace.place.words(text), terms)
        places = files.setdefault(trace.path, [])
        if words not in places:
            places.append(words)
    problems = [text("left", n=len(files))]
    for path, places in list(files.items())[:_MOST_LISTED]:
        where = text("separator").join(places[:_MOST_PLACES])
        if len(places) > _MOST_PLACES:
            where += text("more_places", n=len(places) - _MOST_PLACES)
        problems.append(f"  {masked(path, terms)} ({where})")
    if len(files) > _MOST_LISTED:
        problems.append(text("more_files", n=len(files) - _MOST_LISTED))
    return InputError([*problems, text("left_what_to_do")])
