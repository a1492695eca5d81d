"""What a check finds, and what it knows of the study."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.identity.passphrase import FILE_VARIABLE

GOOD = "good"
LOOK = "look"  # a person should look at it
MEND = "mend"  # must be mended


class Finding(NamedTuple):
    """One line on the screen.

    The words are those of resources/text/doctor.csv: ``label.CHECK``, ``CHECK.KEY`` with the
    values filled in, ``CHECK.KEY.do`` if there is something to do, and ``CHECK.KEY.type`` if that
    is a command. In another area ``KEY`` alone says everything.
    """

    check: str
    state: str
    key: str
    values: Mapping[str, object] = {}
    area: str = "doctor"


class LookedAt(NamedTuple):
    """The study of this folder, as far as its configuration can be read."""

    ledger: Path
    key: Path
    passphrase: Path | None  # of the key
    disc_passphrase: Path | None
    dicom: Path | None
    tables: Mapping[str, Path]  # path of the key in the configuration -> table
    is_real: bool

    @property
    def secrets(self) -> list[Path]:
        """The files that hold a passphrase."""
        return [file for file in (self.passphrase, self.disc_passphrase) if file]

    @property
    def grave(self) -> str:
        """How bad it is if an outsider could read the study; simulated data need no protection."""
        return MEND if self.is_real else LOOK


def looked_at(config: Mapping[str, Any]) -> LookedAt:
    """Return what is looked at, even if a run would refuse the configuration.

    Paths that it lacks are the program's defaults.
    """
    ledger = _part(config, "ledger")
    disc = _part(_part(config, "delivery"), "disc")
    given = {f"inputs.{key}": value for key, value in _part(config, "inputs").items()}
    dicom = given.pop("inputs.dicom", None)
    for area, fields in (("software", ("export", "second_export")), ("readers", ("report",))):
        for name, entry in _part(config, area).items():
            if isinstance(entry, Mapping):
                given |= {f"{area}.{name}.{field}": entry.get(field) for field in fields}
    files = ((k, one.get("file") if isinstance(one, Mapping) else one) for k, one in given.items())
    passphrase = ledger.get("passphrase_file") or os.environ.get(FILE_VARIABLE)
    return LookedAt(
        ledger=Path(str(ledger.get("path") or "private/ledger.age")),
        key=Path(str(ledger.get("key") or "private/ledger.key")),
        passphrase=_path(passphrase),
        disc_passphrase=_path(disc.get("passphrase_file")),
        dicom=_path(dicom),
        tables={
            key: Path(file)
            for key, file in files
            if isinstance(file, str) and key != "inputs.patient_id_pattern"
        },
        is_real=_part(config, "study").get("synthetic") is not True,
    )


def _path(given: object) -> Path | None:
    return Path(str(given)) if given else None


def _part(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = config.get(key)
    return found if isinstance(found, Mapping) else {}
