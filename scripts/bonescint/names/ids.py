"""Patient IDs as people type them, brought to one spelling."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from bonescint.text.folding import DASHES, without_unseen

# what an ID is where the configuration says nothing (inputs.patient_id_pattern)
ANY_ID = "[0-9A-Z]+"
# the katakana long mark is a look-alike of a hyphen
_SEPARATORS = re.compile(rf"[\s\-{DASHES}ー_]+")
_QUOTES = re.compile("[\"'`´‘’‚‛“”„‟′″«»‹›「」『』〝〞〟]+")
# what a program makes of an ID that it takes for a number
_NUMBER = re.compile(r"([0-9]+)[.,]0*")
_TELLING = 4  # characters of an ID from which on it is no accident inside other characters
_MOST_PARTS = 4


def normalise(text: str) -> str:
    """Return the one spelling of a patient ID under which all tables and headers meet (R12).

    Full-width letters and digits become ASCII (NFKC), spaces, hyphens and underscores go, letters
    become capitals. What nobody sees goes, what stands behind a NUL, and an assigning authority
    (ID^^^HOSPITAL). So do traces of programs: quotation marks (also ="123"), a sign before the ID
    and the decimals of a number (123.0). So do leading zeros (Excel drops them). Two IDs that
    differ in leading zeros only are therefore one patient: for an opt-out that errs on the safe
    side.

    Parameters
    ----------
    text
        The ID as typed or as in Patient ID (0010,0020).

    Returns
    -------
    str
        The `subject`; empty if nothing is left to compare.
    """
    # as most are; the rest changes nothing of these
    while not (text.isascii() and text.isalnum()):
        # again: what is gone may have parted a mark from its letter, or a sign from the beginning
        if (plain := _once(text)) == text:
            return text
        text = plain
    return text.upper().lstrip("0") or text[:1]


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKC", _QUOTES.sub("", without_unseen(text))).upper()
    # behind a NUL stands what a device's buffer held before; an assigning authority
    # (ID^^^HOSPITAL) or a second value is no part of the ID
    text = re.split(r"[\0^\\]", text.strip("\0^\\ "), maxsplit=1)[0]
    text = "".join(c for c in text if unicodedata.category(c) != "Cc" or c.isspace())
    plain = _SEPARATORS.sub("", _QUOTES.sub("", text)).lstrip("+=")
    if number := _NUMBER.fullmatch(plain):
        plain = number[1]
    return plain.lstrip("+=0") or plain[:1]


def is_patient_id(subject: str, pattern: str = ANY_ID) -> bool:
    """Tell whether a normalised text is a patient ID of this hospital.

    Parameters
    ----------
    subject
        As `normalise` returns it: capitals, no leading zeros.
    pattern
        A regular expression for the whole of it (inputs.patient_id_pattern); case does not count.
    """
    return re.fullmatch(pattern, subject, re.ASCII | re.IGNORECASE) is not None


def declined_in(text: str, declined: Iterable[str]) -> set[str]:
    """Return those of the IDs that a text which is no patient ID holds.

    The text is as in the header: what `normalise` cuts off counts as well.

    Parameters
    ----------
    text
        As in a header.
    declined
        Normalised IDs; one of fewer than four characters counts only where no other letter or
        digit touches it.
    """
    plain = unicodedata.normalize("NFKC", without_unseen(text)).upper()
    words = {*ids_in(plain), *map(normalise, re.findall("[0-9]+", plain))}
    # in one piece, and its digits alone
    forms = [re.sub("[^0-9A-Z]", "", plain), re.sub("[^0-9]", "", plain)]
    return {
        subject
        for subject in declined
        if subject in words or (len(subject) >= _TELLING and any(subject in form for form in forms))
    } - {""}


def doubted_in(text: str, declined: Collection[str], pattern: str = ANY_ID) -> set[str]:
    """Return whose ID that of a header may be, of those who declined (R12); most are nobody's.

    It is none of theirs, but no patient ID either, or only with what was cut off (behind a NUL, a
    second value), and it holds one of theirs: a person must look.

    Parameters
    ----------
    text
        As in the header.
    declined
        Normalised IDs.
    pattern
        As for `is_patient_id`.
    """
    subject = normalise(text)
    whole = not re.search(r"[\0\\]", text.strip("\0\\ "))
    if not subject or subject in declined or (whole and is_patient_id(subject, pattern)):
        return set()
    return declined_in(text, declined)


def ids_in(text: str) -> Iterator[str]:
    """Yield all that may be an ID in a text, normalised: its words, also neighbours in one.

    Parameters
    ----------
    text
        Of sentences: 0047-1936 and 0047 1936 may be IDs as well as each of their parts.
    """
    plain = unicodedata.normalize("NFKC", without_unseen(text))
    found = list(re.finditer("[0-9A-Za-z]+", plain))
    for at, first in enumerate(found):
        end = first.end()
        for part in found[at : at + _MOST_PARTS]:
            if part is not first and not _SEPARATORS.fullmatch(plain, end, part.start()):
                break
            end = part.end()
            yield normalise(plain[first.start() : end])


def tells_id(text: str, subject: str) -> bool:
    """Tell whether a text is a patient ID, or holds it where that is no accident.

    Parameters
    ----------
    text
        A code, or a word of a sentence.
    subject
        A normalised ID.
    """
    found = normalise(text)
    return found == subject or (len(subject) >= _TELLING and subject in found)
