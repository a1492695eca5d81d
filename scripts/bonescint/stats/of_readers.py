"""What the questions about readers share."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled
from bonescint.stats.samples import Floats, by_tracer, read_ratings

# takes answers, cases x readers
OfAnswers = Callable[[Floats], list[Estimate]]


def among_readers(
    column: str,
    readings: Sequence[Path],
    cases: Path,
    tracers: Collection[str],
    everyone: OfAnswers,
    together: OfAnswers,
    pair: OfAnswers,
) -> Iterator[Estimate]:
    """Yield how the readers agree: all of them, all on the cases of each tracer, and each pair.

    `column` of the readings has the answers. `everyone`, `together` and `pair` give the rows of all
    cases, of a tracer's cases, and of two readers. The note counts the cases that a reader has not
    read.
    """
    ratings = read_ratings(readings, column)
    yield from labelled(everyone(ratings.values), ratings.incomplete(), subject="all_readers")
    for tracer, some in by_tracer(ratings, cases, tracers).items():
        yield from labelled(
            together(some.values),
            some.incomplete(),
            subject="all_readers",
            cases=f"tracer={tracer}",
        )
    for i, j in combinations(range(len(ratings.readers)), 2):
        yield from labelled(
            pair(ratings.values[:, [i, j]]),
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )


def of_these_readers(rows: Iterable[Estimate]) -> list[Estimate]:
    """Return `rows` with a note that the readers are fixed, where limits vary over cases only.

    Examples
    --------
    >>> [row.note for row in of_these_readers([Estimate(ci_low=0.5), Estimate()])]
    ['these_readers', '']
    """
    return [row if math.isnan(row.ci_low) else row.noting("these_readers") for row in rows]
