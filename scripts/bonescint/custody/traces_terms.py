"""What is looked for of a person: code, ID and full name, in every usual spelling (R12).

A text is searched in two steps: the tokens of the whole text against sets, which costs the same
for one person and for a thousand, and exact patterns for those whose tokens are all there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from bonescint.deid.folding import fold
from bonescint.deid.reading import HONORIFICS, SEPARATORS
from bonescint.identity.ids import normalise

# inside an ID; not a line's end or a tab, behind which another value begins
_WITHIN = "[ \xa0\xad\u200b-\u200f\u2060\u3000\ufeff_\\-‐-―−ー]"
# between the parts of a name: punctuation, line ends, or the tags of XML and HTML
_BETWEEN = rf"(?:{SEPARATORS.pattern[:-1]}|[、|\"]|<[^<>]{{0,100}}>){{%d,8}}"
_TEXT = re.compile("[^\x00-\x7f]+")
_CODE = re.compile(rf"(?<![0-9a-z])bs(?:{_WITHIN}?)([2-9a-z]{{5}})(?![0-9a-z])")
_LETTERS = re.compile("[a-z]{3,}")
_PARTED = re.compile(rf"(?<![0-9])[0-9]++(?:{_WITHIN}{{1,3}}[0-9]++)+")
_PADDED = re.compile(r"(?<![0-9])0+[1-9][0-9]{0,3}(?![0-9])")
# ID12345678 is that ID, X12345678 another one
_LABEL = re.compile(r"(?<![a-z])(?:id|pid|mrn|no|patient|patient_?id)\Z")
_KANJI = "㐀-鿿々〆"
_KANA = "ァ-ヺー"
# 患者林花子様 is she, 小林花子 is not
_NO_KANJI_BEFORE = f"(?<![{_KANJI}])(?<!ー)|(?<=[者名前人例性師医])"
_COMBINING = "".join(map(chr, range(0x300, 0x370)))
_CACHED = 64
# a character with its marks of voice or accents
_CHARACTERS = re.compile(".[\u0300-\u036f\u3099\u309a\u309b\u309c\uff9e\uff9f]*", re.DOTALL)
# columns that hold patient IDs; `where` of warnings lists them
_ID_COLUMNS = frozenset(
    {"patientid", "subject", "id", "pid", "患者id", "患者番号", "被登録者id", "カルテ番号",
     "otherpatientids", "where"}
)  # fmt: skip
# Of the numbers of four digits a fifth stands in every run's figures and tables, of those of five
# one in a thousand (measured on the demonstration): the former, and what reads as a date, say
# nothing outside a column of IDs.
_TELLING_DIGITS, _TELLING = 5, 4
_PADDED_DIGITS = 6  # as written, with its zeros
_MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Whose traces are looked for.

    Parameters
    ----------
    code
        Her code, None if she has none.
    ids, names
        Patient IDs in any spelling, and names as in headers (``family^given=...``).
    """

    code: str | None
    ids: frozenset[str]
    names: frozenset[str]


class Hit(NamedTuple):
    """A term in a folded text: ``code``, ``id`` or ``name``, and where."""

    kind: str
    start: int
    end: int


class _Name(NamedTuple):
    pieces: tuple[str, ...]
    joined: frozenset[str]
    pattern: str


def folded(text: str) -> str:
    """Return a text in small letters of one width, kana and kanji in one form.

    Parameters
    ----------
    text
        Any text; its line ends stay.
    """
    if text.isascii():
        return text.lower()
    return _TEXT.sub(_fold_run, text).lower()


def _fold_run(run: re.Match[str]) -> str:
    return _fold_short(run[0]) if len(run[0]) <= _CACHED else fold(run[0])


@lru_cache(maxsize=1 << 14)
def _fold_short(run: str) -> str:
    # an accent that stands as a character of its own behind an ASCII letter
    return fold(run).lstrip(_COMBINING)


def index_map(text: str) -> tuple[str, list[int]]:
    """Return a text folded, and the place in it of every folded character and of its end.

    Parameters
    ----------
    text
        Any text.
    """
    pieces: list[str] = []
    places: list[int] = []
    for found in _CHARACTERS.finditer(text):
        piece = folded(found[0])
        if found[0] == "々" and pieces and not pieces[-1].isascii():
            piece = pieces[-1][-1]
        pieces.append(piece)
        places += [found.start()] * len(piece)
    return "".join(pieces), [*places, len(text)]


