"""Scan montage: a few coded cases, anterior and posterior, by tracer and readers' consensus."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from bonescint.dicom.display import CLIP, greys
from bonescint.files import Row
from bonescint.outputs.data import decided
from bonescint.outputs.labels import Labels
from bonescint.outputs.scans import View, read_views
from bonescint.outputs.style import empty_panel, foot_note, new_figure

FIGURE = {
    "order": 70,
    "section": "reference",
    "needs": ["cases", "reference", "dicom"],
    "form": "png",
    "narrow": True,
}

logger = logging.getLogger(__name__)

_PER_CELL = 2  # cases of each tracer with findings, and as many without
_MOST_ROWS = 640  # finer than a printed montage shows


@dataclass
class Scan:
    """The pictures of one coded case and where it belongs in the montage.

    Parameters
    ----------
    code
        The patient code.
    tracer
        ``MDP``, ``HMDP`` or what the case table says.
    metastasis
        The readers' consensus; None where it is open.
    views
        The pictures, anterior first.
    """

    code: str
    tracer: str
    metastasis: bool | None
    views: list[View]


def _shrunk(pixels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return 8 bit counts clipped at the percentile, thinned by whole-number block means."""
    counts = pixels.astype(np.float32)
    step = -(-max(counts.shape) // _MOST_ROWS)
    rows, columns = (size - size % step for size in counts.shape)
    counts = counts[:rows, :columns].reshape(rows // step, step, columns // step, step).mean((1, 3))
    return greys(counts)


def _used_rows(pictures: list[np.ndarray[Any, Any]]) -> slice:
    """Return the rows that hold a body in any of the pictures; all of them if the sizes differ."""
    if len({picture.shape for picture in pictures}) != 1:
        return slice(None)
    used = np.flatnonzero(np.max([picture.max(axis=1) for picture in pictures], axis=0) > 100)
    return slice(max(used[0] - 8, 0), used[-1] + 8) if used.size else slice(None)


def draw(cases: list[Row], reference: list[Row], dicom: list[Path], labels: Labels) -> Figure:
    """Draw a few coded scans; cases whose pictures cannot be shown are passed over.

    Parameters
    ----------
    cases, reference
        Rows of results/cases.csv and results/reference.csv.
    dicom
        The batches' folders, results/dicom/{batch}; coded files only.
    labels
        The figures' words.
    """
    truth = decided(reference)
    batches = {folder.name: folder for folder in dicom}
    cells: dict[tuple[str, bool | None], list[Scan]] = {}
    passed_over = 0
    # the codes are random, so the first by code are no choice of anyone's
    for row in sorted(cases, key=lambda row: row["code"]):
        state = truth.get(row["code"])
        cell = cells.setdefault((row["tracer"], state), [])
        if len(cell) == _PER_CELL or row["batch"] not in batches:
            continue
        if views := read_views(batches[row["batch"]] / row["code"]):
            cell.append(Scan(row["code"], row["tracer"], state, views))
        else:
            passed_over += 1
    logger.info("%d cases drawn, %d not drawable", sum(map(len, cells.values())), passed_over)
    order = sorted(cells, key=lambda key: (key[0], (True, False, None).index(key[1])))
    return side_by_side([scan for key in order for scan in cells[key]], labels)


def side_by_side(scans: list[Scan], labels: Labels) -> Figure:
    """Draw one row a tracer, cases with findings on the left.

    Parameters
    ----------
    scans
        The chosen cases; their order within a tracer is kept.
    labels
        The figures' words.
    """
    tracers = sorted({scan.tracer for scan in scans}, key=lambda tracer: (tracer != "MDP", tracer))
    rows = [
        [
            (scan, view.name, _shrunk(view.pixels))
            for scan in scans
            if scan.tracer == tracer
            for view in scan.views
        ]
        for tracer in tracers
    ]
    most = max((len(row) for row in rows), default=0)
    shown = _used_rows([picture for row in rows for _, _, picture in row])
    tallest = max((p[shown].shape[0] / p.shape[1] for row in rows for _, _, p in row), default=0)
    figure = new_figure(
        max(0.5 + 1.02 * most, 6.0), 0.55 + (tallest + 0.55) * len(rows) if rows else 2.5,
        labels.figure("title", "montage"), labels.synthetic,
    )  # fmt: skip
    if not rows:
        empty_panel(figure.add_subplot(), labels("no_data"))
        return figure
    states = {True: "findings_yes", False: "findings_no", None: "findings_open"}
    panels = figure.subplots(len(rows), most, squeeze=False)
    for tracer, band, row in zip(tracers, panels, rows, strict=True):
        band[0].set_ylabel(tracer, fontsize=11)
        for ax in band:
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        for i, (ax, (scan, name, picture)) in enumerate(zip(band, row, strict=False)):
            ax.imshow(picture[shown], cmap="gray_r", vmin=0, vmax=255, interpolation="none")
            ax.set_title(labels(f"view_{name or 'unknown'}"), fontsize=9)
            if i == 0 or row[i - 1][0] is not scan:
                state = labels(states[scan.metastasis]) if labels.has("readers") else ""
                text = f"{scan.code}\n{state}"
                ax.set_xlabel(text, loc="left", fontsize=8)
    note = labels.figure("note", "montage", percentile=CLIP)
    foot_note(figure, note)
    return figure
