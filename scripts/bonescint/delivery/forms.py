"""The forms of a recorded delivery, or of the volumes that are to be handed over (R29)."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.config_words import exam_name
from bonescint.custody.deliveries import Delivery
from bonescint.delivery.gate import reason_after_end
from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.papers import OF_PROVISION
from bonescint.papers.provision import Provision, forms_of_provision
from bonescint.papers.writing import beside, contents_of, write_files
from bonescint.resources import Texts
from bonescint.text.filled import filled_for

VOLUMES = Path("results/delivery/volumes.csv")
CONTENTS = Path("results/delivery/contents.csv")
# beside results/, because they prove what was provided and stay when everything else about a
# patient is removed
FOLDER = Path("forms")
_RECORDED = ("date", "medium", "partner", "responsible", "items", "obtained", "means")
_DELIVERY = re.compile(r"_D(\d+)_\d+")  # of a File-set ID (`Label.file_set_id`)


def recorded_provision(delivery: Delivery) -> Provision:
    """Return the data of a recorded delivery for its forms."""
    return Provision(
        id=delivery.id,
        cases=[{"code": code} for code in delivery.codes],
        **{name: getattr(delivery, name) for name in _RECORDED},
        handed_over=delivery.handed_over,
        after_end=delivery.after_period_end,
        volumes=delivery.volumes,
        files=len(delivery.files),
    )


def built_provision(
    config: Mapping[str, Any],
    today: date,
    volumes: Path = VOLUMES,
    contents: Path = CONTENTS,
) -> Provision:
    """Return the data of volumes to be handed over for their forms. The date stays blank.

    Parameters
    ----------
    config
        The configuration: ``study``, ``delivery``, ``language``.
    today
        The day, which shows whether the study is over.
    volumes, contents
        The built volumes and what is on them (docs/en/tables.md).

    Raises
    ------
    InputError
        If no volume was built.
    """
    words = Texts("papers", str(config["language"]))
    rows = list(read_rows(volumes)) if volumes.exists() and contents.exists() else []
    number = _DELIVERY.search(rows[0]["file_set_id"]) if rows else None
    if not number:
        raise InputError(words("not_built", file=volumes))
    study, delivery = config["study"], config["delivery"]
    return Provision(
        id=f"D-{int(number[1]):03d}",
        cases=[
            {**row, "n_images": row["images"]}
            for row in sorted(read_rows(contents), key=lambda row: row["code"])
        ],
        medium=str((delivery.get("disc") or {}).get("medium") or ""),
        partner=filled_for(delivery.get("partner"), study["synthetic"]),
        responsible=filled_for(delivery.get("responsible"), study["synthetic"]),
        items=words("items.default", exam=exam_name(study, words.language)),
        obtained=words("obtained.care"),
        means=words("means.default"),
        after_end=reason_after_end(study, delivery, today),
        volumes=rows,
    )


def write_forms_of(
    provision: Provision,
    config: Mapping[str, Any],
    folder: Path,
    names: Collection[str] = OF_PROVISION,
    former: Provision | None = None,
    replace: bool = False,
) -> list[Path]:
    """Write the forms of a provision and return their paths.

    Parameters
    ----------
    config
        The configuration: ``study``, ``papers``, ``language``.
    folder
        Where they go.
    former
        The same volumes before they were handed over. Their forms are replaced if nobody has
        changed them.
    replace
        Whether every form may be replaced, as in a folder where nobody fills in forms.

    Raises
    ------
    InputError
        If no privacy manager is chosen (R33), or if a form with other content exists already.
        Nothing is written then.
    """
    words = Texts("papers", str(config["language"]))
    files = _files(provision, config, folder, names)
    if there := {path: path.read_bytes() for path in files if path.exists() and not replace}:
        old = _files(former, config, folder, names) if former else {}
        other = [p for p, content in there.items() if content not in (files[p], old.get(p))]
        if other:
            raise InputError(words("other_form", files=", ".join(map(str, other))))
    write_files(files)
    return list(files)


def _files(
    provision: Provision, config: Mapping[str, Any], folder: Path, names: Collection[str]
) -> dict[Path, bytes]:
    forms = forms_of_provision(provision, config)
    return {
        beside(folder / name, ending): content
        for name in names
        for ending, content in contents_of(forms[name]).items()
    }
