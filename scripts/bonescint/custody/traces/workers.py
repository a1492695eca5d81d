"""Search many files, in several processes if it is worth it (R12)."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.custody.traces.content import search_content
from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import Found
from bonescint.custody.traces.tokens import Tokens

_CHUNK = 1 << 20  # bytes that a process gets at once
_IMAGE = 1 << 14  # bytes that are read of an image
_AHEAD = 4  # waiting chunks for each process
_ALONE = 2  # chunks; so few are searched faster than processes start
_terms: tuple[Terms, Terms]
# what was found in a file, and the tokens of an image's header
Looked = tuple[list[Found], Tokens | None]


class ToSearch(NamedTuple):
    """A file, folder or link that is looked into.

    Parameters
    ----------
    path
        Its path.
    named
        The traces in its name.
    state
        State of the file before it is read; None if it is not read.
    is_held
        Whether it was searched before for everybody but the additional persons.
    """

    path: Path
    named: Sequence[Any]
    state: os.stat_result | None
    is_held: bool

    @property
    def weight(self) -> int:
        """Return about how many bytes are read."""
        size = self.state.st_size if self.state else 0
        return min(size, _IMAGE) if self.path.suffix == ".dcm" else size


def found_in(
    files: Iterable[ToSearch], terms: Terms, additional: Terms, workers: int
) -> Iterator[tuple[list[ToSearch], Iterable[Looked]]]:
    """Yield groups of files, and what was found in each file.

    Parameters
    ----------
    files
        In the order in which they are reported.
    terms, additional
        What is looked for, and the part of it that is looked for in files searched before.
    workers
        Greatest number of processes. Few files are searched in this one.
    """
    chunks = _chunks(files)
    for number, chunk in enumerate(chunks, 1):
        yield chunk, (_found(file, terms, additional) for file in chunk)
        if workers > 1 and number == _ALONE:
            break
    with ExitStack() as stack:
        pool: ProcessPoolExecutor | None = None
        running: deque[tuple[list[ToSearch], Future[list[Looked]]]] = deque()
        for chunk in chunks:
            pool = pool or stack.enter_context(
                ProcessPoolExecutor(workers, initializer=_start, initargs=(terms, additional))
            )
            running.append((chunk, pool.submit(_found_in_chunk, chunk)))
            if len(running) >= _AHEAD * workers:
                done, future = running.popleft()
                yield done, future.result()
        for done, future in running:
            yield done, future.result()


def _chunks(files: Iterable[ToSearch]) -> Iterator[list[ToSearch]]:
    chunk: list[ToSearch] = []
    weight = 0
    for file in files:
        chunk.append(file)
        weight += file.weight
        if weight >= _CHUNK:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _start(*terms: Terms) -> None:
    global _terms
    _terms = terms[0], terms[1]


def _found_in_chunk(files: Sequence[ToSearch]) -> list[Looked]:
    return [_found(file, *_terms) for file in files]


def _found(file: ToSearch, everything: Terms, additional: Terms) -> Looked:
    if file.state is None:
        return [], None
    terms = additional if file.is_held else everything
    tokens: list[Tokens] = []
    try:
        with file.path.open("rb") as stream:
            found = list(search_content(stream, file.path.as_posix(), terms, note=tokens.append))
    except FileNotFoundError:
        return [], None  # removed since it was listed
    return found, next(iter(tokens), None)
