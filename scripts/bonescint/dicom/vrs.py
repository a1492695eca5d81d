"""Value representations by content and by encoding (PS3.5 6.2 and 7.1.2)."""

from struct import calcsize

# SHORT ones have a length field of two bytes, LONG ones two reserved bytes and a field of four
SHORT = frozenset(
    {
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL",
        "SS", "ST", "TM", "UI", "UL", "US",
    }
)  # fmt: skip
LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
# padded to an even length with a zero byte; other text is padded with a space
ZERO_PADDED = frozenset({"OB", "UI", "UN"})
# words that a person or a device chose
TEXT = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
# bulk data that no attribute of these images has, and unknown forms: never written
UNKNOWN_FORM = frozenset({"OD", "OF", "OL", "OV", "UN"})
# numbers, dates and ages in digits; their form can be checked
DIGITS = frozenset({"AS", "DA", "DS", "IS"})
# binary numbers, by their letter in the module struct
FORMATS = {
    "FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q",
}  # fmt: skip
# bytes that are swapped together in the other byte order; a tag is two numbers
WORD = {"AT": 2, "OW": 2} | {vr: calcsize(form) for vr, form in FORMATS.items()}
