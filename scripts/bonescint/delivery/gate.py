"""May anything leave the hospital at all? All that is unmet, at once (R14, R27, R33, R39)."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.custody.period import period_is_over
from bonescint.delivery.disc.passphrase import disc_passphrase
from bonescint.delivery.staff import listed_staff
from bonescint.errors import InputError
from bonescint.resources import Texts

_RULES = ("deliver", "build_disc", "write_partner_sheet")
_FOLDER = "results/delivery"
_MARKED = re.compile(r"\(\s*simulated\s*\)", re.IGNORECASE)  # nobody's institution or office
# the words of the demonstration's configuration are no reason of a hospital's
_SIMULATED = re.compile("合成デ[^あ-ん]?タ|実演|synthetic|simulat|demonstrat")
_TO_BE_DECIDED = frozenset(
    ["", "未定", "未決定", "未記入", "未設定", "未入力", "検討中", "調整中", "なし", "無し", "無"]
    + ["tbd", "tba", "todo", "na", "nil", "none", "null", "unknown", "undecided", "pending"]
    + ["tobedecided", "tobeannounced", "x", "xx", "xxx"]
)


def is_asked(arguments: Iterable[str]) -> bool:
    """Tell whether Snakemake is asked for what goes to the partner.

    Parameters
    ----------
    arguments
        Its command line: while the rules are read, Snakemake does not tell its targets.
    """
    # as an option's value too: --until=deliver
    words = [part for word in arguments for part in (word, word.partition("=")[2])]
    return any(
        word in _RULES or f"{os.path.relpath(word or '.')}/".startswith(f"{_FOLDER}/")
        for word in words
    )


def reason_after_end(study: Mapping[str, Any], delivery: Mapping[str, Any], today: date) -> str:
    """Return why something is delivered although the period has ended; empty if nothing says so.

    Parameters
    ----------
    study, delivery
        Those parts of the configuration. The demonstration's reason counts for simulated data only.
    today
        The day of the delivery.
    """
    reason = str(delivery.get("after_period_end") or "").strip()
    reason = reason if _says(reason) else ""
    if not period_is_over(study, today) or (not study["synthetic"] and _is_simulated(reason)):
        return ""
    return reason


def _is_simulated(reason: str) -> bool:
    return bool(_SIMULATED.search(_plain(reason)))


def _plain(value: object) -> str:
    """Return letters and digits alone, of one width and case."""
    folded = unicodedata.normalize("NFKC", str(value or "")).casefold()
    return "".join(filter(str.isalnum, folded))


def _says(value: object) -> bool:
    """Tell whether something was filled in: neither blanks and dashes nor "to be decided"."""
    return _plain(value) not in _TO_BE_DECIDED


def given(study: Mapping[str, Any], value: object) -> str:
    """Return what a configuration says; empty if it says nothing, or only for the demonstration.

    Parameters
    ----------
    study
        That part of the configuration.
    value
        Such as a partner. ``... (simulated)`` counts for simulated data only.
    """
    marked = _MARKED.search(unicodedata.normalize("NFKC", str(value or "")))
    return str(value) if _says(value) and (study["synthetic"] or not marked) else ""


def refusals(
    study: Mapping[str, Any], delivery: Mapping[str, Any], today: date, language: str
) -> Iterator[str]:
    """Yield everything in the configuration for which nothing may be delivered today.

    Of simulated data the period alone is asked: they need no committee and no partner.

    Parameters
    ----------
    study, delivery
        Those parts of the configuration.
    today
        The day of the delivery.
    language
        ``ja`` or ``en``.
    """
    text = Texts("delivery", language)
    if period_is_over(study, today) and not reason_after_end(study, delivery, today):
        yield text("period_over", end=study["period_end"])  # R14
        if _says(delivery.get("after_period_end")):
            yield text("reason_simulated", reason=delivery["after_period_end"])
    if study["synthetic"]:
        return
    approval = study.get("approval") or {}
    for key in ("committee", "number", "date"):
        if not given(study, approval.get(key)):
            yield text("no_approval", key=key)  # R39
    if approval.get("date") and date.fromisoformat(approval["date"]) > today:
        yield text("approval_later", date=approval["date"])
    if not given(study, delivery.get("partner")):
        yield text("no_partner")
    if not given(study, study.get("privacy_manager")):
        yield text("no_manager")  # R33
    if not delivery.get("staff_names"):
        yield text("no_staff")  # R27
    else:
        yield from _staff_list(Path(delivery["staff_names"]), text)


def disc_refusals(delivery: Mapping[str, Any]) -> Iterator[str]:
    """Yield why no encrypted disc can be built: there is no passphrase that jobs can use (R29).

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
    """Return what a delivery after the study's end says of it, on the sheet and the disc (R14).

    Parameters
    ----------
    study, delivery
        Those parts of the configuration.
    today
        The day of the delivery.
    language
        ``ja`` or ``en``.
    """
    reason = reason_after_end(study, delivery, today)
    if not reason:
        return []
    text = Texts("delivery", language)
    values = {"study": study["id"], "period": study["period_end"], "reason": reason}
    return [f"{text(f'cover_{key}')}: {value}" for key, value in values.items()]


def _staff_list(path: Path, text: Texts) -> Iterator[str]:
    """Yield why a list of staff is none."""
    try:
        if not listed_staff(path):
            yield text("empty_staff", path=path)
    except InputError as error:
        yield from error.problems
    except OSError as error:
        yield text("unread_staff", path=path, why=os.strerror(error.errno or 0))
