"""The study's period, whose end stops deliveries and nothing else (R14)."""

from collections.abc import Mapping
from datetime import date
from typing import Any


def period_is_over(study: Mapping[str, Any], today: date) -> bool:
    """Tell whether the study's period has ended; its last day belongs to it."""
    end = study.get("period_end")
    return bool(end) and today > date.fromisoformat(str(end))
