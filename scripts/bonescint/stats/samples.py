"""Coded tables joined by code into the arrays of the metrics scripts."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bonescint.files import read_rows

Floats = NDArray[np.float64]
# key -> label, version, metrics (its own, in order) and more
SoftwareFacts = Mapping[str, Mapping[str, Any]]
# pairs of software keys: the older and the newer version, or two products
KeyPairs = Sequence[Sequence[str]]
# The status of a case that counts as a failure of the software: it had the image and could not
# analyse it. A missing result, or a case that nobody analysed, says nothing about the software.
FAILED = "segmentation_failed"


class Sample(NamedTuple):
    """The cases of one comparison, in the order of their codes.

    `y` is the truth (NaN where the readers reached none and none was required). `scores` has one
    array per software. `left_out` has the notes that count the missing cases, with the reasons.
    """

    codes: list[str]
    y: Floats
    scores: list[Floats]
    left_out: list[str]


class Samples:
    """The cases by code.

    Parameters
    ----------
    truth
        Code -> 1 (metastasis) or 0, such as `read_truth` returns.
    low
        Metrics whose low values indicate metastasis. Where there is a truth, the sign of their
        scores is changed, so that a higher score always indicates it.
    """

    def __init__(
        self, truth: Mapping[str, float], measurements: Path, low: Collection[str] = ()
    ) -> None:
        self._truth, self._low = truth, low
        self._results: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        for row in read_rows(measurements):
            cases = self._results.setdefault((row["software"], row["metric"]), {})
            cases[row["code"]] = (row["status"], row["value"])

    def judged_by(self, truth: Mapping[str, float]) -> "Samples":
        """Return the same measurements with another truth."""
        other = copy(self)
        other._truth = truth
        return other

    def beside(self, key: str, table: Path, metrics: Iterable[str]) -> "Samples":
        """Return the same measurements and, under another key, those of one more table.

        No software has the key. The table has the form of results/software/{software}.csv.
        """
        other = copy(self)
        rows = list(read_rows(table))
        other._results = self._results | {
            (key, metric): {row["code"]: (row["status"], row[metric]) for row in rows}
            for metric in metrics
        }
        return other

    def codes_of(self, metric: str, software: str) -> set[str]:
        """Return the codes of the cases of one software, analysed or not."""
        return set(self._results.get((software, metric), {}))

    def of(
        self,
        metric: str,
        *software: str,
        judged: bool = True,
        among: Collection[str] | None = None,
        with_failed: bool = False,
    ) -> Sample:
        """Return the cases that every software analysed.

        Parameters
        ----------
        metric
            One that all of these software have.
        *software
            Keys; two of them give paired scores.
        judged
            Whether a case needs a decided reference.
        among
            The codes to choose from; None means all.
        with_failed
            Whether failed cases are included as wrong as possible at every cut-off: with metastasis
            below every score, without it above every score (Schuetz 2012). It needs a reference.
        """
        tables = [self._results.get((key, metric), {}) for key in software]
        codes, truth, values, left_out = [], [], [], Counter[str]()
        for code in sorted(set().union(*tables)):
            if among is not None and code not in among:
                continue
            results = [table.get(code, ("missing", "")) for table in tables]
            lacking = [
                "missing" if status == "analysed" else status
                for status, value in results
                if (status != "analysed" or not value) and not (with_failed and status == FAILED)
            ]
            if lacking:
                left_out[lacking[0]] += 1
            elif judged and code not in self._truth:
                left_out["no_reference"] += 1
            else:
                codes.append(code)
                truth.append(self._truth.get(code, np.nan))
                values.append([np.nan if s == FAILED else float(v) for s, v in results])
        columns = np.array(values).reshape(len(values), len(software))
        if judged and metric in self._low:
            columns = -columns
        worst = np.where(np.array(truth) == 1, -np.inf, np.inf)[:, None]
        columns = np.where(np.isnan(columns), worst, columns)
        return Sample(
            codes,
            np.array(truth),
            [columns[:, i] for i in range(len(software))],
            [f"left_out_{reason}={count}" for reason, count in sorted(left_out.items())],
        )


class Ratings(NamedTuple):
    """The answers of every reader on every case.

    `values` is cases x readers, NaN where a reader gave none. `read` is whether the case was read
    at all: a case that was read may have no grade (未算出) or a blank count.
    """

    readers: list[str]
    codes: list[str]
    values: Floats
    read: NDArray[np.bool_]

    def incomplete(self, columns: Iterable[int] | None = None) -> str:
        """Return the notes that count the cases without a value of each reader, with the reasons.

        `columns` are those of the readers in question; None means all.
        """
        chosen = slice(None) if columns is None else list(columns)
        read = self.read[:, chosen].all(axis=1)
        graded = ~np.isnan(self.values[:, chosen]).any(axis=1)
        said = f"not_read_by_all={int((~read).sum())}"
        ungraded = int((read & ~graded).sum())
        return f"{said}; not_graded_by_all={ungraded}" if ungraded else said

    def among(self, codes: Collection[str]) -> "Ratings":
        """Return the same readers' ratings of some cases.

        Codes without ratings are ignored.
        """
        kept = [i for i, code in enumerate(self.codes) if code in codes]
        found = [self.codes[i] for i in kept]
        return self._replace(codes=found, values=self.values[kept], read=self.read[kept])


def shared_metrics(software: SoftwareFacts, *keys: str) -> list[str]:
    """Return the metrics that all of these software have, in their order.

    Examples
    --------
    >>> shared_metrics({"v1": {"metrics": ["bsi", "ann"]}, "v2": {"metrics": ["bsi"]}}, "v1", "v2")
    ['bsi']
    """
    first, *others = (software[key]["metrics"] for key in keys)
    return [metric for metric in first if all(metric in other for other in others)]


def software_metrics(software: SoftwareFacts) -> Iterator[tuple[str, str]]:
    """Yield each software with each of its metrics.

    Examples
    --------
    >>> list(software_metrics({"v1": {"metrics": ["bsi", "ann"]}}))
    [('v1', 'bsi'), ('v1', 'ann')]
    """
    return ((key, metric) for key in software for metric in software[key]["metrics"])


def version_metrics(
    version_pairs: KeyPairs, software: SoftwareFacts
) -> Iterator[tuple[str, str, str]]:
    """Yield each pair of versions, the old one first, with each metric that both have.

    Examples
    --------
    >>> metrics = {"v1": {"metrics": ["bsi", "ann"]}, "v2": {"metrics": ["bsi"]}}
    >>> list(version_metrics([("v1", "v2")], metrics))
    [('v1', 'v2', 'bsi')]
    """
    for old, new in version_pairs:
        yield from ((old, new, metric) for metric in shared_metrics(software, new, old))


def read_truth(reference: Path) -> dict[str, float]:
    """Return code -> 1 or 0 for the cases on which the readers decided."""
    return {
        row["code"]: float(row["metastasis"])
        for row in read_rows(reference)
        if row["status"] == "decided"
    }


def read_consensus(reference: Path, column: str) -> dict[str, float]:
    """Return code -> a number of the reference standard, for the cases that have one.

    `column` is ``n_metastases`` or ``eod``.
    """
    return {row["code"]: float(row[column]) for row in read_rows(reference) if row[column]}


def eod_contradicts(row: Mapping[str, object]) -> bool:
    """Tell whether a case is positive by consensus with EOD 0, or negative with a higher EOD.

    Examples
    --------
    >>> [eod_contradicts({"metastasis": "1", "eod": eod}) for eod in ("0", "2", "")]
    [True, False, False]
    """
    said = [row.get(name) for name in ("metastasis", "eod")]
    return not {None, ""} & set(said) and len({str(one) == "0" for one in said}) == 2


def read_eod_contradictions(reference: Path) -> set[str]:
    """Return the codes of the cases whose EOD contradicts the consensus."""
    return {row["code"] for row in read_rows(reference) if eod_contradicts(row)}


def read_ratings(readings: Iterable[Path], column: str) -> Ratings:
    """Return one column of every reader's table (R10).

    The tables in results/readings are named after their readers. `column` is ``metastasis``,
    ``n_metastases`` or ``eod``.
    """
    tables = {path.stem: {row["code"]: row for row in read_rows(path)} for path in readings}
    codes = sorted({code for table in tables.values() for code in table})
    cells = [[table.get(code, {}) for table in tables.values()] for code in codes]
    values = [[float(row.get(column) or "nan") for row in of_case] for of_case in cells]
    read = [[row.get("status") == "read" for row in of_case] for of_case in cells]
    # keep the shape (cases, readers) even where either is empty
    shape = len(codes), len(tables)
    return Ratings(
        list(tables), codes, np.array(values).reshape(shape), np.array(read, bool).reshape(shape)
    )


def by_tracer(ratings: Ratings, cases: Path, tracers: Collection[str]) -> dict[str, Ratings]:
    """Return the ratings of each tracer's cases; nothing where one tracer has all cases.

    The tracers keep their order. One without rated cases is left out.
    """
    if len(tracers) < 2:
        return {}
    given = {row["code"]: row["tracer"] for row in read_rows(cases)}
    found = {
        tracer: ratings.among({code for code in given if given[code] == tracer})
        for tracer in tracers
    }
    return {tracer: some for tracer, some in found.items() if some.codes}
