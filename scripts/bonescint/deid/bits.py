"""Masks of a picture as bits: 64 pixels in a word, so that a look at a million takes microseconds.

A mask is given as its words. Its bits stand in the order of the pixels, row by row, and behind the
last pixel all bits are 0.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Bits = NDArray[np.uint64]

_WORD = 64


def packed(mask: Mask, size: int) -> Bits:
    """Return a mask as bits.

    Parameters
    ----------
    mask
        One value for each pixel, perhaps without the last ones.
    size
        Number of pixels.
    """
    words = np.zeros(-(-size // _WORD), "<u8")
    found = np.packbits(mask, bitorder="little")
    words.view(np.uint8)[: found.size] = found
    return words


def unpacked(bits: Bits, size: int) -> Mask:
    """Return one value for each of `size` pixels."""
    return np.unpackbits(bits.view(np.uint8), count=size, bitorder="little").view(bool)


def ahead(bits: Bits, step: int) -> Bits:
    """Return for each pixel the bit that stands `step` behind it; 0 behind the last pixel."""
    far, near = divmod(step, _WORD)
    moved = np.zeros_like(bits)
    if near and far < bits.size:
        np.right_shift(bits[far:], near, out=moved[: bits.size - far])
        moved[: max(0, bits.size - far - 1)] |= bits[far + 1 :] << np.uint64(_WORD - near)
    elif far < bits.size:
        moved[: bits.size - far] = bits[far:]
    return moved


def back(bits: Bits, step: int) -> Bits:
    """Return for each pixel the bit that stands `step` before it; 0 before the first pixel."""
    far, near = divmod(step, _WORD)
    moved = np.zeros_like(bits)
    if near and far < bits.size:
        np.left_shift(bits[: bits.size - far], near, out=moved[far:])
        moved[far + 1 :] |= bits[: max(0, bits.size - far - 1)] >> np.uint64(_WORD - near)
    elif far < bits.size:
        moved[far:] = bits[: bits.size - far]
    return moved


def starts_of(bits: Bits, length: int, step: int) -> Bits:
    """Tell where `length` set bits in a row begin, `step` apart."""
    done = 1
    while done < length:
        more = min(done, length - done)
        bits = bits & ahead(bits, more * step)
        done += more
    return bits


def long_rows(bits: Bits, step: int, length: int) -> Bits:
    """Tell which pixels have `length` set bits in a row, `step` apart, before or behind them."""
    starts = starts_of(bits, length, step)
    return starts | back(starts, length * step)


def count(bits: Bits) -> int:
    """Return the number of set bits."""
    return int(np.bitwise_count(bits).sum())


def places(bits: Bits) -> Places:
    """Return the pixels whose bit is set, in their order."""
    words = np.flatnonzero(bits)
    which = np.unpackbits(bits[words].view(np.uint8), bitorder="little").view(bool)
    bit = np.flatnonzero(which)
    found: Places = words[bit // _WORD] * _WORD + bit % _WORD
    return found


@lru_cache(maxsize=8)
def not_last(size: int, columns: int) -> Bits:
    """Return the bits of all pixels but the last one of each row."""
    mask = np.ones(size, bool)
    mask[columns - 1 :: columns] = False
    return packed(mask, size)


@lru_cache(maxsize=8)
def even_rows(size: int, columns: int) -> Bits:
    """Return the bits of the pixels of each second row, the first one included."""
    mask = np.zeros((size // columns, columns), bool)
    mask[::2] = True
    return packed(mask.reshape(-1), size)
