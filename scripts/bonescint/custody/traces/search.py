"""Every trace of a person below the study's folders: paths, bytes, archives, headers (R12, R36)."""

import re
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bonescint.custody.traces.paths import MASK, masked, path_kinds, recorded_output
from bonescint.custody.traces.searched import Searched
from bonescint.custody.traces.terms import Person, Terms
from bonescint.custody.traces.text import Place
from bonescint.custody.traces.walk import walk
from bonescint.custody.traces.workers import ToSearch, found_in
from bonescint.errors import InputError
from bonescint.resources import Texts

__all__ = ["MASK", "Person", "Place", "Trace", "masked", "Searcher", "report_left", "search"]

_MOST_LISTED = 20
_MOST_PLACES = 3  # of a file in the report
# numbers in the workflow's own names that are not IDs: of batches, and Snakemake's starting times
_OWN = re.compile(
    r"(results/(?:dicom|anonymization)|private/(?:batches|refused)|logs/anonymize_batch)"
    r"/\d{2,4}(?![^/.])|(\.snakemake/log)/[-0-9]{10}T[0-9]{6}\.[0-9]+(?=\.snakemake\.log)"
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
    """Yield every trace of persons in folders and files, also through links.

    Parameters
    ----------
    roots, skip
        As for `Searcher.search`.
    persons
        Whose traces.

    Raises
    ------
    OSError
        If a file cannot be read, because it must not count as free of traces then.
    """
    return Searcher(persons).search(roots, skip)


class Searcher:
    """Looks for persons in several folders, one after the other.

    Parameters
    ----------
    persons
        Whose traces.
    searched
        Record of the files that hold none of them. Files that are looked into are added.
    workers
        Number of processes; with 1 this process does the work.
    """

    def __init__(
        self, persons: Iterable[Person], searched: Searched | None = None, workers: int = 1
    ) -> None:
        self.persons = list(persons)
        self.terms = Terms(self.persons)
        self._searched, self._workers = searched, workers
        self._additional = searched.additional if searched else Terms(())

    def search(self, roots: Sequence[Path], skip: Collection[Path] = ()) -> Iterator[Trace]:
        """Yield every trace in folders and files, also through links.

        Parameters
        ----------
        roots
            Folders, with all below them, or files; one that is missing holds nothing.
        skip
            Files and folders that are left out, such as the encrypted ledger, by any path.

        Raises
        ------
        OSError
            If a file cannot be read, because it must not count as free of traces then.
        """
        if not self.terms:
            return
        files = self._files(roots, skip)
        for some, found in found_in(files, self.terms, self._additional, self._workers):
            for file, (places, tokens) in zip(some, found, strict=True):
                yield from file.named
                yield from (Trace(file.path, place, kind) for place, kind in places)
                if file.state and not places and self._searched:
                    self._searched.add(file.path, file.state, tokens)

    def keep(self) -> None:
        """Keep the record of searched files for the next run, if there is one."""
        if self._searched:
            self._searched.seal()

    def _files(self, roots: Sequence[Path], skip: Collection[Path]) -> Iterator[ToSearch]:
        names: dict[str, frozenset[str]] = {}
        for root, path, mode in walk(roots, skip):
            found = set(path_kinds(_components(root, path), self.terms, names))
            if path.is_symlink():
                found |= set(path_kinds(path.readlink().parts, self.terms, names))
            named = [Trace(path, Place("name"), kind) for kind in sorted(found)]
            state = None
            if stat.S_ISREG(mode):
                with suppress(FileNotFoundError):  # removed since it was listed
                    state = path.stat()
            if state and self._searched and self._searched.holds(path, state):
                state = None
            if state or named:
                is_held = bool(state and self._searched and self._searched.held(path, state))
                yield ToSearch(path, named, state, is_held)


def _components(root: Path, path: Path) -> list[str]:
    parts = path.relative_to(root.parent).parts
    names = [*parts, recorded_output(parts)] if root.name == ".snakemake" else parts
    return _OWN.sub(r"\1\2", "/".join(names)).split("/")


def report_left(traces: Iterable[Trace], persons: Iterable[Person], language: str) -> InputError:
    """Return the error to raise: which files still hold a patient who declined, and what to do.

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
