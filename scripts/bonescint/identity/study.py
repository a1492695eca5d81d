"""Which study the folder and its ledger belong to, and whether its data are simulated.

The ledger says this in its entries of kind ``study``, of which the last one counts. The folder says
it in private/study.json, which is checked before anything else is read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import both

STUDY_FILE = Path("private/study.json")


class StudyMark(TypedDict):
    """What identifies a study: `study.id` and `study.synthetic` of the configuration."""

    id: str
    synthetic: bool


def refuse_other(known: Mapping[str, Any], study: StudyMark, file: Path) -> None:
    """Refuse to go on with a file of another study, or with data of another kind.

    Raises
    ------
    InputError
        With both IDs, and what to do.
    """
    problems = []
    if known["synthetic"] != study["synthetic"]:
        key = "is_simulated" if known["synthetic"] else "is_real"
        problems.append(both("identity", key, file=file))
    if known["id"] != study["id"]:
        said = {"file": file, "known": known["id"], "id": study["id"]}
        problems.append(both("identity", "other_study", **said))
    if problems:
        raise InputError(problems)


def study_of_folder() -> StudyMark | None:
    """Return what the folder says of its study, None if it says nothing yet.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        found = json.loads(STUDY_FILE.read_text(encoding="utf-8"))
        return StudyMark(id=str(found["id"]), synthetic=bool(found["synthetic"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise InputError(both("identity", "bad_study", file=STUDY_FILE)) from None


def refuse_other_folder(study: StudyMark) -> None:
    """Refuse to go on in the folder of another study (`refuse_other`)."""
    if known := study_of_folder():
        refuse_other(known, study, STUDY_FILE)


def mark_folder(study: StudyMark) -> None:
    """Write the mark of the study into its folder. It holds no secret."""
    if study_of_folder() != study:
        STUDY_FILE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(STUDY_FILE) as stream:
            json.dump(study, stream, ensure_ascii=False)
            stream.write("\n")
