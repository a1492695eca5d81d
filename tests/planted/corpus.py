"""A corpus of NM files in which identifiers are planted at every place where tools leave them.

`corpus` returns the same files each time. Each planted text occurs once and is recorded with its
place; each file says what of it is wanted, and which reasons to refuse it would be true. The places
are in `planted_header` (attributes), `planted_private` (private groups, overlays, curves),
`planted_around` (bytes between and around the elements, pixels) and `planted_other` (other objects,
names of files); `planted_search` finds what survived.
"""

import warnings
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from typing import Any

import numpy as np

from tests.planted.bytes import (
    BIG,
    DEFLATED,
    EXPLICIT,
    HONEST_JAPANESE,
    IMPLICIT,
    J2K_LOSSLESS,
    JPEG_LOSSLESS,
    RLE,
    WESTERN,
    Draft,
    Syntax,
)
from tests.planted.objects import KINDS, Path, build, counts, wanted
from tests.planted.person import Mint, Person, person

SYNTAXES = (EXPLICIT, IMPLICIT, BIG, DEFLATED, IMPLICIT, RLE, EXPLICIT, JPEG_LOSSLESS, J2K_LOSSLESS)
# nine syntaxes, eight of these and four kinds of object: they meet in every combination
CHARSET_TURN = ("utf8", "jis", "ascii", "half width", "undeclared cp932", "jis named", "latin",
                "undeclared utf8")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plant:
    """A planted identifier.

    Parameters
    ----------
    place
        Where it is, in words.
    text
        What to search for.
    """

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class PlantedFile:
    """A file of the corpus.

    Parameters
    ----------
    path
        Below the corpus's folder; file and folder names hold identifiers of the patient.
    data
        Its bytes.
    patient
        Whose file it is; None if it is no image of a patient.
    family, kind
        The group of places; a key of `KINDS`, or empty.
    plants
        What is hidden in it.
    wanted
        Path -> value of what must be kept if it is written.
    image
        Its pixels; None if they are lossy (a decoder gives them) or it is no image.
    refusals
        Reasons that would be true of it; empty if it has to be written.
    """

    path: str
    data: bytes
    patient: Person | None
    family: str
    kind: str
    plants: tuple[Plant, ...]
    wanted: dict[Path, str]
    image: np.ndarray | None
    refusals: frozenset[str]


@dataclass(slots=True)
class Case:
    """A file in the making."""

    family: str
    kind: str
    draft: Draft
    patient: Person
    mint: Mint
    wanted: dict[Path, str]
    image: np.ndarray | None
    refusals: frozenset[str] = frozenset()
    plants: list[Plant] = field(default_factory=list)
    _turn: int = 0

    def plant(self, place: str, text: str) -> str:
        """Record a text and return it."""
        self.plants.append(Plant(place, text))
        return text

    def text(self, place: str, ascii_only: bool = False) -> str:
        """Return a new name in a script that the file's character set has, and record it."""
        self._turn += 1
        scripts = [self.mint.romaji, self.mint.kanji, self.mint.number, self.mint.katakana]
        if self.draft.charset in ("utf8", "half width", "undeclared utf8", "undeclared cp932"):
            scripts.append(self.mint.half_width)
        if self.draft.charset in WESTERN or ascii_only:
            scripts = [self.mint.romaji, self.mint.number]
        return self.plant(place, scripts[self._turn % len(scripts)]())

    def ascii(self, place: str) -> str:
        """Return a new name in romaji, and record it."""
        return self.plant(place, self.mint.romaji())

    def unwant(self, *paths: Path) -> None:
        """Take what was spoilt off the list of what is wanted, with all below it."""
        for path in paths:
            for key in [key for key in self.wanted if key[: len(path)] == path]:
                del self.wanted[key]


@dataclass(slots=True)
class Maker:
    """What makes the files, each of another patient, kind, transfer syntax and character set."""

    mint: Mint = field(default_factory=Mint)
    files: list[PlantedFile] = field(default_factory=list)
    _turns: dict[str, Any] = field(
        default_factory=lambda: {
            "kind": cycle(KINDS),
            "syntax": cycle(SYNTAXES),
            "charset": cycle(CHARSET_TURN),
        }
    )

    def case(
        self,
        family: str,
        kind: str = "",
        syntax: Syntax | None = None,
        charset: str = "",
        refusals: tuple[str, ...] = (),
    ) -> Case:
        """Return a new file; what is not asked for goes by turns."""
        kind = kind or next(self._turns["kind"])
        charset = charset or next(self._turns["charset"])
        tree = KINDS[kind]()
        if charset not in HONEST_JAPANESE:
            tree["StationName"] = "NM 2"
        patient = person(self.mint)
        ds = build(tree, patient, len(self.files))
        draft = Draft(ds, syntax or next(self._turns["syntax"]), charset)
        image = counts(int(tree["NumberOfFrames"]))
        return Case(
            family, kind, draft, patient, self.mint, wanted(tree), image, frozenset(refusals)
        )

    def done(self, case: Case, name: str = "") -> None:
        """Add a file to the corpus."""
        number = len(self.files)
        path = name or f"{case.patient.family[0]}_{case.patient.patient_id}/{number:04}.dcm"
        self.add(
            PlantedFile(
                path=path, data=case.draft.data(), patient=case.patient, family=case.family,
                kind=case.kind, plants=tuple(case.plants), wanted=case.wanted, image=case.image,
                refusals=case.refusals,
            )
        )  # fmt: skip

    def add(self, file: PlantedFile) -> None:
        """Add a file that was made elsewhere."""
        self.files.append(file)


@cache
def corpus() -> tuple[PlantedFile, ...]:
    """Return every file."""
    # the parts know the maker, so they are imported here
    from tests.planted.around import around_places
    from tests.planted.codes import code_places
    from tests.planted.header import header_places
    from tests.planted.numbers import number_places
    from tests.planted.other import other_places
    from tests.planted.private import private_places

    make = Maker()
    with warnings.catch_warnings():
        # pydicom would rather not write such values
        warnings.simplefilter("ignore")
        for kind in KINDS:
            make.done(make.case("clean", kind, EXPLICIT, "utf8"))
        for places in (
            header_places, code_places, number_places, private_places, around_places, other_places,
        ):  # fmt: skip
            places(make)
    return tuple(make.files)
