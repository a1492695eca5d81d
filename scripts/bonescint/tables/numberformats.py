"""Show a number by its Excel number format: as a date, a time of day, a percentage."""

import re
from collections.abc import Callable
from datetime import datetime, time
from functools import lru_cache, partial
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

# Japanese Excel writes only the number of these formats into the file and no code
_DATES, _TIMES = (*range(27, 32), *range(34, 37), *range(50, 59)), (32, 33)
JAPANESE = dict.fromkeys(_DATES, "yyyy/m/d") | dict.fromkeys(_TIMES, "h:mm:ss")
# a double holds 15 digits, so a longer number differs from the typed one
_DIGITS = 10**15
# groups: literal text, width of a blank (_%) or fill of the cell (*-); brackets; other characters
_TOKEN = re.compile(r'("[^"]*"|\\.|_.|\*.)|(\[[^\]]*\])|(.)', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)\]")
_COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_WORDS = re.compile("general|g/標準|am/pm|a/p|上午/下午|午前/午後|e[+-]")


class _Section(NamedTuple):
    """One section of a format: the kind that it shows, and the condition under which it applies."""

    kind: str  # number, percent, date, time, elapsed
    condition: Callable[[float], bool] | None


def shown_number(value: float, code: str, epoch: datetime) -> str:
    """Return a number as shown in its cell: a date as ISO text, a percentage as 1.23%.

    If the format `code` has several sections (``0.0%;-0.0%;0``), that of this value counts. `epoch`
    is the workbook's for dates (1900 or 1904).
    """
    kind = _kind(code, value)
    if kind in ("date", "time", "elapsed"):
        return _as_date(value, kind, epoch)
    if kind == "percent":
        return f"{value * 100:.15g}%"
    exact = isinstance(value, int) and abs(value) < _DIGITS
    return str(value) if exact else f"{float(value):.15g}"


def _as_date(value: float, kind: str, epoch: datetime) -> str:
    from openpyxl.utils.datetime import from_excel

    try:
        found = from_excel(value, epoch, kind == "elapsed")  # type: ignore[no-untyped-call]
    except (OverflowError, ValueError):
        return "#VALUE!"  # Excel shows ####
    if isinstance(found, datetime):
        # a time of day is shown without its day
        found = found.time() if kind == "time" else found
    if isinstance(found, datetime):
        return (found.date() if found.time() == time() else found).isoformat()
    return str(found)


def _kind(code: str, value: float) -> str:
    """Return the kind of the section that Excel would choose."""
    first, *rest = sections = _sections(code)
    if len(sections) == 1:
        return first.kind
    second, *others = rest
    if first.condition is None and second.condition is None and not others:
        return (second if value < 0 else first).kind
    if (first.condition or (lambda v: v > 0))(value):
        return first.kind
    # a second section without a condition takes the rest, or negative numbers if a third follows
    if not others or (second.condition or (lambda v: v < 0))(value):
        return second.kind
    return others[0].kind


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    """Return the sections for numbers. The fourth one, or one with @, is for text."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token[3] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    numeric = [part for part in parts[:3] if not any(token[3] == "@" for token in part)]
    return tuple(map(_section, numeric or parts[:1]))


def _holds(sign: str, bound: float, value: float) -> bool:
    return bool(_COMPARED[sign](value, bound))


def _section(tokens: list[re.Match[str]]) -> _Section:
    brackets = [token[2].lower() for token in tokens if token[2]]
    bare = _WORDS.sub(" ", "".join(token[3] for token in tokens if token[3]).lower())
    found = next(filter(None, map(_CONDITION.fullmatch, brackets)), None)
    condition = partial(_holds, found[1], float(found[2])) if found else None
    if any(re.fullmatch(r"\[(?:h+|m+|s+)\]", bracket) for bracket in brackets):
        return _Section("elapsed", condition)
    # 0, # and ? are digits of a number, or of parts of a second
    if not re.search("[0#?]", bare) or "s" in bare:
        if re.search("[ydgeb]|aaa", bare) or ("m" in bare and not re.search("[hs]", bare)):
            return _Section("date", condition)
        if re.search("[hs]", bare):
            return _Section("time", condition)
    return _Section("percent" if "%" in bare else "number", condition)
