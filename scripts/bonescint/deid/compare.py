"""Compare two DICOM files element by element, so that a person can see before and after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydicom import Dataset, FileDataset, dcmread
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from pydicom.pixels.utils import iter_pixels
from pydicom.sequence import Sequence
from pydicom.valuerep import STR_VR

from bonescint.deid.refusal import Refused
from bonescint.dicom import tags
from bonescint.dicom.elements import Elements
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.text.charset import decode

_PIXELS = frozenset({tags.FloatPixelData, tags.DoubleFloatPixelData, tags.PixelData})
_META_LENGTH = tags.FileMetaInformationGroupLength  # follows from the elements behind it


class Size(NamedTuple):
    """Size shown in place of a value: the number of ``bytes``, or of ``items`` of a sequence."""

    unit: str
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """One element of two files.

    Parameters
    ----------
    path
        Tags and, in sequences, item numbers from 1: ``(0054,0016)[1]/(0018,0031)``.
    keyword
        Keyword of the attribute; empty if the standard has none.
    private
        Whether the last tag of the path is a private one.
    kind
        ``removed``, ``emptied``, ``replaced``, ``added``, ``unchanged``; ``undecodable`` for pixels
        that differ in their bytes and cannot be compared otherwise.
    before, after
        The value as text, or its size if it is binary, private or a sequence; None if absent.
        Text is unchanged from the file. It may identify a patient and hold control characters.
    """

    path: str
    keyword: str
    private: bool
    kind: str
    before: str | Size | None
    after: str | Size | None


class _Compared(NamedTuple):
    """The content that is compared, and the text or size that is shown for it."""

    content: object
    shown: str | Size
    items: Iterable[Dataset] = ()


def changes(before: bytes | Path, after: bytes | Path) -> Iterator[Change]:
    """Compare every element of two DICOM files, file meta included, in the order of the tags.

    Texts are equal if they decode to the same characters, and pixels if they decode to the same
    numbers, in any encoding.

    Raises
    ------
    Refused
        ``not-dicom`` or ``damaged``: there is nothing to compare.
    OSError
        If a file cannot be read.
    """
    with quiet_pydicom():
        first, second = (_read(side) for side in (before, after))
        metas = [getattr(side, "file_meta", None) or Dataset() for side in (first, second)]
        found = list(_level(_Side(metas[0]), _Side(metas[1]), ""))
        found += _level(_Side(first), _Side(second), "")
    return iter(found)


def _read(side: bytes | Path) -> FileDataset:
    data = side if isinstance(side, bytes) else side.read_bytes()
    try:
        read = dcmread(BytesIO(data), force=True)
    except Exception as error:
        raise Refused("damaged" if data[128:132] == b"DICM" else "not-dicom") from error
    if data[128:132] != b"DICM" and tags.SOPClassUID not in read:
        raise Refused("not-dicom")
    return read


class _Side:
    """A data set or item of one file, and its character set."""

    def __init__(self, dataset: Dataset, charset: tuple[str, ...] = ("",)) -> None:
        self.dataset = dataset
        self.charset = Elements(dataset, charset).charset

    def item(self, items: list[Dataset], n: int) -> "_Side":
        return _Side(items[n] if n < len(items) else Dataset(), self.charset)

    def value(self, tag: int) -> _Compared | None:
        """Return an element's value, None if there is no such element."""
        raw = self.dataset.get_item(tag, keep_deferred=True)
        if raw is None:
            return None
        data = raw.value or b"" if isinstance(raw, RawDataElement) else None
        try:
            element = self.dataset[tag]
        except Exception:  # its bytes break the rules of its VR
            return _Compared(data, Size("bytes", len(data or b"")))
        value, private = element.value, bool(tag >> 16 & 1)
        if isinstance(value, Sequence):
            return _Compared(value if private else len(value), Size("items", len(value)), value)
        if data is None or element.VR not in STR_VR:
            several = isinstance(value, MultiValue | list)
            text = "\\".join(map(str, value)) if several else str("" if value is None else value)
        else:
            text = decode(data, self.charset)
        if private or isinstance(value, bytes):
            content = data if data is not None else value if isinstance(value, bytes) else text
            return _Compared(content, Size("bytes", len(content)))
        text = text.strip(" \0")
        return _Compared(text, text)


def _level(before: _Side, after: _Side, path: str) -> Iterator[Change]:
    for tag in sorted({*before.dataset.keys(), *after.dataset.keys()} - {_META_LENGTH}):
        here = f"{path}{tags.notation(tag)}"
        first, second = before.value(tag), after.value(tag)
        kind = _kind(first, second)
        if kind in ("replaced", "emptied") and not path and tag in _PIXELS:
            kind = _pixels(before.dataset, after.dataset)
        shown = (value and value.shown for value in (first, second))
        yield Change(here, keyword_for_tag(tag), bool(tag >> 16 & 1), kind, *shown)
        if tag >> 16 & 1:
            continue  # the content of private elements is not shown
        items = [list(value.items) if value else [] for value in (first, second)]
        for n in range(max(map(len, items))):
            pair = before.item(items[0], n), after.item(items[1], n)
            yield from _level(*pair, f"{here}[{n + 1}]/")


def _kind(before: _Compared | None, after: _Compared | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if before.content == after.content:
        return "unchanged"
    return "replaced" if after.content else "emptied"


def _pixels(before: Dataset, after: Dataset) -> str:
    """Compare pixels whose bytes differ, frame by frame, decoded."""
    try:
        frames = zip_longest(iter_pixels(before, raw=True), iter_pixels(after, raw=True))
        same = all(np.array_equal(one, other) for one, other in frames)
    except Exception:  # decoders raise many kinds
        return "undecodable"
    return "unchanged" if same else "replaced"
