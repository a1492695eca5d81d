"""Patient IDs as people type them, brought to one spelling."""

import re
import unicodedata

from bonescint.text.folding import DASHES, without_unseen

# the katakana long mark is a look-alike of a hyphen
_SEPARATORS = re.compile(rf"[\s\-{DASHES}ー_]+")


def normalise(text: str) -> str:
    """Return the one spelling of a patient ID under which all tables and headers meet (R12).

    Full-width letters and digits become ASCII (NFKC), spaces, hyphens and underscores go, letters
    become capitals. What nobody sees goes, and an assigning authority (ID^^^HOSPITAL). So do
    leading zeros (Excel drops them). Two IDs that differ in leading zeros only are therefore one
    patient: for an opt-out that errs on the safe side.

    Parameters
    ----------
    text
        The ID as typed or as in Patient ID (0010,0020).

    Returns
    -------
    str
        The `subject`; empty if nothing is left to compare.
    """
    if text.isascii() and text.isalnum():  # as most are; the rest changes nothing of these
        return text.upper().lstrip("0") or text[:1]
    # an assigning authority (ID^^^HOSPITAL) or a second value is no part of the ID
    text = re.split(r"[\^\\]", text.strip("^\\ "), maxsplit=1)[0]
    seen = without_unseen(text).replace("\0", "")
    # twice: without its separators a mark may find the letter it belongs to
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", seen)).upper()
    plain = unicodedata.normalize("NFKC", plain)
    return plain.lstrip("0") or plain[:1]
