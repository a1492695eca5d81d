"""Files as a failing medium, a bad copy or a wrong tool leaves them: ranges of bytes moved about.

A mutation is told by its number, so that a leak can be looked at again.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.planted.corpus import corpus

_EXPLICIT_LENGTHS = (b"\xe0\x7f\x10\0OW\0\0", b"\xe0\x7f\x10\0OB\0\0")
_PIXELS = (*_EXPLICIT_LENGTHS, b"\xe0\x7f\x10\0", b"\x7f\xe0\0\x10")
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_LONGEST = 700
_MOST_STEPS = 3


@dataclass(frozen=True, slots=True)
class Whole:
    """A file before it is mutated.

    Parameters
    ----------
    name
        Its path in the corpus.
    head, body
        Preamble and file meta; the data set, not deflated.
    deflated
        Whether it has to be.
    pixels
        Where in the body the pixels begin.
    secrets
        What must not be found in what is written of it.
    """

    name: str
    head: bytes
    body: bytes
    deflated: bool
    pixels: int
    secrets: tuple[str, ...]


@cache
def wholes() -> tuple[Whole, ...]:
    """Return the files of the planted corpus that have to be written."""
    return tuple(_wholes())


def _wholes() -> Iterator[Whole]:
    for file in corpus():
        # what is refused as it is would be refused mutated
        if file.patient is None or file.refusals or file.data[128:132] != b"DICM":
            continue
        start = 144 + int.from_bytes(file.data[140:144], "little")
        head, body = file.data[:start], file.data[start:]
        deflated = _DEFLATED in head
        if deflated:
            body = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body)
        at = max(body.rfind(mark) for mark in _PIXELS)
        if at > 0:
            secrets = tuple(file.patient.secrets)
            yield Whole(file.path, head, body, deflated, at + 12, secrets)


def mutated(whole: Whole, number: int) -> bytes:
    """Return a file with one to three mutations.

    Parameters
    ----------
    whole
        The file.
    number
        Which of its mutations.
    """
    rng = np.random.default_rng([number, len(whole.body)])
    head, body = whole.head, whole.body
    for _ in range(min(rng.geometric(0.6), _MOST_STEPS)):
        step = _STEPS[rng.integers(len(_STEPS))]
        body = step(body, min(whole.pixels, len(body) - 2), rng)
    if rng.random() < 0.4:
        # a copy that is as long as the file was
        body = body[: len(whole.body)].ljust(len(whole.body), b"\0")
    if rng.random() < 0.05:
        head = _swap(head, len(head) - 2, rng)
    if whole.deflated:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packer.compress(body) + packer.flush()
        body += b"\0" * (len(body) & 1)
    return head + body


def _range(below: int, rng: np.random.Generator, start: int = 0) -> tuple[int, int]:
    """Return where a range begins and ends; most are short."""
    length = int(np.exp(rng.uniform(0, np.log(_LONGEST))))
    begin = int(rng.integers(start, max(below - length, start + 1)))
    return begin, min(begin + length, below)


def _place(body: bytes, pixels: int, rng: np.random.Generator) -> int:
    """Return a place: the first pixel, one among the pixels, or one in the header."""
    match rng.integers(3):
        case 0:
            return pixels
        case 1:
            return int(rng.integers(pixels, len(body)))
    return int(rng.integers(0, pixels))


def _insert(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    at = _place(body, pixels, rng)
    return body[:at] + rng.bytes(int(rng.integers(1, 64))) + body[at:]


def _duplicate(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    begin, end = _range(pixels, rng)
    at = _place(body, pixels, rng)
    return body[:at] + body[begin:end] + body[at:]


def _overwrite(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    """Write a range of the header over as many bytes elsewhere."""
    begin, end = _range(pixels, rng)
    at = _place(body, pixels, rng)
    return (body[:at] + body[begin:end] + body[at + end - begin :])[: len(body)]


def _push(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    """Push the pixels on by a range of the header; the file stays as long."""
    begin, end = _range(pixels, rng)
    return (body[:pixels] + body[begin:end] + body[pixels:])[: len(body)]


def _grow(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    """Push the pixels on, and say in their length that they are more."""
    begin, end = _range(pixels, rng)
    end -= (end - begin) % 2
    if not body.startswith(_EXPLICIT_LENGTHS, pixels - 12):
        return body[:pixels] + body[begin:end] + body[pixels:]
    length = int.from_bytes(body[pixels - 4 : pixels], "little") + end - begin
    size = struct.pack("<I", length & 0xFFFFFFFF)
    return body[: pixels - 4] + size + body[begin:end] + body[pixels:]


def _delete(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    begin, end = _range(len(body), rng, pixels if rng.random() < 0.5 else 0)
    return body[:begin] + body[end:]


def _swap(body: bytes, pixels: int, rng: np.random.Generator) -> bytes:
    """Change two ranges of one length: both in the header, or one among the pixels."""
    begin, end = _range(pixels, rng)
    length = end - begin
    other = min(_place(body, pixels, rng), len(body) - length)
    if abs(other - begin) < length or other < 0:
        return body
    out = bytearray(body)
    out[begin:end], out[other : other + length] = body[other : other + length], body[begin:end]
    return bytes(out)


_STEPS = (_insert, _duplicate, _overwrite, _push, _grow, _delete, _swap)
