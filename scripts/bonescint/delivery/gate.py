"""The gates before every delivery: all unmet conditions at once (R14, R27, R33, R39)."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.custody.period import period_is_over
from bonescint.delivery.disc.passphrase import disc_passphrase
from bonescint.delivery.staff import listed_staff
from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.text.filled import filled_for, is_filled, is_of_demonstration

_RULES = ("deliver", "build_disc", "write_partner_sheet", "write_forms")
_FOLDER = "results/delivery"


def is_asked(arguments: Iterable[str]) -> bool:
    """Tell by Snakemake's command line whether it is asked for what goes to the partner."""
    # a target may also be the value of an option: --until=deliver
    words = [part for word in arguments for part in (word, word.partition("=")[2])]
    return any(
        word in _RULES or f"{os.path.relpath(word or '.')}/".startswith(f"{_FOLDER}/")
        for word in words
    )


def reason_after_end(study: Mapping[str, Any], delivery: Mapping[str, Any], today: date) -> str:
    """Return the reason for a delivery after the end of the period; empty if none is given.

    Parameters
    ----------
    study, delivery
        Those parts of the configuration. The demonstration's reason counts only for simulated data.
    """
    reason = str(delivery.get("after_period_end") or "").strip()
    if not period_is_over(study, today) or not is_filled(reason):
        return ""
    return "" if is_of_demonstration(reason) and not study["synthetic"] else reason


def refusals(
    study: Mapping[str, Any], delivery: Mapping[str, Any], today: date, language: str
) -> Iterator[str]:
    """Yield everything in the configuration that forbids a delivery today.

    For simulated data only the period counts, because they need no committee and no partner.
    """
    text = Texts("delivery", language)
    if period_is_over(study, today) and not reason_after_end(study, delivery, today):
        yield text("period_over", end=study["period_end"])  # R14
        if is_filled(delivery.get("after_period_end")):
            yield text("reason_simulated", reason=delivery["after_period_end"])
    if study["synthetic"]:
        return
    approval = study.get("approval") or {}
    for key in ("committee", "number", "date"):
        if not is_filled(approval.get(key)):
            yield text("no_approval", key=key)  # R39
    if approval.get("date") and date.fromisoformat(approval["date"]) > today:
        yield text("approval_later", date=approval["date"])
    if not filled_for(delivery.get("partner"), study["synthetic"]):
        yield text("no_partner")
    if not filled_for(study.get("privacy_manager"), study["synthetic"]):
        yield text("no_manager")  # R33
    if not delivery.get("staff_names"):
        yield text("no_staff")  # R27
    else:
        yield from _staff_list(Path(delivery["staff_names"]), text)


def disc_refusals(delivery: Mapping[str, Any]) -> Iterator[str]:
    """Yield why no encrypted disc can be built, if jobs can use no passphrase (R29).

    Parameters
    ----------
    delivery
        That part of the configuration; ``disc.form`` is ``encrypted`` unless it says ``plain``.
    """
    disc = delivery.get("disc") or {}
    if disc.get("form", "encrypted") == "encrypted":
        try:
            disc_passphrase(disc.get("passphrase_file"))
        except InputError as error:
            yield from error.problems


def cover_lines(
    study: Mapping[str, Any], delivery: Mapping[str, Any], today: date, language: str
) -> list[str]:
    """Return the lines on the sheet and the disc of a delivery after the study's end (R14)."""
    reason = reason_after_end(study, delivery, today)
    if not reason:
        return []
    text = Texts("delivery", language)
    values = {"study": study["id"], "period": study["period_end"], "reason": reason}
    return [f"{text(f'cover_{key}')}: {value}" for key, value in values.items()]


def _staff_list(path: Path, text: Texts) -> Iterator[str]:
    """Yield why a file cannot be used as list of staff."""
    try:
        if not listed_staff(path):
            yield text("empty_staff", path=path)
    except InputError as error:
        yield from error.problems
    except OSError as error:
        yield text("unread_staff", path=path, why=os.strerror(error.errno or 0))
