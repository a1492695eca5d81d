"""The cases that a comparison with the reference can use."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def complete_cases(
    y: ArrayLike, *columns: ArrayLike
) -> tuple[NDArray[np.bool_], list[NDArray[np.float64]]]:
    """Return truth and columns of the cases that have all of them.

    Truth and columns have the shape (n,). A truth of NaN is a case without a reference.

    Raises
    ------
    ValueError
        If the shapes differ or the truth is anything but 0, 1 and NaN.

    Examples
    --------
    >>> truth, (score,) = complete_cases([1, 0, np.nan], [0.5, 0.1, 0.2])
    >>> truth.tolist(), score.tolist()
    ([True, False], [0.5, 0.1])
    """
    truth = np.asarray(y, dtype=float)
    values = [np.asarray(column, dtype=float) for column in columns]
    if truth.ndim != 1 or any(value.shape != truth.shape for value in values):
        raise ValueError("truth and scores must be one-dimensional and of the same length")
    known = ~np.isnan(truth)
    if not np.isin(truth[known], (0, 1)).all():
        raise ValueError("truth must be 0 or 1")
    for value in values:
        known &= ~np.isnan(value)
    return truth[known].astype(bool), [value[known] for value in values]
