"""Bring patient IDs, as people type them, to one spelling."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from bonescint.text.folding import DASHES, without_unseen

# the form of an ID if the configuration has none (inputs.patient_id_pattern)
ANY_ID = "[0-9A-Z]+"
# the katakana long mark is a look-alike of a hyphen
_SEPARATORS = re.compile(rf"[\s\-{DASHES}ー_]+")
_QUOTES = re.compile("[\"'`´‘’‚‛“”„‟′″«»‹›「」『』〝〞〟]+")
# a program that takes an ID for a number may add decimals
_NUMBER = re.compile(r"([0-9]+)[.,]0*")
_TELLING = 4  # a shorter ID may be found inside other characters by chance
_MOST_PARTS = 4


def normalise(text: str) -> str:
    """Return the one spelling of a patient ID that all tables and headers are compared in (R12).

    Full-width letters and digits become ASCII (NFKC), and letters become capitals. Removed are:
    spaces, hyphens and underscores; invisible characters; the text behind a NUL; an assigning
    authority (ID^^^HOSPITAL); traces of programs, that is quotation marks (also ="123"), a sign
    before the ID and the decimals of a number (123.0); leading zeros (Excel drops them). Two IDs
    that differ only in leading zeros are therefore one patient. This is the safe side for an
    opt-out.

    Parameters
    ----------
    text
        The ID as typed or as in Patient ID (0010,0020).

    Returns
    -------
    str
        The `subject`; empty if nothing is left to compare.
    """
    # most IDs need no change but capitals and leading zeros
    while not (text.isascii() and text.isalnum()):
        # repeated, because removing a character may join a mark to its letter, or bring a sign
        # to the front
        if (plain := _once(text)) == text:
            return text
        text = plain
    return text.upper().lstrip("0") or text[:1]


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKC", _QUOTES.sub("", without_unseen(text))).upper()
    # the text behind a NUL is a remnant in a device's buffer; an assigning authority
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
        An ID from `normalise`: capitals, no leading zeros.
    pattern
        A regular expression for the whole ID (inputs.patient_id_pattern). Case does not count.
    """
    return re.fullmatch(pattern, subject, re.ASCII | re.IGNORECASE) is not None


def declined_in(text: str, declined: Iterable[str]) -> set[str]:
    """Return the IDs found in a text that is no patient ID itself.

    The text must be unchanged from the header, because the parts that `normalise` cuts off count.

    Parameters
    ----------
    declined
        Normalised IDs. One of fewer than four characters counts only if no other letter or digit
        touches it.
    """
    plain = unicodedata.normalize("NFKC", without_unseen(text)).upper()
    words = {*ids_in(plain), *map(normalise, re.findall("[0-9]+", plain))}
    # the text without separators, and its digits alone
    forms = [re.sub("[^0-9A-Z]", "", plain), re.sub("[^0-9]", "", plain)]
    return {
        subject
        for subject in declined
        if subject in words or (len(subject) >= _TELLING and any(subject in form for form in forms))
    } - {""}


def doubted_in(text: str, declined: Collection[str], pattern: str = ANY_ID) -> set[str]:
    """Return the IDs of those who declined that the ID of a header may mean (R12); mostly none.

    The header's ID is a doubt if it holds one of these IDs without being equal to one, and if it is
    no patient ID or a part was cut off (behind a NUL, a second value). A person must look at it.
    """
    subject = normalise(text)
    whole = not re.search(r"[\0\\]", text.strip("\0\\ "))
    if not subject or subject in declined or (whole and is_patient_id(subject, pattern)):
        return set()
    return declined_in(text, declined)


def ids_in(text: str) -> Iterator[str]:
    """Yield every possible ID of a text, normalised: its words, also neighbours joined.

    Parameters
    ----------
    text
        A text of sentences. 0047-1936 and 0047 1936 may be IDs, and so may each of their parts.
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
    """Tell whether a code or a word is a patient ID, or holds it by more than chance."""
    found = normalise(text)
    return found == subject or (len(subject) >= _TELLING and subject in found)