class Terms:
    """All that is looked for.

    Parameters
    ----------
    persons
        Whose traces.
    """

    def __init__(self, persons: Iterable[Person]) -> None:
        persons = list(persons)
        self._codes = {fold(p.code)[3:] for p in persons if p.code}
        subjects = {s for p in persons for i in p.ids if (s := fold(normalise(i)))}
        self.weak = frozenset(filter(_is_weak, subjects))
        strong = subjects - self.weak
        self._numbers = {s for s in strong if s.isdecimal()}
        self._padded = {s for s in self.weak if s.isdecimal() and len(s) < _TELLING_DIGITS}
        least = min(map(len, self._numbers), default=1)
        self._runs = re.compile(f"[1-9][0-9]{{{least - 1},}}")
        lettered = sorted(strong - self._numbers)
        self._lettered = re.compile("|".join(map(_id_pattern, lettered))) if lettered else None
        self._names = sorted({n for p in persons for name in p.names for n in _names(name)})

    def __bool__(self) -> bool:
        return bool(self._codes or self._numbers or self.weak or self._lettered or self._names)

    def suspects(self, text: str) -> list[tuple[str, str]]:
        """Return kind and pattern of what may be in a folded text; most texts hold nothing.

        Parameters
        ----------
        text
            As `folded` returns it.
        """
        found: list[tuple[str, str]] = []
        if self._codes and "bs" in text:
            found += [("code", c) for c in self._codes.intersection(_CODE.findall(text))]
        found += [("id", _id_pattern(number)) for number in self._numbers_in(text)]
        if self._lettered and self._lettered.search(text):
            found.append(("id", self._lettered.pattern))
        if self._names:
            found += [("name", name.pattern) for name in self._names_in(text)]
        return found

    def _numbers_in(self, text: str) -> set[str]:
        found: set[str] = set()
        if self._numbers:
            found = self._numbers.intersection(self._runs.findall(text))
        if self._numbers or self._padded:
            for run in set(_PARTED.findall(text)):
                parts = re.findall("[0-9]+", run)
                for first in range(len(parts)):
                    for last in range(first + 2, min(first + _MOST_PARTS, len(parts)) + 1):
                        joined = "".join(parts[first:last]).lstrip("0")
                        if joined in self._numbers:
                            found.add(joined)
        if self._padded:
            padded = {r for r in _PADDED.findall(text) if len(r) >= _PADDED_DIGITS}
            found |= self._padded.intersection(run.lstrip("0") for run in padded)
        return found

    def _names_in(self, text: str) -> Iterator[_Name]:
        words = set(_LETTERS.findall(text))
        others = "" if text.isascii() else "\n".join(set(_TEXT.findall(text)))
        for name in self._names:
            if not words.isdisjoint(name.joined) or all(
                (len(piece) < 3 or piece in words) if piece.isascii() else piece in others
                for piece in name.pieces
            ):
                yield name

    def find(self, text: str, in_path: bool = False) -> list[Hit]:
        """Return what a folded text holds.

        Parameters
        ----------
        text
            As `folded` returns it.
        in_path
            Whether it is a path, where dots part words and no decimals.
        """
        hits = []
        for kind, wanted in self.suspects(text):
            if kind == "code":
                found = [m for m in _CODE.finditer(text) if m[1] == wanted]
            else:
                found = list(re.finditer(wanted, text))
            for match in found:
                start, end = match.span()
                if kind != "id" or self._counts(text, start, end, in_path):
                    hits.append(Hit(kind, start, end))
        return sorted(set(hits), key=lambda hit: (hit.start, hit.kind))

    def _counts(self, text: str, start: int, end: int, in_path: bool) -> bool:
        written = re.sub(_WITHIN, "", text[start:end])
        if written.lstrip("0") in self._padded and len(written) < _PADDED_DIGITS:
            return False
        label = text[max(start - 12, 0) : start]
        if label[-1:].isascii() and label[-1:].isalnum() and not _LABEL.search(label):
            return False
        return not _is_dotted(text, start, end, in_path)

    def is_weak_id(self, value: str) -> bool:
        """Tell whether a whole value is an ID that counts only so.

        Parameters
        ----------
        value
            A cell of a column of IDs, a value of Patient ID, or a component of a path.
        """
        return bool(self.weak) and any(
            fold(normalise(part)) in self.weak for part in (value, *re.split(r"[,;\\\s]+", value))
        )


