"""The patients of the planted corpus, and the words, numbers and dates hidden in their files.

Everything is derived from a running number, so that each text occurs once and is found again by a
plain search; nothing here is anybody's name.
"""

from dataclasses import dataclass
from datetime import date, timedelta

_TWO_LETTERS = "kakikukekosasusesotatetonaninunenohahihomamimumemoyayuyorarirurerowagagigugozazu"
_SYLLABLES = [_TWO_LETTERS[at : at + 2] for at in range(0, len(_TWO_LETTERS), 2)]
_KANJI = "佐藤鈴木高橋渡辺伊東加松本井田山中村小林吉清斎坂森池石前川原岡野"
_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミ"
_HALF_WIDTH = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐ"


def _digits(number: int, base: int, length: int) -> list[int]:
    """Return distinct, scattered digits for each number below ``base ** length``."""
    scattered = (number * 1_000_003 + 12_345) % base**length
    return [scattered // base**place % base for place in range(length)]


@dataclass(slots=True)
class Mint:
    """Texts that occur nowhere else.

    Parameters
    ----------
    count
        How many have been made.
    """

    count: int = 0

    def _next(self) -> int:
        self.count += 1
        return self.count

    def romaji(self) -> str:
        """Return a name of eight letters."""
        return "".join(_SYLLABLES[d] for d in _digits(self._next(), 40, 4)).capitalize()

    def kanji(self) -> str:
        """Return four kanji of names."""
        return "".join(_KANJI[d] for d in _digits(self._next(), 32, 4))

    def katakana(self) -> str:
        """Return five full-width kana."""
        return "".join(_KATAKANA[d] for d in _digits(self._next(), 32, 5))

    def half_width(self) -> str:
        """Return five half-width kana."""
        return "".join(_HALF_WIDTH[d] for d in _digits(self._next(), 32, 5))

    def number(self) -> str:
        """Return eight digits, the first not zero."""
        return str((self._next() * 7_368_787 + 1_234_567) % 90_000_000 + 10_000_000)

    def day(self) -> str:
        """Return a date before 1960, YYYYMMDD."""
        return f"{date(1920, 1, 1) + timedelta(days=self._next() * 37 % 14_600):%Y%m%d}"

    def time(self) -> str:
        """Return a time of day with six digits of a second."""
        n = self._next()
        return f"{n % 24:02}{n * 7 % 60:02}{n * 11 % 60:02}.{n * 7919 % 1_000_000:06}"


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the header describes the patient.

    Parameters
    ----------
    family, given
        Romaji, kanji and kana of the names.
    patient_id
        Ten digits, the first two zero.
    birth
        YYYYMMDD.
    accession, telephone, physician, institution
        The rest of what a header holds.
    """

    family: tuple[str, str, str]
    given: tuple[str, str, str]
    patient_id: str
    birth: str
    accession: str
    telephone: str
    physician: str
    institution: str

    @property
    def name(self) -> str:
        """Patient's Name with its three component groups."""
        return "=".join(f"{f}^{g}" for f, g in zip(self.family, self.given, strict=True))

    @property
    def secrets(self) -> list[str]:
        """What must not be found in anything that is written about the patient."""
        return [
            *self.family, *self.given, self.patient_id, self.patient_id.lstrip("0"), self.birth,
            self.accession, self.telephone, self.telephone.replace("-", ""), self.physician,
            self.institution,
        ]  # fmt: skip


def person(mint: Mint) -> Person:
    """Return a patient nobody has met."""
    telephone = mint.number()
    return Person(
        family=(mint.romaji(), mint.kanji(), mint.katakana()),
        given=(mint.romaji(), mint.kanji(), mint.katakana()),
        patient_id="00" + mint.number(),
        birth=mint.day(),
        accession=mint.number(),
        telephone=f"03-{telephone[:4]}-{telephone[4:]}",
        physician=mint.romaji(),
        institution=f"{mint.romaji()} Hospital",
    )
