"""Patient IDs as people type them, brought to one spelling."""

import re
import unicodedata

# hyphens and look-alikes that survive NFKC: minus, dashes, the katakana long mark
_SEPARATORS = re.compile(r"[\s\-‐-―−ー_]+")


def normalise(text: str) -> str:
    """Return the one spelling of a patient ID under which all tables and headers meet (R12).

    Full-width letters and digits become ASCII (NFKC), spaces, hyphens and underscores go, letters
    become capitals, leading zeros go (Excel drops them). Two IDs that differ in leading zeros only
    are therefore one patient: for an opt-out that errs on the safe side.

    Parameters
    ----------
    text
        The ID as typed or as in Patient ID (0010,0020).

    Returns
    -------
    str
        The `subject`; empty if nothing is left to compare.
    """
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).replace("\0", "").upper()
    return plain.lstrip("0") or plain[:1]
