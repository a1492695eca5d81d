"""Dates as headers, tables and folders write them; each has one reader (R2, R25)."""

import re
from datetime import date

from bonescint.text.folding import half_width, restyled

# DICOM's forerunner wrote 2019.06.01; year first and two digits each, the others say the same
_HEADER = re.compile(r"(\d{4})[-./]?(\d{2})[-./]?(\d{2})", re.ASCII)
_TABLE = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日)"
    r"(?: ?\([日月火水木金土]\))?(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)


def header_date(text: str) -> date | None:
    """Return a header's date (VR DA), None if it is none.

    ``20190601``, ``2019.06.01``, ``2019-06-01`` and ``2019/06/01`` are one day: none of them can be
    read in two ways. Padding does not count. Of several values, or with a time behind it, it is
    none.

    Parameters
    ----------
    text
        As decoded, or as the index has it.
    """
    match = _HEADER.fullmatch(text.strip(" \0\t\r\n"))
    return _date(*match.groups()) if match else None


def as_da(day: date) -> str:
    """Return a date as DA writes it: the only form in which one may stand in a coded file."""
    return day.isoformat().replace("-", "")


def loose_date(text: str) -> date | None:
    """Return the date that a text begins with, whatever parts its numbers and follows them.

    For a birth date that is looked for, so that it is found: a search errs on that side. What is
    taken for a fact is read by `header_date`.

    Parameters
    ----------
    text
        Of any header.
    """
    digits = re.sub(r"[./\s-]", "", text)
    return _date(digits[:4], digits[4:6], digits[6:8])


def table_date(text: str) -> date | None:
    """Return the date in a cell, None if it is none or can be read in two ways.

    Year first (``2019-06-03``, ``2019/6/3``, ``2019年6月3日``, ``20190603``); a weekday or a time
    of day may follow. Eras (令和元年), day or month first and Excel's serial numbers are refused:
    they are guesses.

    Parameters
    ----------
    text
        The cell; real Excel dates arrive as ISO text from `bonescint.tables.reading`.
    """
    match = _TABLE.fullmatch(half_width(text))
    if not match or restyled(text):
        return None
    day = _date(*(part for part in match.groups() if part and part.isdecimal()))
    return day if day and 1900 <= day.year < 2100 else None


def reads_as_date(part: str) -> bool:
    """Tell whether a part of a path is a year, a month or a day: YYYY, YYYYMM, YYYYMMDD.

    Parameters
    ----------
    part
        Between two slashes, or such a name without its ending.
    """
    if not (part.isascii() and part.isdecimal() and len(part) in (4, 6, 8)):
        return False
    day = _date(part[:4], part[4:6] or "1", part[6:] or "1")
    return day is not None and 1850 < day.year < 2100


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
