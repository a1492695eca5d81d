"""What the questions about readers share."""

import math
from collections.abc import Iterable
from dataclasses import replace

from bonescint.stats.estimate import NAN, Estimate


def of_these_readers(rows: Iterable[Estimate]) -> list[Estimate]:
    """Return `rows`, noting at limits by a variance over cases alone that the readers are fixed."""
    return [row if math.isnan(row.ci_low) else row.noting("these_readers") for row in rows]


def untested(rows: Iterable[Estimate]) -> list[Estimate]:
    """Return `rows` without their tests: of a part of the cases none was planned."""
    return [replace(row, statistic=NAN, p_value=NAN, test="") for row in rows]
