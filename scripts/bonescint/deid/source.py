"""Reading a source without decoding it: pydicom's elements stay raw until somebody asks."""

from io import BytesIO
from typing import TypeAlias

from pydicom import Dataset, FileDataset
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag

from bonescint.deid.refusal import Refused

Raw: TypeAlias = RawDataElement | DataElement
PIXEL_DATA = 0x7FE00010
_UNDEFINED = 0xFFFFFFFF


def read_source(data: bytes) -> FileDataset:
    """Open a DICOM file from memory, up to its pixel data.

    Nothing behind the pixel data belongs to the image (padding, private groups, stray bytes), so
    it is not read.

    Parameters
    ----------
    data
        The file's content.

    Raises
    ------
    Refused
        ``not-dicom``, ``damaged`` or ``truncated``.
    """
    past_pixels = False

    def stop(tag: BaseTag, vr: str | None, length: int) -> bool:
        nonlocal past_pixels
        if past_pixels:
            return True
        past_pixels = tag == PIXEL_DATA
        return False

    try:
        source = read_partial(BytesIO(data), stop_when=stop, force=True)
    except Exception as error:
        raise Refused("damaged" if data[128:132] == b"DICM" else "not-dicom") from error
    if data[128:132] != b"DICM" and 0x00080016 not in source:
        raise Refused("not-dicom")
    last = raw_of(source, next(reversed(list(source.keys())), BaseTag(0)))
    # too short pixels have a reason of their own
    if isinstance(last, RawDataElement) and last.tag != PIXEL_DATA and not _is_complete(last):
        raise Refused("truncated", f"({last.tag >> 16:04X},{last.tag & 0xFFFF:04X})")
    return source


def raw_of(source: Dataset, tag: int) -> Raw | None:
    """Return an element as it was read, or None if there is none.

    pydicom's ``get_item`` alone decodes an empty sequence, and with it Pixel Representation.

    Parameters
    ----------
    source
        A data set or an item.
    tag
        The tag as one number.
    """
    return source.get_item(tag, keep_deferred=True)


def header_of(source: Dataset, group: int) -> Dataset:
    """Return the elements of a group in a data set of their own, for reading their values.

    Parameters
    ----------
    source
        A data set, whose elements stay raw.
    group
        The group number.
    """
    tags = [tag for tag in list(source.keys()) if tag.group == group]
    elements = {tag: raw_of(source, tag) for tag in tags}
    return Dataset({tag: raw for tag, raw in elements.items() if raw is not None})


def _is_complete(raw: RawDataElement) -> bool:
    return raw.length in (_UNDEFINED, len(raw.value or b""))
