"""May anything leave the hospital at all? (R14, R39)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bonescint.resources import Texts


def refusals(
    study: Mapping[str, Any], delivery: Mapping[str, Any], today: date, language: str
) -> Iterator[str]:
    """Yield why nothing may be delivered today; nothing if it may.

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
    if today > date.fromisoformat(study["period_end"]) and not delivery["after_period_end"]:
        yield text("period_over", end=study["period_end"])  # R14
    approval = study.get("approval") or {}
    # simulated data need no committee
    if not study["synthetic"]:
        for key in ("committee", "number", "date"):
            if not approval.get(key):
                yield text("no_approval", key=key)  # R39
        if approval.get("date") and date.fromisoformat(approval["date"]) > today:
            yield text("approval_later", date=approval["date"])
