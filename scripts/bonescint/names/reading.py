"""Read the bytes of a value in every encoding, and lay every reading out for the search.

Nothing here depends on a patient, and a few cameras write many files. Short values therefore repeat
and are read only once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bonescint.names.parts import KANA, KANJI, LETTERS, SEPARATORS, TITLE_BEHIND, TITLES
from bonescint.text.dates import in_digits
from bonescint.text.encodings import readings
from bonescint.text.folding import (
    DASHES,
    compose,
    enlarged,
    fold_name,
    romanised,
    sound,
    spelt_out,
)

_LONGEST_CACHED = 256
_AFFIXES = sorted(TITLES | {"nm", "ct", "wb", "id", "spect", "bone"}, key=len, reverse=True)
# two letters that stand alone and mean a machine
_MACHINES = frozenset({"ri", "nm", "ct", "mr", "pt", "ws", "wb", "ge", "mi"})
# one kanji, two letters, or at most two kana, before a title
_TITLED = re.compile(
    rf"(?:[{KANJI}]|(?<![a-z])[a-z]{{2}}|(?<![{KANA}])[{KANA}]{{1,2}})(?={TITLE_BEHIND})"
)
_ALONE = re.compile(rf"(?<![{KANJI}])[{KANJI}](?![{KANJI}ァ-ヺ])|{_TITLED.pattern}")
_SHORT_KANA = re.compile(rf"(?<![{KANA}])[{KANA}]{{1,2}}(?![{KANA}]|{TITLE_BEHIND})")
# each may touch characters of another script: 前回のOH MI
_PAIR = re.compile(
    rf"(?=((?<![a-z])[a-z]+|(?<![{KANA}])[{KANA}]+){SEPARATORS.pattern}([a-z]+|[{KANA}]+))"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(rf"(?<![a-z])[a-z](?:{SEPARATORS.pattern}[a-z])+(?![a-z])")
_DIGITS = re.compile("[0-9]+")
_PARTED_DIGITS = re.compile(rf"(?<![0-9{DASHES}-])[0-9]+(?:[{DASHES}-][0-9]+)+(?![0-9{DASHES}-])")
_SHORTEST_DIGITS, _SHORTEST_JOINED, _LONGEST_DIGITS = 4, 6, 20


@dataclass(frozen=True, slots=True)
class Reading:
    """All possible readings of a value, laid out for the search.

    Parameters
    ----------
    wholes
        Each reading, folded.
    bare
        All readings without separators, with large kana in place of small ones.
    letters
        All runs of Latin letters and of romanised kana by their sound, with a space around each.
    tokens
        Those runs, also without titles, and two neighbours joined. Single kanji that stand alone or
        before a title.
    numbers
        Runs of digits, and neighbouring runs joined, without leading zeros.
    triples
        Three numbers in a row, as in a date.
    """

    wholes: frozenset[str]
    bare: str
    letters: str
    tokens: frozenset[str]
    numbers: frozenset[str]
    triples: frozenset[tuple[int, int, int]]


def read(value: bytes) -> Reading:
    """Return the possible readings of one text, or of several binary values."""
    return _read_short(value) if len(value) <= _LONGEST_CACHED else laid_out(tuple(readings(value)))


@lru_cache(maxsize=256)
def _read_short(value: bytes) -> Reading:
    return laid_out(tuple(readings(value)))


def laid_out(texts: tuple[str, ...], prose: bool = False) -> Reading:
    """Return readings laid out for search.

    Parameters
    ----------
    texts
        One value read in several encodings.
    prose
        Whether it is a text of sentences. There one kanji or two kana are a name only before a
        title, and numbers of four or five digits count inside longer ones.
    """
    wholes: set[str] = set()
    bare: list[str] = []
    runs: set[str] = set()
    tokens: set[str] = set()
    numbers: set[str] = set()
    triples: set[tuple[int, int, int]] = set()
    # an ASCII value hardly has two bytes a character, and would give one kanji by chance
    one_byte = bool(texts) and texts[0].isascii() and "\x1b" not in texts[0]
    for text in dict.fromkeys(texts):
        composed = compose(text)
        folded = fold_name(composed)
        chance = one_byte and not text.isascii()
        if not chance or len(folded) > 1:
            wholes.add(folded.strip(" \0"))
        joined = SEPARATORS.sub("", folded)
        bare.append(enlarged(joined))
        if not folded.isascii() and not chance:
            tokens.update(_short_names(folded, prose))
        _collect_runs(composed, folded, "" if prose else joined, runs, tokens)
        if any("0" <= c <= "9" for c in folded) or "年" in folded:
            _collect_numbers(folded, numbers, triples)
            if prose:
                numbers.update(_short_numbers(folded))
    tokens |= runs
    return Reading(
        wholes=frozenset(wholes),
        bare="\n".join(bare),
        letters=f" {' '.join(sorted(runs))} ",
        tokens=frozenset(tokens),
        numbers=frozenset(numbers),
        triples=frozenset(triples),
    )


def _collect_runs(
    composed: str, folded: str, joined: str, runs: set[str], tokens: set[str]
) -> None:
    """Add a reading's runs of three letters or more to `runs`, and shorter names to `tokens`.

    `joined` is empty for prose, because its words must stay apart.
    """
    prose = not joined
    forms = [folded, joined, _APART.sub(lambda apart: SEPARATORS.sub("", apart[0]), folded)]
    if not composed.islower() and not composed.isupper():
        forms.append(fold_name(_CAMEL.sub(" ", composed)))
    spelt = spelt_out(composed)
    if spelt != composed:
        forms.append(fold_name(spelt))
    for number, form in enumerate(dict.fromkeys(forms)):
        kept = form if form.isascii() or not prose else _SHORT_KANA.sub(" ", form)
        found = LETTERS.findall(romanised(kept, " {} ".format))
        letters = [sound(run) for run in found]
        runs.update(run for run in letters if len(run) > 2)
        tokens.update(sound(core) for run in (*found, *letters) for core in _cores(run))
        if number == 0 and (prose or composed.isprintable()):
            # two letters are a name if they stand alone, or next to a title
            tokens.update(
                run
                for at, run in enumerate(letters)
                if len(run) == 2
                and (
                    (len(letters) == 1 and run not in _MACHINES)
                    or TITLES & {*letters[max(at - 1, 0) : at + 2]} - {run}
                )
            )
            # in a short value, longer names are found one by one and need no pairs
            if prose or sum(len(run) < 3 for run in letters) > 1:
                pairs = [(romanised(a), romanised(b)) for a, b in _PAIR.findall(folded)]
                tokens.update(sound(a + b) for a, b in pairs if prose or max(len(a), len(b)) < 3)


def _short_names(folded: str, prose: bool) -> Iterator[str]:
    """Yield names of one kanji, two kana or two letters before a title.

    In a Japanese text that is no prose, single kanji that stand alone are also yielded.
    """
    if not prose:
        try:
            folded.encode("cp932")
        except UnicodeEncodeError:
            return
    for short in (_TITLED if prose else _ALONE).findall(folded):
        yield sound(romanised(short)) if len(short) > 1 or "ァ" <= short <= "ヺ" else short


def _short_numbers(folded: str) -> Iterator[str]:
    """Yield numbers of four or five digits: inside longer ones, and divided by dashes (9-8765)."""
    close = re.sub(r"\s+", "", folded)
    for run in _DIGITS.findall(close):
        for size in range(_SHORTEST_DIGITS, _SHORTEST_JOINED):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))
    for parted in _PARTED_DIGITS.findall(close):
        digits = "".join(_DIGITS.findall(parted)).lstrip("0")
        if _SHORTEST_DIGITS <= len(digits) < _SHORTEST_JOINED:
            yield digits


def _cores(run: str) -> Iterator[str]:
    """Yield a run without a title or another affix before or behind the name."""
    for affix in _AFFIXES:
        if len(run) - len(affix) > 2:
            if run.startswith(affix):
                yield run[len(affix) :]
            if run.endswith(affix):
                yield run[: -len(affix)]


def _collect_numbers(folded: str, numbers: set[str], triples: set[tuple[int, int, int]]) -> None:
    text = in_digits(folded)
    found = list(_DIGITS.finditer(text))
    for at in range(len(found)):
        joined = ""
        for number, part in enumerate(found[at : at + 8]):
            if number and SEPARATORS.sub("", text[found[at + number - 1].end() : part.start()]):
                break
            joined += part[0]
            if len(joined) > _LONGEST_DIGITS:
                break
            digits = joined.lstrip("0")
            if len(digits) >= (_SHORTEST_JOINED if number else _SHORTEST_DIGITS):
                numbers.add(digits)
    for a, b, c in zip(found, found[1:], found[2:], strict=False):
        gaps = text[a.end() : b.start()], text[b.end() : c.start()]
        if max(len(a[0]), len(b[0]), len(c[0])) <= 4 and not any(
            len(gap) > 6 or LETTERS.search(gap) for gap in gaps
        ):
            triples.add((int(a[0]), int(b[0]), int(c[0])))
