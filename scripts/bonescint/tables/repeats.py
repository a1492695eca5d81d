"""Further tables of the same cases: stored ones, a second operator's, a reader's second reading."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Entries = Mapping[str, Mapping[str, Any]]

# what such a table is to its entry -> the key that names it, of `software` and of `readers`
_OF_SOFTWARE = {"stored": "repeat_export", "second_operator": "second_operator"}
_OF_READERS = {"second_reading": "repeat_report"}
KIND_OF_TABLE = _OF_SOFTWARE | _OF_READERS
AGAIN = tuple(KIND_OF_TABLE.values())
# what is said of the entry's own tables
_FIRST = ("export", "second_export", "report", "second_report")


class Repeat(NamedTuple):
    """A further table of an entry of the configuration.

    Parameters
    ----------
    area
        ``software`` or ``readers``.
    entry
        Its name there.
    key
        Path of the configuration's key that names the table.
    settings
        How it is read: ``file`` and more.
    """

    area: str
    entry: str
    key: str
    settings: dict[str, Any]


def repeats(software: Entries, readers: Entries) -> dict[str, Repeat]:
    """Return name of the coded table, such as ``vsbone3_stored`` -> the table, of those there are.

    Parameters
    ----------
    software, readers
        Those of the configuration.
    """
    return {
        f"{entry}_{kind}": Repeat(area, entry, f"{area}.{entry}.{key}", settings)
        for area, entries, kinds in (
            ("software", software, _OF_SOFTWARE),
            ("readers", readers, _OF_READERS),
        )
        for kind, key in kinds.items()
        for entry, settings in repeat_settings(entries, key).items()
    }


def coded_repeats(found: Mapping[str, Repeat]) -> dict[str, list[str]]:
    """Return what a question calls such tables -> their paths on the coded side.

    Parameters
    ----------
    found
        What `repeats` returns.
    """
    return {
        need: [f"results/{need}/{name}.csv" for name, one in found.items() if one.area == area]
        for need, area in (("repeats", "software"), ("second_readings", "readers"))
    }


def own_settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an entry's own table is read: a further one or a label changes nothing of it.

    Parameters
    ----------
    entry
        Of ``software`` or ``readers`` of the configuration.
    """
    return {name: value for name, value in entry.items() if name not in (*AGAIN, "label")}


def repeat_settings(entries: Entries, key: str = "repeat_export") -> dict[str, dict[str, Any]]:
    """Return entry -> how its further table is read, of those that have one.

    What the table does not say of itself is as in the entry.

    Parameters
    ----------
    entries
        ``software`` or ``readers`` of the configuration.
    key
        Of the table, one of `AGAIN`.
    """
    found = {}
    for name, entry in entries.items():
        if given := entry.get(key):
            own = given if isinstance(given, Mapping) else {"file": given}
            said = {k: v for k, v in own_settings(entry).items() if k not in _FIRST}
            found[name] = said | dict(own)
    return found
