"""Read a header's numbers in text form (VR DS and IS) if they are not ambiguous."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

# no more digits before the point than fit into DICOM, so that only decimals are ever rounded off
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,16}(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# 1,200 is 1200 in Japan and 1.2 in Germany; a thousand never begins with 0
_THOUSAND = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
# no number has two decimal commas
_MILLIONS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}")
# even a double written in full has fewer characters
_LONGEST = 64


def header_numbers(
    text: str, vm: int | None = None, below_thousand: bool = False
) -> list[Decimal] | None:
    r"""Return a header's decimal numbers, or None if one is no number or ambiguous.

    Blanks and NUL around a value do not count, and empty values at the end do not count. A comma is
    a decimal sign only if it can be nothing else. In ``2,4\2,4`` of two values it is one. In
    ``2,4`` of two values it is not. In ``1,200`` it is not, because that may be a thousand. A unit
    behind a number makes it unreadable.

    Parameters
    ----------
    text
        The decoded text, with ``\`` between values.
    vm
        The greatest number of values; None if any number.
    below_thousand
        Whether this attribute is always below a thousand, so that ``2,398`` has one meaning.
    """
    parts = [part.strip(" \0\t\r\n") for part in text.split("\\")]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    if parts == [""]:
        return []
    if vm is not None and len(parts) > vm:
        return None
    settled = len(parts) == vm or (vm is None and len(parts) > 1)
    numbers = [_number(part, settled, below_thousand, vm == 1) for part in parts]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(parts) else None


def whole_number(text: str) -> int | None:
    """Return a header's value as one whole number, or None if it is none.

    ``2``, ``2.0`` and ``1.2E6`` are whole numbers.
    """
    numbers = header_numbers(text, vm=1)
    return as_whole(numbers[0]) if numbers else None


def as_whole(number: Decimal) -> int | None:
    """Return a number as an integer, or None if it has a fraction or is too large to count."""
    return int(number) if number.adjusted() < _LONGEST and number == int(number) else None


def _number(text: str, settled: bool, below_thousand: bool, single: bool) -> Decimal | None:
    if len(text) > _LONGEST:
        return None
    if single and _MILLIONS.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if not _NUMBER.fullmatch(text):
        return None
    if "," in text and (not settled or (_THOUSAND.fullmatch(text) and not below_thousand)):
        return None
    return Decimal(text.replace(",", "."))


# most numbers are the same in file after file
@lru_cache(maxsize=1024)
def digits_of(text: str) -> tuple[str, str] | None:
    """Return the digits of a number and those of its whole part, without zeros before them.

    None is returned if the value of a DS or IS is no number.
    """
    try:
        value = abs(Decimal(text.strip()))
    except InvalidOperation:
        return None
    digits = "".join(map(str, value.as_tuple().digits)).lstrip("0")
    # an exponent could ask for more digits than any identifier has
    return digits, str(int(value)) if value.is_finite() and value.adjusted() < 64 else ""
