"""Recalls: the notices to the partner when a delivered patient declines (R12, R31)."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.custody.deliveries import Delivery, recorded
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.identity.codes import CODE_PATTERN
from bonescint.identity.ledger import Ledger
from bonescint.resources import Texts
from bonescint.text.filled import filled_for

# beside results/, because a notice names the patient's code and must stay when everything else
# about the patient is removed
FOLDER = Path("recalls")
_ON_THE_NOTICE = ("id", "date", "medium", "partner", "responsible")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that was written."""

    path: Path
    delivery: str  # the ID of the delivery
    codes: list[str]  # the codes that it names


def recall(
    ledger: Ledger,
    declined: Collection[str],
    folder: Path,
    study: Mapping[str, Any],
    language: str,
    today: date,
) -> list[Notice]:
    """Write a notice for each delivery of patients who declined, and record it; each once.

    Return the notices written now. Each is written before it is recorded. So after a crash between
    the two it is written again. A patient who came back and declines again is recalled from the
    deliveries made since.

    Parameters
    ----------
    ledger, declined
        The opened ledger, and normalised patient IDs.
    folder, study
        Where notices go (`FOLDER`), and that part of the configuration.
    language, today
        Of the notices.

    Raises
    ------
    InputError
        If a notice cannot be written. The next run then tries again.
    """
    if not _due(ledger, declined):
        return []
    notices = []
    with ledger.exclusive():
        due = _due(ledger, declined)  # again, because another process may have written them
        for delivery, codes in due:
            # one notice per delivery and day: a second one of today replaces the first and names
            # its patients too
            morning = (code for code, day in delivery.recalled.items() if day == str(today))
            codes = sorted({*codes, *morning})
            try:
                path = _place(folder, delivery, codes, today)
                _write(path, delivery, codes, study, language, today)
            except OSError as error:
                told = {"folder": folder, "reason": os.strerror(error.errno or 0)}
                raise InputError(Texts("custody", language)("recall.not_written", **told)) from None
            notices.append(Notice(path, delivery.id, codes))
        ledger.append(
            {"kind": "recall", "delivery": delivery.id, "codes": codes, "date": str(today)}
            for delivery, codes in due
        )
    return notices


def _write(
    path: Path,
    delivery: Delivery,
    codes: list[str],
    study: Mapping[str, Any],
    language: str,
    today: date,
) -> None:
    """Write the text, and once a privacy manager is chosen the form beside it (R33)."""
    # imported here because the rules import this module for its folder, and need no papers
    from bonescint.papers.plain import plain_text
    from bonescint.papers.recall import recall_paper
    from bonescint.papers.writing import write_form

    said = {name: getattr(delivery, name) for name in _ON_THE_NOTICE}
    paper = recall_paper(said, codes, study, language, str(today))
    with replacing(path, "wb", private=True) as stream:
        stream.write(plain_text(paper).encode("utf-8-sig"))
    if filled_for(study.get("privacy_manager"), study["synthetic"]):
        write_form(paper, path.with_suffix(""))


def delivered(ledger: Ledger, declined: Collection[str]) -> int:
    """Return how many of the patients who declined (normalised IDs) had been delivered."""
    codes = {code for delivery in recorded(ledger) for code in delivery.codes}
    return len(codes & _codes(ledger, declined))


def _codes(ledger: Ledger, declined: Collection[str]) -> set[str]:
    return {code for subject in declined for code in ledger.codes_of(subject)}


def _due(ledger: Ledger, declined: Collection[str]) -> list[tuple[Delivery, list[str]]]:
    gone = _codes(ledger, declined)
    found = [
        (delivery, sorted(gone.intersection(delivery.codes).difference(delivery.recalled)))
        for delivery in recorded(ledger)
    ]
    return [(delivery, codes) for delivery, codes in found if codes]


def _place(folder: Path, delivery: Delivery, codes: list[str], today: date) -> Path:
    """Return where a notice goes; it may replace one of the same delivery without other codes."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    n = 1
    while True:
        again = "" if n == 1 else f"_{n}"
        path = folder / f"recall_{delivery.id}_{today}{again}.txt"
        if not path.exists():
            return path
        old = path.read_text(encoding="utf-8-sig", errors="replace")
        same = delivery.date in old and delivery.medium in old
        if same and set(re.findall(CODE_PATTERN, old)) <= set(codes):
            return path
        n += 1
