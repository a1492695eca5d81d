"""How long the study is kept: some years from publication, then it is made unreadable (R32)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import Texts, both

YEARS = 10  # if the configuration gives no number
WARNING_DAYS = 90


@dataclass(frozen=True)
class Retention:
    """Where a study stands on its retention clock."""

    published: date | None  # None = not yet published, so the study is kept
    years: int  # for so many years after publication it is kept
    keep_until: date | None  # the last day it is kept; None before the publication
    days_left: int | None  # until then; negative afterwards; None before the publication

    @property
    def due(self) -> bool:
        """Whether the last day has passed: the study is to be made unreadable."""
        return self.days_left is not None and self.days_left < 0

    @property
    def warning(self) -> bool:
        """Whether the last day is at most 90 days off or has passed."""
        return self.days_left is not None and self.days_left <= WARNING_DAYS


def retention(study: Mapping[str, Any], today: date) -> Retention:
    """Return where the study stands on a day.

    The clock starts at the publication date of the configuration. The last day is the same day so
    many years later. Where that year has no 29 February it is 1 March, so that no day is lost.

    Raises
    ------
    InputError
        If the publication date is not a date, or the last day lies beyond the calendar.
    """
    years = int(study.get("retention_years", YEARS))
    typed = study.get("publication_date")
    if not typed:
        return Retention(None, years, None, None)
    try:
        published = date.fromisoformat(str(typed))
        keep_until = _later(published, years)
    except ValueError:
        raise InputError(both("ledger", "retention.no_date", value=typed, years=years)) from None
    return Retention(published, years, keep_until, (keep_until - today).days)


def _later(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        try:
            return day.replace(year=day.year + years)
        except ValueError:
            return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def summary_line(study: Mapping[str, Any], today: date, language: str) -> str | None:
    """Return the line for a run's summary from 90 days before the last day on; None before."""
    found = retention(study, today)
    if not found.warning:
        return None
    key = "retention.over" if found.due else "retention.soon"
    return Texts("ledger", language)(key, date=found.keep_until, n=found.days_left)
