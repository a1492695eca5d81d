"""Value representations by what they hold and how they are encoded (PS3.5 6.2 and 7.1.2)."""

from struct import calcsize

# the length of a value stands in two bytes; in four behind two reserved ones
SHORT = frozenset(
    {
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL",
        "SS", "ST", "TM", "UI", "UL", "US",
    }
)  # fmt: skip
LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
# what is filled up to an even length with a zero byte; other text with a space
ZERO_PADDED = frozenset({"OB", "UI", "UN"})
# words that somebody chose
TEXT = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
# bulk data that no attribute of these images has, and what is unknown: never written
UNKNOWN_FORM = frozenset({"OD", "OF", "OL", "OV", "UN"})
# numbers, dates and ages in digits, whose form can be checked
DIGITS = frozenset({"AS", "DA", "DS", "IS"})
# binary numbers, as the module struct unpacks them
FORMATS = {
    "FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q",
}  # fmt: skip
# bytes that byte order turns round together: a tag is two numbers
WORD = {"AT": 2, "OW": 2} | {vr: calcsize(form) for vr, form in FORMATS.items()}
