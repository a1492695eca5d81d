"""Make the spellings of a patient's names, numbers, dates and addresses for the search."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from bonescint.names.ids import normalise
from bonescint.names.parts import KANA, LETTERS, NOBODY, SEPARATORS, orders
from bonescint.text.dates import ERAS, header_date, loose_dates
from bonescint.text.folding import compose, enlarged, fold_name, romanised, sound, spelt_out

# shorter ones occur in other text by chance, so they are compared only with whole values
SHORTEST = 4
_SHORTEST_DIGITS = 6
# a phrase of so many Latin letters is also searched across words
_LONG_PHRASE = 7
# a name without separators is taken apart if it has so many letters
_UNSEPARATED = 9
# so many first characters of an institution's name are used; a station name has only 16
_LEFT = 12
# entries among the names of staff that are no person
_ROLES = frozenset(
    {"admin", "administrator", "camera", "clinic", "ct", "doctor", "dr", "guest", "hospital", "lab",
     "mr", "mrt", "nm", "nuclear", "nurse", "operator", "physician", "prof", "pt", "radiology",
     "ri", "room", "rt", "service", "spect", "staff", "system", "tech", "technician",
     "technologist", "test", "user"}
)  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# parts of a name in one script
_SCRIPTS = re.compile(f"[a-z]+|[{KANA}]+|[^\x00-\x7f{KANA}]+")
_KANA = re.compile(f"[{KANA}]+")


class Spellings:
    """The texts to find, folded.

    Attributes
    ----------
    words
        Names in kana, kanji and other scripts: found anywhere in a text without separators.
    latin
        Latin names by sound -> the greatest number of letters in their spellings.
    tokens
        Single kanji and digits of names: found as whole words.
    glued
        Short forms by devices: one name with the other's initial, or the halves of a joined name.
    both
        Pairs of Latin names that count anywhere if both are in one text.
    joined
        IDs, addresses, dates, pairs of names: found anywhere in a text without separators.
    wholes
        Short texts, compared with whole values.
    numbers
        Digits without leading zeros, compared with whole runs of digits.
    births
        A birth date's three numbers in the usual orders, with the usual forms of the year.
    """

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.latin: dict[str, int] = {}
        self.tokens: set[str] = set()
        self.glued: set[str] = set()
        self.both: set[tuple[str, str]] = set()
        self.joined: set[str] = set()
        self.wholes: set[str] = set()
        self.numbers: set[str] = set()
        self.births: set[tuple[int, int, int]] = set()

    def add(self, other: "Spellings") -> None:
        """Add those of another text or person."""
        for form, size in other.latin.items():
            self.latin[form] = max(size, self.latin.get(form, 0))
        # by name and not in a loop: this runs for each text of each file
        self.words |= other.words
        self.tokens |= other.tokens
        self.glued |= other.glued
        self.both |= other.both
        self.joined |= other.joined
        self.wholes |= other.wholes
        self.numbers |= other.numbers
        self.births |= other.births

    def name(self, text: str, roles: frozenset[str]) -> None:
        """Add a name as in a header. Words of `roles` are no person."""
        for group in compose(text).split("="):
            for form in dict.fromkeys((group, spelt_out(group))):
                found = filter(None, SEPARATORS.split(_CAMEL.sub(" ", form)))
                self._group([part for part in map(fold_name, found) if part not in roles])

    def _group(self, parts: list[str]) -> None:
        for part in parts:
            self._part(part)
            if part.isascii() or len(parts) > 1:
                continue
            # family and given name are joined, and their border is unknown
            shortest, longest = (3, 8) if _KANA.fullmatch(part) else (2, 7)
            for size in range(shortest, len(part) if len(part) <= longest else 0):
                self._part(part[:size])
                self._part(part[-size:])
        if len(parts) == 1 and len(parts[0]) >= _UNSEPARATED and LETTERS.fullmatch(parts[0]):
            for size in range(4, len(parts[0]) - 2):
                self.glued |= {sound(parts[0][:size]), sound(parts[0][-size:])}
        romaji = [run if LETTERS.fullmatch(run := romanised(p)) else "" for p in parts[:4]]
        sounds = [sound(run) for run in romaji]
        for a, b in orders(range(len(sounds)), 2):
            if sounds[a] and sounds[b]:
                # both orders joined, for parts that are too short to be searched alone
                self._latin(romaji[a] + romaji[b])
                if (
                    min(len(sounds[a]), len(sounds[b])) > 2
                    and len(sounds[a] + sounds[b]) >= _LONG_PHRASE
                ):
                    self.both.add((sounds[a], sounds[b]))
                if len(sounds[a]) > 2:
                    initial = romaji[b][0]
                    for name in (romaji[a], sounds[a]):
                        self.glued |= {sound(name + initial), sound(initial + name)}
            if not parts[a].isascii() or not parts[b].isascii():
                self.phrase(parts[a] + parts[b])

    def _part(self, part: str) -> None:
        for run in {part, *_SCRIPTS.findall(part)} - NOBODY:
            if LETTERS.fullmatch(run):
                self._latin(run)
            elif run.isascii() or len(run) == 1:
                self.wholes.add(run)
                self.tokens.add(run)
            else:
                self.words.add(enlarged(run))
                if _KANA.fullmatch(run):
                    self._latin(romanised(run))

    def _latin(self, letters: str) -> None:
        if letters not in NOBODY:
            form = sound(letters)
            self.latin[form] = max(len(letters), self.latin.get(form, 0))
            if len(letters) < SHORTEST:
                self.wholes.add(letters)

    def phrase(self, text: str) -> None:
        """Add a text that is searched as a whole. Short ones of Latin letters become words."""
        plain = enlarged(SEPARATORS.sub("", fold_name(text)))
        if not plain or plain in NOBODY:
            return
        if LETTERS.fullmatch(plain):
            if len(plain) >= _LONG_PHRASE:
                self.joined.add(plain)
            elif len(plain) >= SHORTEST:
                self._latin(plain)
            else:
                self.wholes.add(plain)
        elif plain.isdecimal():
            self.number(plain)
        elif len(plain) >= SHORTEST or (len(plain) >= 2 and not any(c.isascii() for c in plain)):
            self.joined.add(plain)
        else:
            self.wholes.add(plain)

    def id(self, text: str) -> None:
        """Add an ID as typed, normalised, and its digits."""
        for form in (text, normalise(text)):
            self.phrase(form)
        for digits in re.findall(
            f"[0-9]{{{_SHORTEST_DIGITS},}}", SEPARATORS.sub("", fold_name(text))
        ):
            self.number(digits)

    def number(self, digits: str) -> None:
        """Add digits with and without leading zeros."""
        plain = digits.lstrip("0")
        self.wholes |= {digits, plain} - {""}
        if len(plain) >= SHORTEST:
            self.numbers.add(plain)
        if len(plain) >= _SHORTEST_DIGITS:
            self.joined.add(plain)

    def birth(self, text: str) -> None:
        """Add the dates that a birth date may mean, and an unusual text unchanged."""
        born = loose_dates(text)
        for day in born:
            self._birth(day)
        if header_date(text) is None:
            # such a text may be copied unchanged, readable (昭和28年) or not (19530000)
            plain = SEPARATORS.sub("", fold_name(text))
            long = len(plain) >= _SHORTEST_DIGITS and len(set(plain)) > 1
            if (long and re.search("[0-9]", plain)) or (born and not plain.isdecimal()):
                self.phrase(text)

    def _birth(self, born: date) -> None:
        year, month, day = born.year, born.month, born.day
        short = f"{year % 100:02}{month:02}{day:02}"
        whole = {
            f"{year}{month:02}{day:02}", f"{day:02}{month:02}{year}", f"{month:02}{day:02}{year}",
        }  # fmt: skip
        self.numbers |= {digits.lstrip("0") for digits in (*whole, short)}
        self.wholes.add(short)
        self.joined |= whole
        years = {year, year % 100}
        for before, last, era, letter, number in ERAS:
            since = year - before
            if 1 <= since <= last:
                years.add(since)
                self.numbers.add(f"{number}{since:02}{month:02}{day:02}")
                numeric = f"{since:02}{month:02}{day:02}"
                self.joined |= {mark + numeric for mark in (era, era[0], letter)}
        for y in years:
            self.births |= {(y, month, day), (day, month, y), (month, day, y)}


# the physicians and the institution are the same for many patients
@lru_cache(maxsize=1024)
def _collected(kind: str, text: str) -> Spellings:
    """Return the spellings of one text of the header. The caller must not change them."""
    found = Spellings()
    match kind:
        case "patient":
            found.name(text, frozenset())
        case "staff":
            found.name(text, _ROLES)
        case "id":
            found.id(text)
        case "birth":
            found.birth(text)
        case "phrase":
            found.phrase(SEPARATORS.sub("", fold_name(text))[:_LEFT])
    return found


def spellings(
    patient: Iterable[str] = (), staff: Iterable[str] = (), ids: Iterable[str] = (),
    births: Iterable[str] = (), phrases: Iterable[str] = (),
) -> Spellings:  # fmt: skip
    """Return the spellings of names, IDs, birth dates, addresses as in headers, of one or many."""
    kinds = {"patient": patient, "staff": staff, "id": ids, "birth": births, "phrase": phrases}
    found = Spellings()
    for kind, texts in kinds.items():
        for text in set(texts):
            found.add(_collected(kind, text))
    return found
