"""Recognise versions of software by forms that no ID or date has."""

import re
from datetime import date

# 7.1.5.90, V2.00ER005
_NUMBERS = re.compile(r"v?\.?((?:[0-9]{1,3})(?:\.[0-9]{1,4}){1,5})(?:[a-z]{1,3}[0-9]{0,3})?")
# 03.3456.7890 is a telephone number: no version begins with 0 and has so many digits
_TELEPHONE = re.compile(r"0[0-9]+\.")
_LONG = 9
# VA60A, VB10, SL04P09, R7.0
_LETTERS = re.compile(r"[a-z]{1,2}[0-9]{1,3}(?:[a-z]{1,2}[0-9]{0,2})?|r[0-9]{1,2}\.[0-9]{1,2}")
_MOST_DIGITS = 4
_CENTURIES = range(1800, 2100)


def is_version(word: str) -> bool:
    """Tell whether a word in any case, without separators, is a version and no date or ID."""
    word = word.lower()
    if match := _NUMBERS.fullmatch(word):
        number = match[1]
        if _TELEPHONE.match(number) and len(number.replace(".", "")) >= _LONG:
            return False
        return not _holds_date(number.split("."))
    digits = sum(c.isdigit() for c in word)
    return digits <= _MOST_DIGITS and _LETTERS.fullmatch(word) is not None


def _holds_date(groups: list[str]) -> bool:
    """Tell whether neighbouring groups are a date with its year: 14.06.2023, 53.4.5, 2023.0614."""
    pairs = zip(groups, groups[1:], strict=False)
    if any(_is_year(a) and _is_day(b) or _is_year(b) and _is_day(a) for a, b in pairs):
        return True
    triples = list(zip(groups, groups[1:], groups[2:], strict=False))
    if any(_is_date(*map(int, triple)) for triple in triples if any(map(_is_year, triple))):
        return True
    # four groups or more without a century are a version and no date, but 23.0317 is a date
    if len(groups) != 3:
        return len(groups) == 2 and (_is_day(groups[1]) or _is_month(*groups))
    padded = all(len(group) == 2 for group in groups)
    years = [2000 + int(group) if len(group) < 3 else 0 for group in (groups[0], groups[2])]
    # a group above 31 can be a year, because versions do not get so high
    late = max(int(groups[0]), int(groups[2])) > 31
    first = _is_date(years[0], int(groups[1]), int(groups[2]))
    last = _is_date(int(groups[0]), int(groups[1]), years[1])
    return (padded or late) and (first or last)


def _is_year(group: str) -> bool:
    return len(group) == 4 and int(group) in _CENTURIES


def _is_month(group: str, year: str) -> bool:
    """Tell whether two groups are a month of a year: 6.2023."""
    return _is_year(year) and 1 <= int(group) <= 12


def _is_day(group: str) -> bool:
    """Tell whether a group is month and day: 0614."""
    return len(group) == 4 and _is_date(2000, int(group[:2]), int(group[2:]))


def _is_date(a: int, b: int, c: int) -> bool:
    """Tell whether three numbers are a date, the year first or last."""
    orders = [(a, b, c), (c, b, a), (c, a, b)]
    for year, month, day in orders:
        try:
            # 2000 is a leap year: with it, every day of the year is possible
            date(year if year in _CENTURIES else 2000, month, day)
        except ValueError:
            continue
        if year in _CENTURIES:
            return True
    return False
