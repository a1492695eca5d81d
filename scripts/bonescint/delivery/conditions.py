"""The conditions on the day of a delivery, for its record: gates, configuration, decisions."""

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
    config: Mapping[str, Any], day: date, decisions: Path = _DECISIONS
) -> dict[str, Any]:
    """Return what an auditor asks about the day of a delivery. Nothing in it names a patient.

    The human decisions, and the provenance of the last run, may be missing.
    """
    study, delivery = config["study"], config["delivery"]
    made_of = json.loads(_PROVENANCE.read_bytes()) if _PROVENANCE.exists() else {}
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
    """Return the decisions in force: hash of the table, numbers by kind and by reviewer's code."""
    inside = []
    with suppress(InputError):  # a delivery that has left must be recorded all the same
        inside = read_decisions(table, reviewers)
    kinds = Counter(f"{one.item.partition(':')[0]} {one.decision}" for one in inside)
    # a reviewer who typed a name instead of a code must not be named here
    people = Counter(
        one.reviewer if re.fullmatch(REVIEWER_CODE, one.reviewer) else "" for one in inside
    )
    return {
        "sha256": hashlib.sha256(table.read_bytes()).hexdigest(),
        "counts": dict(sorted(kinds.items())),
        "by": dict(sorted(people.items())),
    }
