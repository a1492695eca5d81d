"""What holds on the day of a delivery, as its record keeps it: gates, configuration, decisions."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.deid.decisions import REVIEWER_CODE, read_decisions
from bonescint.delivery.gate import refusals
from bonescint.errors import InputError

_DECISIONS = Path("private/review/decisions.tsv")
_PROVENANCE = Path("results/provenance.json")
_OF_STUDY = ("approval", "privacy_manager", "period_end", "preceding_study", "synthetic")
_OF_PROVENANCE = ("config_sha256_16", "analysis_sha256_16")


def conditions_of(
    config: Mapping[str, Any],
    day: date,
    decisions: Path = _DECISIONS,
    provenance: Path = _PROVENANCE,
) -> dict[str, Any]:
    """Return what an auditor asks of the day of a delivery; nothing of it names a patient.

    Parameters
    ----------
    config
        The configuration.
    day
        Of the delivery.
    decisions, provenance
        What persons decided, and what the last run was made of; either may be missing.
    """
    study, delivery = config["study"], config["delivery"]
    made_of = json.loads(provenance.read_bytes()) if provenance.exists() else {}
    found = {key: study.get(key) for key in _OF_STUDY}
    found |= {
        "partner": delivery.get("partner"),
        "unmet": list(refusals(study, delivery, day, str(config["language"]))),
        "bonescint": made_of.get("versions", {}).get("bonescint", ""),
        **{key: made_of.get(key, "") for key in _OF_PROVENANCE},
        "reviewers": int(config.get("review", {}).get("reviewers", 1)),
    }
    if decisions.exists():
        found["decisions"] = _decided(decisions, found["reviewers"])
    return found


def _decided(table: Path, reviewers: int) -> dict[str, Any]:
    """Return the decisions in force: the table's hash, how many of which kind, by whose code."""
    inside = []
    with suppress(InputError):  # what has left goes on record all the same
        inside = read_decisions(table, reviewers)
    kinds = Counter(f"{one.item.partition(':')[0]} {one.decision}" for one in inside)
    # a name that somebody typed for a code is not repeated
    people = Counter(
        one.reviewer if re.fullmatch(REVIEWER_CODE, one.reviewer) else "" for one in inside
    )
    return {
        "sha256": hashlib.sha256(table.read_bytes()).hexdigest(),
        "counts": dict(sorted(kinds.items())),
        "by": dict(sorted(people.items())),
    }
