"""Read the dates of headers, tables and folders, each with one function (R2, R25)."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from bonescint.text.folding import fold_name, half_width, restyled

# the standard before DICOM wrote 2019.06.01; other separators mean the same date
_HEADER = re.compile(r"(\d{4})[-./]?(\d{2})[-./]?(\d{2})", re.ASCII)
_TABLE = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日)"
    r"(?: ?\([日月火水木金土]\))?(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)


class Era(NamedTuple):
    """An era: the year before its first, its last year, and its marks."""

    before: int
    last: int
    name: str
    letter: str
    number: str  # on insurance forms


ERAS = (
    Era(1867, 45, "明治", "m", "1"),
    Era(1911, 15, "大正", "t", "2"),
    Era(1925, 64, "昭和", "s", "3"),
    Era(1988, 31, "平成", "h", "4"),
    Era(2018, 99, "令和", "r", "5"),
)
# S28.04.05, 昭和28年4月5日, Showa 28-4-5, S280405, 3280405
_ERA_DAY = re.compile(
    r"(?:(?P<mark>明治|大正|昭和|平成|令和|[明大昭平令]|(?<![a-z])[mtshr]"
    r"|(?<![0-9])[1-5](?=[^0-9]?[0-9]{6}(?![0-9])))(?:eiji|aish?y?ou?|h?y?ou?wa|eisei|eiwa)?)"
    r"[^0-9a-z]{0,3}(?:(?P<y>[0-9]{1,2})[^0-9]{1,3}(?P<m>[0-9]{1,2})[^0-9]{1,3}(?P<d>[0-9]{1,2})"
    r"|(?P<yy>[0-9]{2})(?P<mm>[0-9]{2})(?P<dd>[0-9]{2}))(?![0-9])"
)
_RUNS = re.compile("[0-9]+")
_MONTHS = {
    name: month
    for month, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = re.compile(rf"(?<![a-z])({'|'.join(_MONTHS)})[a-z]*")
_ORDINAL = re.compile("(?<=[0-9])(?:st|nd|rd|th)(?![a-z])")
_KANJI_NUMBER = re.compile("[〇零一二三四五六七八九十元]+(?=[年月日])")
_KANJI_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "元": 1}


def header_date(text: str) -> date | None:
    """Return a header's date (VR DA), or None if it is none.

    ``20190601``, ``2019.06.01``, ``2019-06-01`` and ``2019/06/01`` are the same day, and none of
    them is ambiguous. Padding does not count. Several values, or a time behind the date, give None.
    """
    match = _HEADER.fullmatch(text.strip(" \0\t\r\n"))
    return _date(*match.groups()) if match else None


def as_da(day: date) -> str:
    """Return a date in the form of DA. A coded file may have dates only in this form."""
    return day.isoformat().replace("-", "")


def loose_dates(text: str) -> frozenset[date]:
    """Return all dates that a text may mean, in any form.

    This is for the search for a birth date, which should find too much rather than too little. A
    date that is used as a fact is read by `header_date`. The forms are: eras (S28.04.05,
    昭和28年4月5日, Showa 28), the year first or last, months by name, no separators. Only a date
    without era and century (53-4-5) is read in every order.
    """
    folded = in_digits(fold_name(text))
    # the second form is without brackets: 1953(昭和28)年4月5日
    forms = (folded, re.sub(r"[(\[（].*?[)\]）]", "", folded))
    for reads in (_of_eras, _of_centuries, _of_short_years):
        meant = {numbers for form in forms for numbers in reads(form)}
        days = {day for numbers in meant if (day := _date(*numbers))}
        found = frozenset(day for day in days if 1800 <= day.year < 2200)
        # an impossible day of an era (S28.02.30) must not be read in another way
        if found or (meant and reads is _of_eras):
            return found
    return frozenset()


_Numbers = tuple[str, str, str]  # year, month, day


def _of_eras(text: str) -> Iterator[_Numbers]:
    for found in _ERA_DAY.finditer(text):
        mark = found["mark"]
        before = next(e.before for e in ERAS if mark in (e.name, e.name[0], e.letter, e.number))
        year, month, day = filter(None, found.group("y", "m", "d", "yy", "mm", "dd"))
        yield str(before + int(year)), month, day


def _of_centuries(text: str) -> Iterator[_Numbers]:
    plain = re.sub(r"[./\s-]", "", text)
    for digits in (plain, *_RUNS.findall(text)):
        first = digits[:4], digits[4:6], digits[6:8]
        if re.match("[0-9]{8}", digits):
            yield first
        if len(digits) == 8 and not _date(*first):
            yield digits[4:], digits[2:4], digits[:2]
            yield digits[4:], digits[:2], digits[2:4]
    for a, b, c in _triples(text):
        if len(a) == 4:
            yield a, b, c
        elif len(c) == 4:
            yield c, b, a
            yield c, a, b


def _of_short_years(text: str) -> Iterator[_Numbers]:
    runs = [(d[:2], d[2:4], d[4:]) for d in _RUNS.findall(text) if len(d) == 6]
    for a, b, c in (*runs, *_triples(text)):
        for year, month, day in ((a, b, c), (c, b, a), (c, a, b)):
            if len(year) == 2:
                since = int(year)
                for before in (1900, 2000, *(e.before for e in ERAS[1:4] if since <= e.last)):
                    yield str(before + since), month, day


def _triples(text: str) -> Iterator[_Numbers]:
    runs = _RUNS.findall(text)
    return zip(runs, runs[1:], runs[2:], strict=False)


def in_digits(text: str) -> str:
    """Return a folded text in which kanji numbers of dates and names of months are digits.

    `text` is one of `bonescint.text.folding.fold_name`.
    """
    text = _MONTH.sub(lambda m: f" {_MONTHS[m[1]]} ", _ORDINAL.sub("", text))
    return _KANJI_NUMBER.sub(lambda m: str(_kanji_number(m[0])), text) if "年" in text else text


def _kanji_number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_KANJI_DIGITS[c]) for c in text))
    return 10 * _KANJI_DIGITS.get(tens, 1) + _KANJI_DIGITS.get(ones, 0)


def table_date(text: str) -> date | None:
    """Return the date in a cell, or None if it is none or ambiguous.

    The year must come first (``2019-06-03``, ``2019/6/3``, ``2019年6月3日``, ``20190603``). A
    weekday or a time of day may follow. Eras (令和元年), day or month first, and Excel's serial
    numbers are refused, because they would be guesses. True Excel dates arrive as ISO text from
    `bonescint.tables.reading`.
    """
    match = _TABLE.fullmatch(half_width(text))
    if not match or restyled(text):
        return None
    day = _date(*(part for part in match.groups() if part and part.isdecimal()))
    return day if day and 1900 <= day.year < 2100 else None


def reads_as_date(part: str) -> bool:
    """Tell whether a part of a path is a year, a month or a day: YYYY, YYYYMM, YYYYMMDD.

    `part` is a name between two slashes, or such a name without its ending.
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
