"""Results that the preceding study stored of the same cases, beside today's."""

from collections.abc import Mapping
from typing import Any

_OF_TODAY = ("export", "second_export", "repeat_export")


def repeat_settings(software: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return software -> how its stored results are read, of those that have any.

    What ``repeat_export`` does not say is as in the export of today.

    Parameters
    ----------
    software
        ``software`` of the configuration.
    """
    found = {}
    for key, entry in software.items():
        if given := entry.get("repeat_export"):
            own = given if isinstance(given, Mapping) else {"file": given}
            found[key] = {k: v for k, v in entry.items() if k not in _OF_TODAY} | dict(own)
    return found
