"""Further tables of the same cases: stored results, a second operator, a second reading."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Entries = Mapping[str, Mapping[str, Any]]

# kind of a further table -> the key that names it in an entry of `software` or `readers`
_OF_SOFTWARE = {"stored": "repeat_export", "second_operator": "second_operator"}
_OF_READERS = {"second_reading": "repeat_report"}
KIND_OF_TABLE = _OF_SOFTWARE | _OF_READERS
AGAIN = tuple(KIND_OF_TABLE.values())
# keys of the entry's own tables
_FIRST = ("export", "second_export", "report", "second_report")


class Repeat(NamedTuple):
    """A further table of an entry of the configuration."""

    area: str
    entry: str
    key: str  # path of the configuration's key that names the table
    settings: dict[str, Any]  # the settings of its reading: ``file`` and more


def repeats(software: Entries, readers: Entries) -> dict[str, Repeat]:
    """Return name of the coded table, such as ``vsbone3_stored`` -> the further table."""
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
    """Return the questions' name of such tables -> their paths on the coded side."""
    return {
        need: [f"results/{need}/{name}.csv" for name, one in found.items() if one.area == area]
        for need, area in (("repeats", "software"), ("second_readings", "readers"))
    }


def own_settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of an entry's own table, without further tables and labels."""
    return {name: value for name, value in entry.items() if name not in (*AGAIN, "label")}


def repeat_settings(entries: Entries, key: str = "repeat_export") -> dict[str, dict[str, Any]]:
    """Return entry -> settings of its further table, for entries that have one.

    Settings that the table lacks are taken from the entry. `key` is one of `AGAIN`.
    """
    found = {}
    for name, entry in entries.items():
        if given := entry.get(key):
            own = given if isinstance(given, Mapping) else {"file": given}
            said = {k: v for k, v in own_settings(entry).items() if k not in _FIRST}
            found[name] = said | dict(own)
    return found
