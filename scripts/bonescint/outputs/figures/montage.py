"""Scan montage: a few coded cases, anterior and posterior, by tracer and readers' consensus."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from bonescint.dicom.display import CLIP, greys, window
from bonescint.files import Row
from bonescint.identity.codes import typed_code
from bonescint.outputs.data import decided, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.marks import ViewMarks, read_marks
from bonescint.outputs.panels import OtherForm, Panel, Picture
from bonescint.outputs.scans import View, read_views
from bonescint.outputs.style import small

FIGURE = {
    "order": 70,
    "section": "reference",
    "needs": ["cases", "reference", "measurements", "first_cutoffs", "dicom", "montage", "marks"],
    "form": "png",
    "narrow": True,
}

logger = logging.getLogger(__name__)
Marks = Mapping[tuple[str, str], ViewMarks]

_PER_CELL = 2  # cases of each tracer with findings, and as many without
_A_ROW = 4  # cases side by side
OUTLINE, SPOT = "#0072B2", "#D55E00"  # of the reference analysis
_MOST_ROWS = 640  # a printed montage shows no more


@dataclass
class Scan:
    """The pictures of one coded case and its place in the montage."""

    code: str
    tracer: str  # ``MDP``, ``HMDP`` or another value of the case table
    metastasis: bool | None  # the readers' consensus; None where they reached none
    views: list[View]  # the pictures, anterior first


class _Drawn:
    """One view of a case, reduced and in greys, with the counts that the greys stand for."""

    def __init__(self, scan: Scan, view: View, marks: Marks) -> None:
        self.marks = marks.get((scan.code, view.name))
        self.step = _step(view.pixels)
        thin = _thinned(view.pixels)
        self.scan, self.name = scan, view.name or "unknown"
        self.pixels, self.window = greys(thin), window(thin)


def _step(pixels: np.ndarray[Any, Any]) -> int:
    return -(-int(max(pixels.shape)) // _MOST_ROWS)


def _thinned(pixels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return counts reduced by the means of blocks with a whole number of pixels."""
    counts = pixels.astype(np.float32)
    step = _step(counts)
    rows, columns = (size - size % step for size in counts.shape)
    thin = counts[:rows, :columns].reshape(rows // step, step, columns // step, step)
    return np.asarray(thin.mean((1, 3)))


def _used_rows(pictures: list[np.ndarray[Any, Any]]) -> slice:
    """Return the rows with a body in any of the pictures; all rows if the sizes differ."""
    if len({picture.shape for picture in pictures}) != 1:
        return slice(None)
    used = np.flatnonzero(np.max([picture.max(axis=1) for picture in pictures], axis=0) > 100)
    return slice(max(used[0] - 8, 0), used[-1] + 8) if used.size else slice(None)


def discordance(
    measurements: Iterable[Row],
    reference: Iterable[Row],
    first_cutoffs: Mapping[str, float],
    labels: Labels,
) -> dict[str, float]:
    """Return code -> the largest distance beyond a cut-off among calls against the consensus.

    Distances are multiples of the cut-off. Each software counts with its first metric that has
    a cut-off. Cases in which every software agrees with the consensus are left out.
    """
    values, truth = measured(measurements), decided(reference)
    found: dict[str, float] = {}
    for key in labels.software_keys:
        metric = next((one for one in labels.metrics(key) if one in first_cutoffs), "")
        cutoff = first_cutoffs.get(metric, 0.0)
        for code, value in values.get((key, metric), {}).items():
            called = value <= cutoff if labels.is_low(metric) else value >= cutoff
            if code in truth and called != truth[code]:
                far = abs(value - cutoff) / (abs(cutoff) or 1.0)
                found[code] = max(found.get(code, 0.0), far)
    return found


def _configured(montage: Mapping[str, Any], cases: Sequence[Row]) -> tuple[list[str], int]:
    """Return the configured codes that are cases, and how many of the others are not.

    A listed case may have left the study after an opt-out. That must not stop the run, so it is no
    error. The figure's note says how many are missing.
    """
    given = montage.get("cases", "first")
    if isinstance(given, str):
        return [], 0
    known = {row["code"] for row in cases}
    codes = [code for one in given if (code := typed_code(one)) in known and code]
    return codes, len(given) - len(codes)


def draw(
    cases: list[Row],
    reference: list[Row],
    measurements: list[Row],
    first_cutoffs: dict[str, float],
    dicom: list[Path],
    montage: Mapping[str, Any],
    marks: list[Path],
    labels: Labels,
) -> Picture:
    """Draw a few coded scans. Cases whose pictures cannot be shown are skipped.

    Parameters
    ----------
    dicom
        The batches' folders, results/dicom/{batch}; coded files only.
    montage
        `figures.montage` of the configuration: ``cases`` is a list of codes, ``first`` (by code,
        two of each tracer with and without findings) or ``discordant`` (within the same groups, the
        cases whose calls are furthest on the wrong side of their cut-off).
    marks
        The batches' tables of what the research reference analysis found; none without it.
    """
    truth = decided(reference)
    batches = {folder.name: folder for folder in dicom}
    codes, not_there = _configured(montage or {}, cases)
    far: dict[str, float] = {}
    if (montage or {}).get("cases") == "discordant":
        far = discordance(measurements, reference, first_cutoffs, labels)
    of_code = {row["code"]: row for row in cases if not far or row["code"] in far}
    # codes are random, so taking the first by code selects nothing
    by_code = sorted(of_code, key=lambda code: (-far.get(code, 0.0), code))
    order = codes if codes or not_there else by_code
    cells: dict[tuple[str, bool | None], list[Scan]] = {}
    for code in order:
        row, state = of_code[code], truth.get(code)
        cell = cells.setdefault((row["tracer"], state), [])
        if (len(cell) == _PER_CELL and not codes) or row["batch"] not in batches:
            continue
        if views := read_views(batches[row["batch"]] / code):
            cell.append(Scan(code, row["tracer"], state, views))
        else:
            logger.info("a case that cannot be drawn is passed over")
    states = sorted(cells, key=lambda key: (True, False, None).index(key[1]))
    note = "note_discordant" if far else "note"
    scans = [scan for key in states for scan in cells[key]]
    found = read_marks(marks, {scan.code for scan in scans})
    picture = side_by_side(scans, labels, note, found)
    if not not_there:
        return picture
    said = labels.figure("not_there", "montage", n=not_there)
    return picture._replace(note=f"{picture.note} {said}", empty=said)


def side_by_side(
    scans: list[Scan], labels: Labels, note: str = "note", marks: Marks | None = None
) -> Picture:
    """Draw a panel for each four cases of a tracer, cases with findings on the left.

    Parameters
    ----------
    scans
        The chosen cases; their order within a tracer is kept.
    note
        The name of the text on how the cases were chosen.
    marks
        (code, view) -> what the research reference analysis found.
    """
    order = dict.fromkeys(map(labels.tracer, labels.software_keys))
    tracers = dict.fromkeys([*order, *sorted({scan.tracer for scan in scans})])
    groups = [[scan for scan in scans if scan.tracer == tracer] for tracer in tracers]
    drawn = [
        [[_Drawn(scan, view, marks or {}) for view in scan.views] for scan in group]
        for group in groups
    ]
    pictures = [one.pixels for group in drawn for case in group for one in case]
    shown = _used_rows(pictures)
    tallest = max((one[shown].shape[0] / one.shape[1] for one in pictures), default=2)

    def form(a_row: int) -> OtherForm:
        rows = [
            [one for case in group[first : first + a_row] for one in case]
            for group in drawn
            for first in range(0, len(group), a_row)
        ]
        most = max(map(len, rows), default=0)
        panels = [
            Panel(f"row{i}", partial(_row, row=row, most=most, shown=shown, labels=labels))
            for i, row in enumerate(rows, 1)
        ]
        return OtherForm(panels, (0.5 + 1.02 * most, tallest + 0.85))

    said = labels.figure(note, "montage", percentile=CLIP)
    if marks:
        said = labels.word("sentences", a=said, b=labels.figure("note_marks", "montage"))
    wide, below = form(_A_ROW), form(_A_ROW // 2)
    return Picture(
        labels.figure("title", "montage"),
        wide.panels,
        (max(wide.size[0], 6.0), wide.size[1]),
        note=said,
        narrower=[below],
    )


def _row(ax: Axes, row: list[_Drawn], most: int, shown: slice, labels: Labels) -> None:
    spec = ax.get_subplotspec()
    assert spec is not None  # noqa: S101
    figure = ax.figure
    ax.remove()
    grid = spec.subgridspec(1, most)
    states = {True: "findings_yes", False: "findings_no", None: "findings_open"}
    for i, one in enumerate(row):
        ax = figure.add_subplot(grid[i])
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.imshow(one.pixels[shown], cmap="gray_r", vmin=0, vmax=255, interpolation="none")
        _mark(ax, one, shown.start or 0)
        ax.set_title(labels(f"view_{one.name}"), fontsize="medium")
        low, high = (f"{end:.0f}" for end in one.window)
        lines = [labels.figure("window", "montage", low=low, high=high)]
        if i == 0:
            ax.set_ylabel(one.scan.tracer, fontsize="large")
        if i == 0 or row[i - 1].scan is not one.scan:
            lines.append(one.scan.code)
            if labels.has("readers"):
                lines.append(labels(states[one.scan.metastasis]))
        ax.set_xlabel("\n".join(lines), loc="left", fontsize=small())


def _mark(ax: Axes, one: _Drawn, first: int) -> None:
    """Draw outlines of regions and spots over a view that begins at a row of its reduced image."""
    if one.marks is None:
        return
    ax.autoscale(False)  # the picture fills its frame
    for points in (*one.marks.outlines, one.marks.spots):
        # the first pixel of a block is half a block before its middle
        rows, columns = ((points + 0.5) / one.step - 0.5).T
        if points is one.marks.spots:
            ax.scatter(
                columns, rows - first, 16, facecolors="none", edgecolors=SPOT, linewidths=0.7
            )
        else:
            closed = np.append(columns, columns[0]), np.append(rows, rows[0]) - first
            ax.plot(*closed, color=OUTLINE, linewidth=0.35)
