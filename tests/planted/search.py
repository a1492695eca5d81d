"""Finding what survived: in raw bytes, in decoded values, in every encoding and byte order.

It shares no code with the project's own scan, so that neither can hide the other's faults.
"""

import re
import unicodedata
import zlib
from io import BytesIO

import numpy as np
from pydicom import Dataset, dcmread

ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
_ESCAPES = re.compile(rb"\x1b(\$[@B]|\([BIJ]|\)I|\$\([D])")


class Haystack:
    """The bytes and the values of a file, made ready to be searched.

    Parameters
    ----------
    data
        The file.
    """

    def __init__(self, data: bytes) -> None:
        whole_file = _inflated(data)
        low = whole_file.lower()
        even = low[: len(low) // 2 * 2]
        whole = low[: len(low) // 4 * 4]
        swapped = np.frombuffer(even, "<u2").byteswap().tobytes()
        reversed_words = np.frombuffer(whole, "<u4").byteswap().tobytes()
        # a value may start at an odd place, but a word of it does not
        self._raw = [low, _ESCAPES.sub(b"", whole_file).lower(), swapped, reversed_words]
        texts: list[str] = []
        hidden = b""
        try:
            ds = dcmread(BytesIO(data), force=True)
            texts = list(_texts(ds, str(ds.get("PatientName", ""))))
            hidden = _high_bits(ds)
        except Exception:
            # what cannot be read has raw bytes all the same
            texts.append("")
        self._raw.append(hidden.lower())
        self._text = _plain("\n".join(texts))

    def has(self, text: str) -> bool:
        """Tell whether a text is in the file, in whatever spelling of its bytes."""
        if _plain(text) in self._text:
            return True
        for encoding in ENCODINGS:
            try:
                pattern = _ESCAPES.sub(b"", text.encode(encoding)).lower()
            except UnicodeEncodeError:
                continue
            # the escaped bytes of two kanji look like four letters of anything
            if len(pattern) >= 5 and any(pattern in raw for raw in self._raw):
                return True
        return False


def _inflated(data: bytes) -> bytes:
    """Return a file with its data set inflated, or as it is."""
    end = 144 + int.from_bytes(data[140:144], "little")
    if b"1.2.840.10008.1.2.1.99" not in data[132:end]:
        return data
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    body = unpacker.decompress(data[end:])
    return data[:end] + body + unpacker.unused_data


def _plain(text: str) -> str:
    """Return a text without width, case and control characters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if c == "\n" or unicodedata.category(c)[0] != "C")


def _texts(ds: Dataset, name: str) -> list[str]:
    found = [name]
    elements = [*ds.iterall(), *getattr(ds, "file_meta", Dataset()).iterall()]
    for one in elements:
        if one.VR == "SQ" or one.keyword == "PixelData":
            continue
        values = one.value if isinstance(one.value, list | tuple) else [one.value]
        found += [str(value) for value in values if not isinstance(value, bytes)]
        if hasattr(one.value, "__iter__") and not isinstance(one.value, str | bytes):
            found += [str(value) for value in one.value]
    return found


def _high_bits(ds: Dataset) -> bytes:
    """Return what stands in the bits above the stored ones, four by four."""
    stored = int(ds.get("BitsStored", 16))
    if (
        ds.get("BitsAllocated") != 16
        or stored != 12
        or ds.file_meta.TransferSyntaxUID.is_compressed
    ):
        return b""
    value = ds.PixelData[: len(ds.PixelData) // 4 * 4]
    order = ">u2" if not ds.original_encoding[1] else "<u2"
    nibbles = np.frombuffer(value, order) >> 12
    return bytes((nibbles[::2] << 4 | nibbles[1::2]).astype("u1"))
