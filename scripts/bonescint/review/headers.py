"""The header before and after, for a person who looks at what leaves.

No plain text may pair a code with a patient, and this page is no exception: of a value that says
who the patient is, only the length is shown. `bonescint diff` shows all values, and keeps nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from bonescint.deid.compare import Change, Size, changes
from bonescint.deid.identifiers import IDENTIFYING, Identifiers, known_identifiers
from bonescint.deid.source import read_source
from bonescint.resources import Texts
from bonescint.text.width import without_controls

_LONGEST = 300  # characters shown of a value
_NO_IDENTITY = frozenset({"AT", "SQ"})


class ShownChange(NamedTuple):
    """One line: the kind of change, where, and the value on both sides in words."""

    kind: str
    path: str
    name: str
    before: str
    after: str


def shown_changes(
    source: bytes, coded: bytes, row: dict[str, str], text: Texts
) -> list[ShownChange]:
    """Return every element of a source and its coded file; of private elements only how many."""
    known = known_identifiers(read_source(source), row).of_the_patient()
    found: list[ShownChange] = []
    private: dict[str, int] = {}
    for change in changes(source, coded):
        if change.private:
            private[change.kind] = private.get(change.kind, 0) + 1
        elif not change.path.startswith("(0002,"):
            found.append(_shown(change, known, text))
    for kind, n in sorted(private.items()):
        found.append(ShownChange(kind, "", text("ui.private"), text("ui.elements", n=n), ""))
    return found


def _shown(change: Change, known: Identifiers, text: Texts) -> ShownChange:
    before = _words(change.before, text)
    if isinstance(change.before, str) and _identifies(change, known):
        before = text("ui.masked", n=len(change.before))
    after = _words(change.after, text)
    if change.kind == "unchanged":
        before = after
    return ShownChange(change.kind, change.path, change.keyword or "-", before, after)


def _identifies(change: Change, known: Identifiers) -> bool:
    """Tell whether a value of the source says who the patient is, or which file this is."""
    if not change.before or change.kind == "unchanged":
        return False  # a value that stays has been searched for identifiers already
    tag = int(change.path[-10:-1].replace(",", ""), 16)
    vr = dictionary_VR(tag) if dictionary_has_tag(tag) else ""
    if tag in IDENTIFYING or vr in ("PN", "UI", "UN", ""):
        return True
    return vr not in _NO_IDENTITY and known.are_in(str(change.before).encode())


def _words(side: str | Size | None, text: Texts) -> str:
    if side is None:
        return ""
    if isinstance(side, Size):
        return text(f"ui.{side.unit}", n=side.n)
    seen = without_controls(side)
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"


def kept_values(coded: object, group: int, element: int) -> Iterator[str]:
    """Yield the values that a private element has in a coded file.

    `group` and `element` are those of the decision that keeps it. The file may use any block of the
    group.
    """
    for item in coded:  # type: ignore[attr-defined]
        tag = int(item.tag)
        if tag >> 16 == group and tag & 0xFF == element and tag & 0xFFFF >= 0x1000:
            yield without_controls(str(item.value), "?")[:_LONGEST]
