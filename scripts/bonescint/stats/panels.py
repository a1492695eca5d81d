"""A software beside the readers, with the same cases for all who are compared."""

from typing import NamedTuple

import numpy as np

from bonescint.stats.samples import Floats, Ratings, Sample


class ReaderPanel(NamedTuple):
    """The cases of a software that all its readers have read.

    Readers who read none of the software's cases do not limit the cases. `y` and `scores` are as in
    a `Sample`. `values` is cases x readers (NaN for a reader who read none of these cases).
    `left_out` has the notes that count the missing cases, with the reasons.
    """

    codes: list[str]
    y: Floats
    scores: Floats
    values: Floats
    left_out: list[str]


def beside_readers(sample: Sample, ratings: Ratings) -> ReaderPanel:
    """Return the cases of one software that its readers have read.

    A reader who read none of them does not reduce the cases. `ratings` is one column of the
    readers' tables, such as ``metastasis``.

    Examples
    --------
    >>> sample = Sample(["A", "B"], np.array([1.0, 0]), [np.array([2.0, 0])], [])
    >>> values = np.array([[1, 1], [0, np.nan]])
    >>> ratings = Ratings(["r1", "r2"], ["A", "B"], values, ~np.isnan(values))
    >>> panel = beside_readers(sample, ratings)
    >>> panel.codes, panel.left_out
    (['A'], ['left_out_not_read_by_all=1'])
    """
    row_of = {code: i for i, code in enumerate(ratings.codes)}
    values = np.full((len(sample.codes), len(ratings.readers)), np.nan)
    for i, code in enumerate(sample.codes):
        if code in row_of:
            values[i] = ratings.values[row_of[code]]
    known = ~np.isnan(values)
    kept = (known == known.any(axis=0)).all(axis=1) & known.any(axis=1)
    missing = len(values) - int(kept.sum())
    return ReaderPanel(
        [code for code, keep in zip(sample.codes, kept, strict=True) if keep],
        sample.y[kept],
        sample.scores[0][kept],
        values[kept],
        sample.left_out + ([f"left_out_not_read_by_all={missing}"] if missing else []),
    )
