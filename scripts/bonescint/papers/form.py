"""A form as data: its content, independent of how it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bonescint.resources import Texts
from bonescint.tables.sheets import ShownTable

# why a form has a field; empty = to handle the paper
BASES = ("", "guideline", "plan")


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form's table.

    Parameters
    ----------
    label
        What is asked.
    value
        The answer, in one line or more; empty = a line that a person fills in.
    basis
        One of `BASES`.
    """

    label: str
    value: str = ""
    basis: str = ""


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
    """A heading with sentences below it.

    Parameters
    ----------
    title
        The heading.
    points
        The sentences, each with its basis (one of `BASES`).
    mark
        ``number`` or ``box``, which a person ticks.
    """

    title: str
    points: Sequence[tuple[str, str]]
    mark: str = "number"

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
    """One form.

    Parameters
    ----------
    name
        Of its files, without the ending.
    title
        Its first line.
    study, study_title
        Of the configuration: they stand on each page.
    delivery
        ``D-001``; empty on a form that is of no delivery.
    synthetic
        Whether the data are simulated: each page then says so.
    language
        ``ja`` or ``en``.
    lead
        Paragraphs below the title.
    blocks
        What follows them.
    coded
        Whether it names patients by code; each page then says that it is personal information.
    """

    name: str
    title: str
    study: str
    study_title: str
    delivery: str
    synthetic: bool
    language: str
    lead: Sequence[str]
    blocks: Sequence[Fields | Points | Signatures | ShownTable]
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
