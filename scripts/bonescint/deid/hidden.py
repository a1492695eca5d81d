"""Search the bytes of the image for texts of the header (from a damaged copy, or hidden).

A text of six bytes or more does not occur in counts by chance. A shorter one does, so it is
searched together with the head of its element. The search covers the image as it is written and as
it was in the file, in lower case.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from pydicom.uid import RLELossless

from bonescint.deid.identifiers import IDENTIFYING, Identifiers
from bonescint.deid.pixels import IMAGE_TAGS, Pixels
from bonescint.deid.refusal import Refused
from bonescint.deid.source import Raw, Source
from bonescint.dicom import tags, vrs
from bonescint.names.ids import normalise
from bonescint.names.parts import SEPARATORS

SHORTEST = 6
# other texts of the header must be longer: "REST" occurs in a lossy stream by chance
_SHORTEST_OTHER, _LONGEST_OTHER = 10, 256
# bytes; no ID is so long
_SHORTEST_RAMP = 64
# only separators in a text have lower bytes, and every text has two neighbours that are not lower
_LEAST = 0x1B
_LEAST_WORD = _LEAST << 8 | _LEAST
_CONTROLS = re.compile(b"[%c-%c]+" % (0, _LEAST - 1))
_ESCAPES = re.compile(rb"\x1b\$?[()-]?[@-J]")
_ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
_BINARY = frozenset(vrs.FORMATS) | vrs.UNKNOWN_FORM - {"UN"} | {"AT", "OB", "OW", "SQ"}


def search_pixels(source: Source, pixels: Pixels, known: Identifiers) -> None:
    """Refuse an image whose bytes hold texts of the header.

    Raises
    ------
    Refused
        ``residual-identifier`` with the tag of the pixels or of their colour table.
    """
    table = pixels.palette.elements if pixels.palette else {}
    images = [(tags.PixelData, pixels.native)]
    images += [
        (tag, value)
        for tag, (_, value) in table.items()
        if isinstance(value, bytes) and not _is_ramp(value)
    ]
    as_it_was = source.level[tags.PixelData]
    if source.transfer_syntax == RLELossless or not as_it_was.little_endian:
        # in the written image, neighbouring bytes of the file are apart or in another order
        images += [(tag, source.level[tag].value) for tag, _ in images]
    images = [(tag, image) for tag, image in images if _may_hold_text(image)]
    if not images:
        return
    needles = set(_needles(source, known))
    for tag, image in images:
        if _holds(image, needles):
            raise Refused("residual-identifier", tags.notation(tag))


def check_identity(source: Source) -> None:
    """Refuse a header whose names or IDs are damaged, because the true ones cannot be searched.

    Raises
    ------
    Refused
        ``damaged`` with the tag.
    """
    for tag in IDENTIFYING & source.level.keys():
        value = source.level[tag].value
        # Some devices leave one remnant of a longer value behind the NUL of a shorter one. More
        # parts mean damage.
        if isinstance(value, bytes) and len([part for part in value.split(b"\0") if part]) > 2:
            raise Refused("damaged", tags.notation(tag))


def check_unchanged(source: Source, row: Mapping[str, str]) -> None:
    """Refuse a file whose patient is no longer that of the index's row, whatever its date.

    Raises
    ------
    Refused
        ``changed`` with the tag, because the image would get another patient's code.
    """
    read = row.get("patient_id", "")
    if read and normalise(read) != normalise(source.text(tags.PatientID)):
        raise Refused("changed", tags.notation(tags.PatientID))


def _may_hold_text(image: bytes | memoryview) -> bool:
    """Tell quickly whether two neighbouring bytes can be letters."""
    words = np.frombuffer(image, "<u2", len(image) // 2)
    return bool(words.size and words.max() >= _LEAST_WORD)


def _is_ramp(table: bytes) -> bool:
    """Tell whether a table is an even ramp of greys: it holds 123456, but by chance."""
    # the last byte may be padding
    steps = np.diff(np.frombuffer(table, "u1").astype(int))[:-1]
    return steps.size >= _SHORTEST_RAMP and len(np.unique(steps)) == 1


def _needles(source: Source, known: Identifiers) -> Iterator[bytes]:
    """Yield the bytes that are looked for, in lower case."""
    for stored in known.stored:
        yield from _long(stored)
    for text in known.texts:
        forms = {
            text,
            SEPARATORS.sub("", text),
            text.lstrip("0"),
            *SEPARATORS.split(text),
            *text.split("="),
        }
        for form in forms:
            for encoding in _ENCODINGS:
                yield from _long(form.encode(encoding, "ignore"))
    for tag, raw in source.level.items():
        # the image itself is no text to look for
        if isinstance(raw.value, bytes) and tag not in IMAGE_TAGS and raw.vr not in _BINARY:
            yield from _of_element(tag, raw)


def _of_element(tag: int, raw: Raw) -> Iterator[bytes]:
    value = raw.value.strip(b" \0")
    for line in _CONTROLS.split(value):
        if len(line) >= _SHORTEST_OTHER:
            yield from _long(line[:_LONGEST_OTHER])
    if tag in IDENTIFYING and 1 < len(value) < SHORTEST:
        order = "little" if raw.little_endian else "big"
        head = (tag >> 16).to_bytes(2, order) + (tag & 0xFFFF).to_bytes(2, order)  # type: ignore[arg-type]
        length = len(raw.value)
        size = length.to_bytes(4, order) if raw.vr is None else length.to_bytes(2, order)  # type: ignore[arg-type]
        yield (head + (raw.vr or "").encode() + size + value).lower()


def _long(text: bytes) -> Iterator[bytes]:
    """Yield a text and the parts between its escapes, if they are long enough."""
    for part in (text, *_ESCAPES.split(text)):
        # a flat area of the image consists of equal bytes
        if len(part) >= SHORTEST and len(set(part)) > 1:
            yield part.lower()


def _holds(image: bytes | memoryview, needles: set[bytes]) -> bool:
    """Tell whether an image holds one of many texts, in one pass for all of them."""
    low = bytes(image).lower()
    begun = defaultdict(list)
    first, second = np.zeros(1 << 16, bool), np.zeros(1 << 16, bool)
    for needle in needles:
        begun[needle[:4]].append(needle)
        first[int.from_bytes(needle[:2], "little")] = True
        second[int.from_bytes(needle[2:4], "little")] = True
    for odd in (0, 1):
        words = np.frombuffer(low, "<u2", (len(low) - odd) // 2, odd)
        places = np.flatnonzero(first[words[:-1]])
        for place in (places[second[words[places + 1]]] * 2 + odd).tolist():
            if any(low.startswith(one, place) for one in begun.get(low[place : place + 4], ())):
                return True
    return False
