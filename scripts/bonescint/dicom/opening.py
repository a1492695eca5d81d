"""Find where a file's data set begins, and its real encoding, which may not be the declared one."""

import struct
from typing import NamedTuple

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescint.dicom import tags
from bonescint.dicom.limits import HeaderFault
from bonescint.dicom.reader import KNOWN, UNDEFINED, Bytes, Encoding, Head, head_at
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY

_META = Encoding(explicit=True, little=True)
_DECLARED = {
    ImplicitVRLittleEndian: Encoding(explicit=False, little=True),
    ExplicitVRBigEndian: Encoding(explicit=True, little=False),
}
# groups before a data set: command, file meta
_BEFORE = {0, 2}
# groups that begin a data set without file meta; 0800 is 0008 in big endian
_FIRST_GROUPS = {0x0002, 0x0008, 0x0800}
# bytes that give so many elements do not fit an encoding by chance
_ENOUGH = 50
# bytes; longer values are not read
_LONGEST = 1 << 8
_DIRECTORY = MEDIA_DIRECTORY.encode()


class Opening(NamedTuple):
    """The part of a file before its data set.

    Parameters
    ----------
    is_part10
        Whether the file has its prefix, DICM.
    syntaxes
        The declared transfer syntaxes, without repetitions. There are several if a second group
        0002 names another one.
    is_directory
        Whether the file is a DICOMDIR.
    start
        Where the data set begins.
    """

    is_part10: bool
    syntaxes: tuple[str, ...]
    is_directory: bool
    start: int

    @property
    def is_deflated(self) -> bool:
        """Whether the data set is declared to be deflated."""
        return self.syntaxes[:1] == (str(DeflatedExplicitVRLittleEndian),)


def looks_like_data_set(head: bytes, size: int) -> bool:
    """Tell a data set without preamble from any other file by its first element."""
    if len(head) < 8:
        return False
    group, _, vr = struct.unpack_from("<HH2s", head)
    if group not in _FIRST_GROUPS:
        return False
    (length,) = struct.unpack_from("<L", head, 4)
    return vr in KNOWN or (group != 0x0800 and length <= size)


def begins_data_set(head: Head) -> bool:
    """Tell whether an element can be the first of an image."""
    return head.tag >> 16 == tags.SOPClassUID >> 16


def open_meta(data: Bytes, at: int | None = None) -> Opening:
    """Read the part before a data set: preamble and file meta, which may be repeated.

    Parameters
    ----------
    data
        A file or its beginning.
    at
        Where to begin; by default behind the preamble, if there is one.

    Raises
    ------
    HeaderFault
        ``truncated`` if the data end inside this part.
    """
    is_part10 = bytes(data[128:132]) == b"DICM"
    if at is None:
        at = 132 if is_part10 else 0
    syntaxes: dict[str, None] = {}
    is_directory = False
    while len(data) - at >= 8:
        # the command group has the byte order of the data set, but the file meta is always little
        turned = not any(data[at : at + 2]) and next(iter(syntaxes), "") == ExplicitVRBigEndian
        head = head_at(data, at, len(data), _META._replace(little=not turned))
        if head.tag >> 16 not in _BEFORE or not (head.tag or head.length):
            break
        at = head.start + head.length
        if head.length == UNDEFINED or at > len(data):
            raise HeaderFault("truncated", tags.place(head.tag))
        text = bytes(data[head.start : at]).strip(b"\0 ") if head.length < _LONGEST else b""
        if head.tag == tags.TransferSyntaxUID and text:
            syntaxes[text.decode("ascii", "replace")] = None
        is_directory |= head.tag == tags.MediaStorageSOPClassUID and text == _DIRECTORY
    return Opening(is_part10, tuple(syntaxes), is_directory, at)


def encoding_of(data: Bytes, at: int, syntaxes: tuple[str, ...]) -> Encoding:
    """Return the real encoding of a data set, or the declared one if the bytes do not decide."""
    declared = _DECLARED.get(UID(syntaxes[0]) if syntaxes else UID(""), _META)
    if len(data) - at < 8:
        return declared
    (group,) = struct.unpack_from("<H", data, at)
    # the number of the first group is small, so its larger byte shows the byte order
    little = declared.little if group >> 8 == group & 0xFF else group & 0xFF > group >> 8
    found = Encoding(bytes(data[at + 4 : at + 6]) in KNOWN, little)
    if found == declared:
        return declared
    return max((declared, found), key=lambda encoding: _fitting(data, at, encoding))


def _fitting(data: Bytes, at: int, encoding: Encoding) -> int:
    """Return how many elements can be read in an encoding before one does not fit."""
    count, last = 0, -1
    while at < len(data) and count < _ENOUGH:
        if encoding.explicit and bytes(data[at + 4 : at + 6]) not in KNOWN:
            break
        try:
            head = head_at(data, at, len(data), encoding)
        except HeaderFault:
            break
        if head.tag <= last:
            break
        count, last = count + 1, head.tag
        if head.length == UNDEFINED or head.tag == tags.PixelData:
            return _ENOUGH
        at = head.start + head.length
    return count


def transfer_syntax(
    syntaxes: tuple[str, ...], encoding: Encoding, is_encapsulated: bool | None
) -> str:
    """Return the true transfer syntax: the declared one unless the bytes contradict it.

    Parameters
    ----------
    encoding
        How the data set is really encoded.
    is_encapsulated
        Whether the pixels are in fragments; None if there are no pixels.

    Raises
    ------
    HeaderFault
        ``two-syntaxes`` if these bytes may be in several of the declared ones.
    """
    compressed = [name for name in syntaxes if not _is_native(name)]
    if len(syntaxes) > 1 and not is_encapsulated:
        compressed = []
    if len(compressed) > 1:
        raise HeaderFault("two-syntaxes", tags.notation(tags.TransferSyntaxUID))
    if compressed:
        return compressed[0]
    if not encoding.little:
        return str(ExplicitVRBigEndian)
    if str(DeflatedExplicitVRLittleEndian) in syntaxes[:1] and encoding.explicit:
        return str(DeflatedExplicitVRLittleEndian)
    return str(ExplicitVRLittleEndian if encoding.explicit else ImplicitVRLittleEndian)


def _is_native(name: str) -> bool:
    uid = UID(name)
    return not uid.is_private and uid.is_transfer_syntax and not uid.is_encapsulated


def ends_with_pixels(data: bytes) -> bool:
    """Tell whether a file ends with its whole image. Then nothing was cut off."""
    for mark, order in ((b"\xe0\x7f\x10\0", "<"), (b"\x7f\xe0\0\x10", ">")):
        at = data.rfind(mark)
        if at < 0 or at + 12 > len(data):
            continue
        explicit = data[at + 4 : at + 6] in KNOWN
        start = at + 12 if explicit else at + 8
        (length,) = struct.unpack_from(f"{order}I", data, start - 4)
        if length == UNDEFINED:
            end = struct.pack(f"{order}HHI", *divmod(tags.SequenceDelimitationItem, 1 << 16), 0)
            found, _, behind = data[start:].rpartition(end)
            return bool(found) and not behind.strip(b"\0")
        stop = start + length
        behind = data[stop : stop + 2]
        if length and stop <= len(data) and (not behind.strip(b"\0 ") or behind > mark[:2]):
            return True
    return False
