"""Read and write the rectangles of an image that a person wants black (R15)."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

MOST_RECTANGLES = 1000
_ONE = re.compile(r"(\d{1,6}):(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})", re.ASCII)


class Rectangle(NamedTuple):
    """A part of one frame.

    Parameters
    ----------
    frame
        Counted from 1.
    x, y
        Its first column and row, counted from 0, of the source image.
    width, height
        In pixels.
    """

    frame: int
    x: int
    y: int
    width: int
    height: int


Rectangles = tuple[Rectangle, ...]


def parse_rectangles(text: str) -> Rectangles:
    """Return rectangles sorted, each once.

    Parameters
    ----------
    text
        ``frame:x,y,width,height`` joined by ``;``, such as ``1:10,20,200,16;2:10,20,200,16``.

    Raises
    ------
    ValueError
        If it has another form, holds none or more than `MOST_RECTANGLES`, or one without a frame
        or an area.
    """
    found = set()
    for part in text.split(";"):
        match = _ONE.fullmatch(part.strip())
        if match is None:
            raise ValueError("malformed")
        rectangle = Rectangle(*map(int, match.groups()))
        if min(rectangle.frame, rectangle.width, rectangle.height) < 1:
            raise ValueError("malformed")
        found.add(rectangle)
    if len(found) > MOST_RECTANGLES:
        raise ValueError("malformed")
    return tuple(sorted(found))


def spelled(rectangles: Iterable[Rectangle]) -> str:
    """Return rectangles, in any order, in the form that `parse_rectangles` reads."""
    return ";".join(
        f"{one.frame}:{one.x},{one.y},{one.width},{one.height}" for one in sorted(set(rectangles))
    )


def outside(
    rectangles: Iterable[Rectangle], frames: int, columns: int, rows: int
) -> Rectangle | None:
    """Return the first rectangle that is not inside an image, or None if all are."""
    return next(
        (
            one
            for one in rectangles
            if one.frame > frames or one.x + one.width > columns or one.y + one.height > rows
        ),
        None,
    )


def redacted_digest(source: str, rectangles: Iterable[Rectangle]) -> str:
    """Return the digest that a decision about the redacted image of a source's hash names.

    Other rectangles give another digest.
    """
    return sha256(f"{source} {spelled(rectangles)}".encode()).hexdigest()
