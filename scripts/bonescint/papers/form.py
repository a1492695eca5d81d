"""A form as data: its content, independent of how it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bonescint.resources import Texts
from bonescint.tables.sheets import ShownTable

# why a form has a field; empty = to handle the paper
BASES = ("", "guideline", "plan")


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form's table."""

    label: str  # what is asked
    value: str = ""  # the answer, in one line or more; empty = a line that a person fills in
    basis: str = ""  # one of `BASES`


@dataclass(frozen=True, slots=True)
class Fields:
    """A heading with fields below it."""

    title: str
    fields: Sequence[Field]

    @property
    def has_basis(self) -> bool:
        """Whether some field says what it rests on."""
        return any(field.basis for field in self.fields)


@dataclass(frozen=True, slots=True)
class Points:
    """A heading with sentences below it."""

    title: str
    points: Sequence[tuple[str, str]]  # the sentences, each with its basis (one of `BASES`)
    mark: str = "number"  # number or box, which a person ticks

    @property
    def signs(self) -> list[str]:
        """What stands before each sentence."""
        boxes = self.mark == "box"
        return ["□" if boxes else f"{n}." for n in range(1, len(self.points) + 1)]

    @property
    def has_basis(self) -> bool:
        """Whether some sentence says what it rests on."""
        return any(basis for _, basis in self.points)


@dataclass(frozen=True, slots=True)
class Signatures:
    """A line to sign and to date for each role."""

    title: str
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """One form."""

    name: str  # of its files, without the ending
    title: str  # its first line
    study: str  # its ID, which stands on each page like its title
    study_title: str
    delivery: str  # D-001; empty on a form that is of no delivery
    synthetic: bool  # whether the data are simulated: each page then says so
    language: str
    lead: Sequence[str]  # paragraphs below the title
    blocks: Sequence[Fields | Points | Signatures | ShownTable]  # what follows them
    # whether it names patients by code; each page then says that it is personal information
    coded: bool = True

    def answer(self, field: Field) -> str:
        """Return a field's value, or the line on which a person writes it."""
        return field.value or Texts("papers", self.language)("blank")

    def rests_on(self) -> bool:
        """Tell whether some field of the form says what it rests on."""
        return any(block.has_basis for block in self.blocks if isinstance(block, Fields | Points))

    @property
    def head(self) -> str:
        """What stands at the top of each page."""
        return f"{self.study}\u3000{self.study_title}"

    @property
    def foot(self) -> str:
        """What stands at the bottom of each page."""
        coded = Texts("papers", self.language)("coded") if self.coded else ""
        return "\u3000".join(filter(None, (self.title, self.delivery, coded)))
