"""The result of a disc's check: each check with its counts, every fault with its place."""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from bonescint.resources import Texts

_MOST_KEPT = 1000  # faults that are kept of one check; a hostile image could have millions
# the order in which a person reads the checks
_ORDER = (
    "image", "recorded", "descriptors", "trees", "gaps", "layout", "manifest", "archive",
    "dicomdir", "images", "previews", "tables", "links", "study", "residual",
)  # fmt: skip
_NAMES = {"file", "other", "link"}  # values read from the volume


_Key = tuple[str, str]  # scope, check


class DiscFault(NamedTuple):
    """One thing that is not as it should be.

    Parameters
    ----------
    key
        The text is ``fault.<key>`` of resources/text/verify.csv.
    values
        Values in the text: the place, numbers, hashes. Never an identifier.
    """

    key: str
    values: dict[str, object]


class DiscVerdict:
    """The checks of one volume. Checks within its archive have the scope ``archive``."""

    def __init__(self) -> None:
        self.scope = ""
        self._counts: dict[_Key, dict[str, object]] = {}
        self._faults: dict[_Key, list[DiscFault]] = defaultdict(list)
        self._dropped: dict[_Key, int] = defaultdict(int)
        self._digests: dict[_Key, str] = {}
        self._notes: list[DiscFault] = []

    def checked(self, check: str, **counts: object) -> None:
        """Record that a check was made, and its counts (the fields of ``counted.<check>``)."""
        self._counts[self.scope, check] = counts

    def fault(self, check: str, key: str, **values: object) -> None:
        """Add a fault to a check."""
        if len(self._faults[self.scope, check]) < _MOST_KEPT:
            self._faults[self.scope, check].append(DiscFault(key, values))
        else:
            self._dropped[self.scope, check] += 1

    def digest(self, check: str, sha256: str) -> None:
        """Add a hash that a person compares with the paper."""
        self._digests[self.scope, check] = sha256

    def note(self, key: str, **values: object) -> None:
        """Add something that a person should know but that is not a fault."""
        self._notes.append(DiscFault(key, values))

    @property
    def good(self) -> bool:
        """Whether there is no fault at all."""
        return not any(self._faults.values())

    @property
    def total(self) -> int:
        """Return the number of all faults."""
        return sum(map(len, self._faults.values())) + sum(self._dropped.values())

    def rows(self, text: Texts) -> list[list[str]]:
        """Return a line for each check in words of ``verify``: name, counts, result."""
        found = []
        for key in self._keys():
            counts = self._counts.get(key)
            seen = text("unfinished") if counts is None else text(f"counted.{key[1]}", **counts)
            n = len(self._faults.get(key, ())) + self._dropped.get(key, 0)
            found.append([_name(key, text), seen, text("faults", n=n) if n else text("good")])
        return found

    def _keys(self) -> "list[_Key]":
        keys = {*self._counts, *(key for key, found in self._faults.items() if found)}
        return sorted(keys, key=lambda key: (key[0], _ORDER.index(key[1])))

    def digests(self, text: Texts) -> list[str]:
        """Return the hashes for the comparison with the paper, one per line."""
        return [
            f"SHA-256 {sha256}  {_name(key, text)}" for key, sha256 in sorted(self._digests.items())
        ]

    def notes(self, text: Texts) -> list[str]:
        """Return each note in words."""
        return [text(f"note.{note.key}", **note.values) for note in self._notes]

    def faults(self, text: Texts, hide: Callable[[str], str] = str) -> list[str]:
        """Return each fault in words, with the name of its check.

        Parameters
        ----------
        text
            The words of the area ``verify``.
        hide
            Returns a name on the volume with identifying parts hidden.
        """
        lines = []
        for key in self._keys():
            name = _name(key, text)
            for fault in self._faults.get(key, ()):
                values = fault.values | {
                    field: hide(str(value))
                    for field, value in fault.values.items()
                    if field in _NAMES
                }
                lines.append(f"{name}: {text(f'fault.{fault.key}', **values)}")
            if n := self._dropped.get(key):
                lines.append(f"{name}: {text('more', n=n)}")
        return lines


def _name(key: "_Key", text: Texts) -> str:
    scope, check = key
    name = text(f"check.{check}")
    return text("within", scope=text(f"check.{scope}"), check=name) if scope else name
