"""Reference and measurements joined by code: the arrays that the metrics scripts work on."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bonescint.files import read_rows


class Sample(NamedTuple):
    """The cases of one comparison, in the order of their codes.

    `y` is the truth (NaN where the readers reached none and none was asked for), `scores` has one
    array per software, `left_out` the notes that count who is missing and why.
    """

    y: NDArray[np.float64]
    scores: list[NDArray[np.float64]]
    left_out: list[str]


class Samples:
    """The cases by code.

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    """

    def __init__(self, reference: Path, measurements: Path) -> None:
        self._truth = {
            row["code"]: float(row["metastasis"])
            for row in read_rows(reference)
            if row["status"] == "decided"
        }
        self._results: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        for row in read_rows(measurements):
            cases = self._results.setdefault((row["software"], row["metric"]), {})
            cases[row["code"]] = (row["status"], row["value"])

    def of(self, metric: str, *software: str, judged: bool = True) -> Sample:
        """Return the cases that every software analysed.

        Parameters
        ----------
        metric
            One of `bonescint.stats.METRICS`.
        *software
            Keys; two of them give paired scores.
        judged
            Whether a case needs a decided reference.
        """
        tables = [self._results.get((key, metric), {}) for key in software]
        truth, values, left_out = [], [], Counter[str]()
        for code in sorted(set().union(*tables)):
            results = [table.get(code, ("missing", "")) for table in tables]
            failures = [
                "missing" if status == "analysed" else status
                for status, value in results
                if status != "analysed" or not value
            ]
            if failures:
                left_out[failures[0]] += 1
            elif judged and code not in self._truth:
                left_out["no_reference"] += 1
            else:
                truth.append(self._truth.get(code, np.nan))
                values.append([float(value) for _, value in results])
        columns = np.array(values).reshape(len(values), len(software))
        return Sample(
            np.array(truth),
            [columns[:, i] for i in range(len(software))],
            [f"left_out_{reason}={count}" for reason, count in sorted(left_out.items())],
        )