def is_id_column(header: str) -> bool:
    """Tell whether a column's header says that it holds patient IDs."""
    return SEPARATORS.sub("", folded(header)) in _ID_COLUMNS


def _is_weak(subject: str) -> bool:
    if not subject.isdecimal():
        return len(subject) < _TELLING
    if len(subject) == 8:
        try:
            return 1850 < date(int(subject[:4]), int(subject[4:6]), int(subject[6:])).year < 2100
        except ValueError:
            return False
    return len(subject) < _TELLING_DIGITS


def _id_pattern(subject: str) -> str:
    inside = f"{_WITHIN}{{0,3}}".join(map(re.escape, subject))
    return f"(?<![0-9])0*{inside}(?![0-9a-z])"


def _is_dotted(text: str, start: int, end: int, in_path: bool) -> bool:
    """Tell whether a number is part of a decimal number or of a UID."""
    left = re.search(r"[0-9.]*\Z", text[max(start - 70, 0) : start])
    right = re.match(r"[0-9.]*", text[end : end + 70])
    assert left and right  # noqa: S101  both may be empty
    before = [part for part in left[0].split(".") if part]
    after = [part for part in right[0].split(".") if part]
    if not before and not after:
        return False
    if len(before) + len(after) == 1:
        # 12345678.0 is what becomes of an ID in a column of numbers
        return not (in_path or (after and not after[0].strip("0")))
    return not in_path or (before or [text[start:end]])[0] in ("0", "1", "2")


def _names(name: str) -> Iterator[_Name]:
    """Yield what is looked for of a name: each group in every order; never a family name alone."""
    for group in name.split("="):
        # a prefix or suffix (Ms., MD) is no part of the name
        parts = [part for part in group.split("^")[:3] if part.strip()]
        if len(parts) == 1:
            parts = [part for part in re.split(r"[\s,、・]+", parts[0]) if part]
        pieces = [tuple(p for p in SEPARATORS.split(folded(part)) if p) for part in parts]
        pieces = [part for part in pieces if part]
        if len(pieces) > 1 or (pieces and len("".join(pieces[0])) > _whole(pieces[0][0])):
            yield _name(tuple(pieces))
        if len(pieces) == 3:
            yield _name(tuple(pieces[:2]))


def _whole(piece: str) -> int:
    """Return how long a name in one piece is at most while it may be a family name alone."""
    return 9 if piece.isascii() else 5 if re.match(f"[{_KANA}]", piece) else 3


def _name(parts: tuple[tuple[str, ...], ...]) -> _Name:
    flat = [piece for part in parts for piece in part]
    size = sum(map(len, flat))
    before, between, after = "", _BETWEEN % 0, ""
    if all(piece.isascii() for piece in flat):
        before, after = "(?<![a-z])", "(?![a-z])"
        if size < 6:  # "main" is no MA^IN, but "ono ai" is ONO^AI
            between = _BETWEEN % 1 if size > 4 else r"\s?[\^,=]\s?"
    elif all(re.fullmatch(f"[{_KANA}]+", piece) for piece in flat):
        # ヤマダハナ is not ヤマダハナコ
        before, after = f"(?<![{_KANA}])", f"(?:(?![{_KANA}])|(?={HONORIFICS}))"
    elif size < 4:
        before = f"(?:{_NO_KANJI_BEFORE})"
        after = f"(?:(?![{_KANJI}])|(?={HONORIFICS}))"
    orders = [[p for part in order for p in part] for order in permutations(parts)]
    patterns = [between.join(map(re.escape, order)) for order in orders]
    return _Name(
        tuple(flat),
        frozenset("".join(order) for order in orders),
        f"{before}(?:{'|'.join(patterns)}){after}",
    )


def without_shared(names: Iterable[str], others: Iterable[str]) -> dict[str, str]:
    """Return each name without the groups (romaji, kanji, kana) that others bear too.

    A namesake who takes part keeps her name in the tables; it would be found there for ever.

    Parameters
    ----------
    names
        As in headers, of those who declined.
    others
        As in headers, of those who take part.
    """
    names = set(names)
    groups = {group for name in names for group in name.split("=") if group}
    text = folded("\n".join(set(others)))
    suspects = Terms([Person(None, frozenset(), frozenset(groups))]).suspects(text)
    borne = {pattern for _, pattern in suspects if re.search(pattern, text)}
    shared = {group for group in groups if any(n.pattern in borne for n in _names(group))}
    return {name: "=".join(g for g in name.split("=") if g and g not in shared) for name in names}
