"""Every trace of a person below the study's folders: paths, bytes, archives, headers (R12, R36)."""

import re
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bonescint.custody.traces.content import search_content
from bonescint.custody.traces.paths import MASK, masked, path_kinds, recorded_output
from bonescint.custody.traces.terms import Person, Terms
from bonescint.custody.traces.text import Place
from bonescint.custody.traces.walk import walk
from bonescint.errors import InputError
from bonescint.resources import Texts

__all__ = ["MASK", "Person", "Place", "Trace", "masked", "report_left", "search"]

_MOST_LISTED = 20
_MOST_PLACES = 3  # of a file in the report
# the workflow's own numbers of batches are nobody's ID, nor is when Snakemake began
_OWN = re.compile(
    r"(results/(?:dicom|anonymization)|private/(?:batches|refused)|logs/anonymize_batch)"
    r"/\d{2,3}(?![^/.])|(\.snakemake/log)/[-0-9]{10}T[0-9]{6}\.[0-9]+(?=\.snakemake\.log)"
)


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
        found = set(path_kinds(_components(root, path), terms, names))
        if path.is_symlink():
            found |= set(path_kinds(path.readlink().parts, terms, names))
        yield from (Trace(path, Place("name"), kind) for kind in sorted(found))
        if stat.S_ISREG(mode):
            try:
                with path.open("rb") as stream:
                    for place, kind in search_content(stream, path.as_posix(), terms):
                        yield Trace(path, place, kind)
            except FileNotFoundError:
                continue  # gone since it was listed


def _components(root: Path, path: Path) -> list[str]:
    parts = path.relative_to(root.parent).parts
    names = [*parts, recorded_output(parts)] if root.name == ".snakemake" else parts
    return _OWN.sub(r"\1\2", "/".join(names)).split("/")


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
