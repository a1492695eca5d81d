"""Read numbers, versions and words as people type them in Japanese and English tables.

Findings are never read by this module, because they are kept as typed.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from bonescint.text.folding import fold_header, fold_term, half_width, restyled

_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!|SPILL!|CALC!)")
_DAMAGED_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d+|#+")
_NUMBERS = r"[. :_-]*(\d+(?:\.\d+)*)"
_VERSION = re.compile(rf"(?:(?<![a-z])(?:ver(?:sion)?|v)|バージョン){_NUMBERS}", re.ASCII)
# Replaces a formula whose result was not saved. Nobody can type this, because Excel takes a leading
# = for a formula.
NOT_CALCULATED = "=?"
# BSI is in %, so a table with only values below this may hold fractions (R9)
FRACTION_BELOW = Decimal("0.2")


def parse_number(text: str, decimal: str = ".", percent: bool = False) -> Decimal | None:
    """Return the number in a cell, or None if it is none or ambiguous.

    Parameters
    ----------
    text
        The cell. Full-width digits, signs and any minus are understood. Raised, lowered and circled
        digits are not (``3²`` is not 32).
    decimal
        The table's decimal sign, ``.`` or ``,``. The other one is also taken for a decimal sign
        unless it could separate thousands: ``1,5`` is 1.5, ``1,234`` is refused.
    percent
        Whether a ``%`` behind the number is allowed (the number is not changed).
    """
    if restyled(text):
        return None
    text = half_width(text)
    if percent:
        text = text.removesuffix("%").rstrip()
    other = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?\d+{re.escape(other)}\d+", text):
        whole, fraction = text.lstrip("+-").split(other)
        if len(fraction) == 3 and int(whole) != 0:
            return None
        text = text.replace(other, decimal)
    text = text.replace(decimal, ".") if decimal != "." else text
    # only ASCII digits, because NFKC has already converted the other possible ones
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", text, re.ASCII):
        return None
    return Decimal(text) + 0  # + 0: no negative zero


def parse_version(text: str, products: Iterable[str] = ()) -> tuple[int, ...] | None:
    """Return the version printed in a cell as numbers, or None if there is no number.

    ``VSBONE 3.0.1``, ``Ver. 3.0.1`` and ``３．０．１`` are (3, 0, 1). The number directly behind a
    product's name counts, otherwise the one behind "Ver", "V" or バージョン, otherwise the first
    one. A revision beside it never counts. Zeros at the end are removed, because Excel turns a
    typed 3.0 into 3. `products` are names that may stand before the version.
    """
    text = fold_term(text)
    names = "|".join(r"\s*".join(map(re.escape, fold_header(name))) for name in products)
    match = (
        (re.search(rf"(?:{names}){_NUMBERS}", text, re.ASCII) if names else None)
        or _VERSION.search(text)
        or re.search(r"(\d+(?:\.\d+)*)", text, re.ASCII)
    )
    return _numbers(match[1]) if match else None


def other_versions(text: str, configured: str) -> bool:
    """Tell whether a cell prints two versions and not only the configured one: ``2.0/3.0``.

    Numbers with a point are taken for versions unless they begin with a year (``2023.1``).
    """
    text = half_width(text)
    found = {_numbers(one) for one in re.findall(r"(?<![\d.])\d{1,3}(?:\.\d+)+", text, re.ASCII)}
    return len(found) > 1 and not all(same_version(one, configured) for one in found)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.sub(r"(?:\.0+)+$", "", version).split(".")))


def same_version(printed: tuple[int, ...], configured: str) -> bool:
    """Tell whether a printed version is the configured one or a patch of it (R37).

    3.0.1 is 3.0, and so is 3 (see `parse_version`); 3.1 and 30 are not.
    """
    wanted = tuple(map(int, configured.split(".")))
    padded = printed + (0,) * (len(wanted) - len(printed))
    return padded[: len(wanted)] == wanted


def error_value(text: str) -> bool:
    """Tell whether a cell has no result: ``#N/A``, ``#REF!``, or a formula without saved result."""
    return text == NOT_CALCULATED or _ERROR_VALUE.fullmatch(half_width(text).upper()) is not None


def damaged_id(text: str) -> bool:
    """Tell whether a spreadsheet has destroyed an ID: ``1.23457E+11``, ``####``, ``#N/A``."""
    return _DAMAGED_ID.fullmatch(half_width(text).upper()) is not None or error_value(text)


def as_text(value: object) -> str:
    """Return a parsed value in the workflow's form: no exponent, no zeros at the end."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value)
