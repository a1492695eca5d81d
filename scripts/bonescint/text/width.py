"""Measure the room that a text takes in a line of a cell, a figure or the terminal."""

import re
import unicodedata


def text_width(text: str) -> int:
    """Return the width of a line in Latin characters. East Asian wide ones count two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def without_controls(text: str, instead: str = "\N{REPLACEMENT CHARACTER}") -> str:
    """Return a text in which no control character can steer the terminal that shows it."""
    return "".join(c if c.isprintable() else instead for c in text)


def broken(text: str, width: int) -> list[str]:
    """Break a text into lines of `width` Latin characters, behind 。、 or before a word."""
    lines = [""]
    for part in re.split(r"(?<=[。、])|(?<= )(?=[A-Za-z(“])", text):
        if lines[-1] and text_width(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return lines


def line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of `width` Latin characters."""
    return sum(max(1, -(-text_width(line) // int(width))) for line in text.split("\n"))
