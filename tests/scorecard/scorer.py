"""Score what a de-identification tool wrote against an answer key: ten actions, passed or failed.

The actions and categories are those of the public MIDI-B challenge; the code is our own. Where its
rules leave a choice the stricter one is taken: a text that must go may stand nowhere in the file,
pixels are compared after decoding, a patient's new ID must be another one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from pydicom import Dataset, dcmread

from tests.planted.search import Haystack

# keyword or tag, number of the item, keyword or tag ...; empty: the whole file
Path = tuple[str | int, ...]
ACTIONS = (
    "tag_retained", "text_notnull", "text_retained", "text_removed", "date_shifted", "uid_changed",
    "uid_consistent", "patid_consistent", "pixels_hidden", "pixels_retained",
)  # fmt: skip
# actions that an unwritten file fulfils
_BY_ABSENCE = {"text_removed", "date_shifted", "uid_changed", "pixels_hidden"}
# old value -> new values over all files of a tool, of UIDs and of patient IDs
Seen = Mapping[tuple[str, str], set[str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of an answer key.

    Parameters
    ----------
    file
        Name of the file.
    action
        One of `ACTIONS`.
    path
        The attribute; empty where the whole file is meant.
    value
        The text, date, UID or ID before; of pixels the digest, of hidden ones the box
        ``top,bottom,left,right``.
    category
        What asks for it.
    demand
        The study's own demand that forbids it, empty if none.
    also
        Other texts that mean the same as `value`.
    """

    file: str
    action: str
    path: Path
    value: str
    category: str
    demand: str = ""
    also: tuple[str, ...] = ()


class Scored(NamedTuple):
    """A check, and whether it passed."""

    check: Check
    passed: bool


class Written:
    """A file as a tool has written it, ready to be asked.

    Parameters
    ----------
    data
        Its bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.haystack = Haystack(data)
        try:
            self.ds = dcmread(BytesIO(data), force=True)
            list(self.ds.iterall())
        except Exception:  # an unreadable file counts as empty
            self.ds = Dataset()

    def value(self, path: Path) -> Any:
        """Return the value of an attribute, None if it is not there."""
        here: Any = self.ds
        for step in path:
            try:
                here = here[step] if isinstance(here, Dataset) else here.value[step]
            except (KeyError, IndexError, TypeError, AttributeError, ValueError):
                return None
        return here.value

    def holds(self, path: Path) -> bool:
        """Tell whether an attribute is there, if only empty."""
        *above, number, last = (0, *path) if len(path) == 1 else path
        try:
            item = self.value(tuple(above))[number] if above else self.ds
        except (IndexError, TypeError):
            return False
        return last in item

    def text(self, path: Path) -> str:
        """Return the value of an attribute as text, empty if it is not there."""
        value = self.value(path)
        return "" if value is None else as_text(value)

    def pixels(self) -> "np.ndarray[Any, Any] | None":
        """Return the decoded image, None if nobody can decode it."""
        try:
            return np.asarray(self.ds.pixel_array)
        except Exception:
            return None


def as_text(value: Any) -> str:
    """Return a value as it is compared: small letters, numbers without idle zeros."""
    several = value if isinstance(value, list | tuple) or hasattr(value, "typecode") else None
    if several is None and not isinstance(value, str | bytes) and hasattr(value, "__iter__"):
        several = list(value) if not hasattr(value, "components") else None
    if several is not None:
        return "\\".join(map(as_text, several))
    text = str(value).strip(" \0").lower()
    if "\\" in text:
        return "\\".join(map(as_text, text.split("\\")))
    try:
        return f"{float(text):.15g}" if text[:1].isdigit() or text[:1] in "+-." else text
    except ValueError:
        return text


def digest(image: "np.ndarray[Any, Any]") -> str:
    """Return the digest of a decoded image, whatever its byte order."""
    squeezed = np.ascontiguousarray(np.squeeze(image).astype("<i8"))
    return hashlib.sha256(str(squeezed.shape).encode() + squeezed.tobytes()).hexdigest()


def score(checks: Iterable[Check], results: Mapping[str, bytes]) -> Iterator[Scored]:
    """Yield every check with its outcome.

    Parameters
    ----------
    checks
        The answer key.
    results
        Name of the file -> what a tool wrote; a file that is not there was not written.
    """
    by_file: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        by_file[check.file].append(check)
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    waiting: list[Check] = []
    for name, of_file in by_file.items():
        data = results.get(name)
        file = Written(data) if data else None
        for check in of_file:
            if file and check.action in ("uid_consistent", "patid_consistent"):
                if new := file.text(check.path):
                    seen[check.action, check.value].add(new)
                    seen[check.action, f"new {new}"].add(check.value)
                elif check.action == "patid_consistent":
                    seen[check.action, check.value].add("")
                waiting.append(check)
            else:
                yield Scored(check, _passes(check, file))
    for check in waiting:
        yield Scored(check, _is_consistent(check, seen))


def _passes(check: Check, file: Written | None) -> bool:
    if file is None:
        return check.action in _BY_ABSENCE
    wanted = as_text(check.value)
    match check.action:
        case "tag_retained":
            return file.holds(check.path)
        case "text_notnull":
            return file.text(check.path) != ""
        case "text_retained":
            found = file.text(check.path)
            return any(_says(found, text) for text in (wanted, *map(as_text, check.also)))
        case "text_removed" | "date_shifted" if not check.path:
            return not file.haystack.has(check.value)
        case "text_removed" | "date_shifted":
            return wanted not in file.text(check.path)
        case "uid_changed":
            return file.text(check.path) != wanted
        case "pixels_retained":
            image = file.pixels()
            return image is not None and digest(image) == check.value
        case "pixels_hidden":
            return _is_hidden(file.pixels(), check.value)
    raise ValueError(check.action)


def _says(found: str, wanted: str) -> bool:
    """Tell whether a text is in another one; a number has to be the whole of it."""
    return found == wanted or (any(c.isalpha() for c in wanted) and wanted in found)


def _is_hidden(image: "np.ndarray[Any, Any] | None", box: str) -> bool:
    """Tell whether nothing can be read in a part of the picture: it has one value."""
    if image is None:
        return True
    top, bottom, left, right = map(int, box.split(","))
    part = np.squeeze(image)[top:bottom, left:right]
    return bool((part == part[:1, :1]).all())


def _is_consistent(check: Check, seen: Seen) -> bool:
    """Tell whether an old value has one new one, and of an ID that this is of no other one."""
    new = seen.get((check.action, check.value), set())
    if check.action == "uid_consistent":
        return len(new) <= 1
    (only,) = new if len(new) == 1 else ("",)
    return only not in ("", as_text(check.value)) and len(seen[check.action, f"new {only}"]) == 1
