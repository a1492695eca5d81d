"""The tables that people fill in, as config.yaml names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import Texts

LISTS = ("opt_out", "participants", "tracer_calendar", "exam_dates")


@dataclass(frozen=True, slots=True)
class InputTable:
    """A table that a person fills in."""

    kind: str  # software, readers, or the name of a list
    name: str  # the entry's key; of a list its name
    schema: str  # a file of schemas/ without .schema.yaml
    settings: Mapping[str, Any]  # the entry of config.yaml; of a list how it is read
    file_key: str  # where config.yaml names the file
    file: str | None  # None where config.yaml names none
    second: str | None  # its second transcription (double entry), if there is one


def find_table(config: Mapping[str, Any], name: str, text: Texts) -> InputTable:
    """Return the table of a name: a software's or reader's key, a list's, or the full path of it.

    The full path (``software.vsbone3``) is needed where two have one name.

    Raises
    ------
    InputError
        If no table has that name, or more than one.
    """
    # imported here, because --version and --help do not need what they load
    from bonescint.config import inputs, list_layout
    from bonescint.config_values import entries_of

    paths, tables = inputs(config), {}
    for key in LISTS:
        full = f"inputs.{key}"
        settings = list_layout(config, key)
        tables[full] = InputTable(key, key, key, settings, full, paths.get(full), None)
    kinds = {"software": ("software_export", "export"), "readers": ("reading_report", "report")}
    for kind, (schema, field) in kinds.items():
        for key, entry in entries_of(config, kind).items():
            full, second = f"{kind}.{key}", entry.get(f"second_{field}")
            tables[full] = InputTable(
                kind, key, schema, entry, f"{full}.{field}", entry[field], second
            )
    found = [full for full in tables if name in (full, full.partition(".")[2])]
    if len(found) == 1:
        return tables[found[0]]
    known = found or [full.partition(".")[2] for full in tables]
    reason = "ambiguous" if found else "unknown"
    raise InputError(text(reason, name=name, known=", ".join(known)))
