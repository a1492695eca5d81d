"""What the questions about readers share."""

import math
from collections.abc import Iterable

from bonescint.stats.estimate import Estimate


def of_these_readers(rows: Iterable[Estimate]) -> list[Estimate]:
    """Return `rows` with a note that the readers are fixed, where limits vary over cases only.

    Examples
    --------
    >>> [row.note for row in of_these_readers([Estimate(ci_low=0.5), Estimate()])]
    ['these_readers', '']
    """
    return [row if math.isnan(row.ci_low) else row.noting("these_readers") for row in rows]
