"""Terms in the names of files and folders, and paths that are fit for a log (R12)."""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bonescint.custody.traces.encodings import texts
from bonescint.custody.traces.terms import Person, Terms
from bonescint.text.dates import reads_as_date

MASK = "■■■"
# folders of records, each named after its output in base64
_RECORDS = {"metadata", "incomplete"}


def recorded_output(parts: Sequence[str]) -> str:
    """Return the output that a record of Snakemake is about; empty if the path is not a record.

    Parameters
    ----------
    parts
        Of a path.
    """
    if ".snakemake" not in parts:
        return ""
    below = parts[parts.index(".snakemake") + 1 :]
    if len(below) < 2 or below[0] not in _RECORDS:
        return ""
    try:
        # a long name is split into folders marked by @
        coded = "".join(part.removeprefix("@") for part in below[1:])
        return base64.urlsafe_b64decode(coded).decode("utf-8", "replace")
    except ValueError:
        return ""


def path_kinds(
    components: Iterable[str], terms: Terms, known: dict[str, frozenset[str]]
) -> Iterator[str]:
    """Yield the kinds of terms that parts of a path hold.

    Parameters
    ----------
    components
        The parts.
    terms
        What is looked for.
    known
        What was found in parts seen before. New parts are added.
    """
    for part in components:
        if part not in known:
            # a name from another system may be in the encoding of that system
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
    """Return a path that is fit for a log: parts that hold a term are hidden.

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
    if any(path_kinds(recorded_output(parts).split("/"), terms, known)):
        del parts[parts.index(".snakemake") + 2 :]
        parts.append(MASK)
    shown = [MASK if any(path_kinds([part], terms, known)) else part for part in parts]
    return os.fsencode(str(Path(*shown))).decode("utf-8", "backslashreplace")
