"""Every figure, for the screen, for a journal and for slides: its texts can be read."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bonescint.files import read_rows
from bonescint.outputs.drawn import as_panels, drawn_figures
from bonescint.outputs.fonts import in_memory
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import in_preset, legible, points_of
from bonescint.outputs.presets import LEAST_POINTS, PRESETS, SCREEN
from bonescint.outputs.style import house_style
from bonescint.resources import Texts
from tests.scripts.outputs.contract import CUTOFFS, ESTIMATE, PAIRS, SOFTWARE
from tests.scripts.outputs.results import write_results, write_scans

CUT = {str(one["metric"]): float(one["value"]) for one in CUTOFFS}
READERS = ("reader1", "reader2", "reader3", "consensus")


def row(subject: str, measure: str, metric: str = "", comparator: str = "", **more: str) -> Any:
    found = {"n": "48", "estimate": "0.61", "ci_low": "0.31", "ci_high": "0.84", "status": "ok"}
    said = {"subject": subject, "measure": measure, "metric": metric, "comparator": comparator}
    return dict.fromkeys(ESTIMATE.split(","), "") | found | said | more


def compared() -> dict[str, list[Any]]:
    """Return long texts as a real study has them; the simulated tables have few."""
    rows: dict[str, list[Any]] = {"software_readers": [], "bsi_eod": [], "interchangeability": []}
    margin = {"note": "margin_high=0.15; not_below_margin", "comparator": "all_readers"}
    for key in SOFTWARE:
        rows["software_readers"] += [
            row(one, "cohen_kappa", comparator=other, cases=f"cases_of={key}")
            for one, other in combinations(READERS[:3], 2)
        ]
        for metric, cutoff in CUT.items():
            at = {"metric": metric, "cutoff": f"{cutoff:g}"}
            rows["software_readers"] += [
                row(key, "cohen_kappa", comparator=reader, **at) for reader in READERS
            ]
            rows["interchangeability"] += [
                row(key, measure, **at, **margin)
                for measure in ("equivalence_index", "interchangeability")
            ]
        rows["bsi_eod"].append(row(key, "kendall", "bsi"))
    return rows


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = write_results(tmp_path_factory.mktemp("looks"))
    tables: dict[str, Any] = {path.stem: list(read_rows(path)) for path in folder.rglob("*.csv")}
    scans = write_scans(folder / "dicom", tables["cases"][:8])
    return tables | compared() | {
        "dicom": scans, "version_pairs": PAIRS, "first_cutoffs": CUT, "montage": {},
    }  # fmt: skip


def hidden(figure: Figure) -> set[int]:
    """Return the labels of ticks that are not drawn."""
    found: set[int] = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            shown = {id(tick) for tick in axis._update_ticks()} if ax.axison else set()
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if id(tick) not in shown:
                    found |= {id(tick.label1), id(tick.label2)}
            if not ax.axison:
                found.add(id(axis.label))
    return found


def texts(figure: Figure) -> Iterator[tuple[Text, Bbox]]:
    unseen = hidden(figure)
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in unseen:
            box = text.get_window_extent()
            if box.width and np.isfinite(box.extents).all():
                yield text, box


def overlapping(boxes: list[Bbox]) -> list[tuple[int, int]]:
    """Return the pairs of boxes of which one covers a fiftieth of the other or more."""
    ends = np.array([box.extents for box in boxes]).reshape(-1, 4)
    low, high = ends[:, :2], ends[:, 2:]
    common = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
    areas = (high - low).prod(axis=1)
    share = np.clip(common, 0, None).prod(axis=2) / np.minimum(areas[:, None], areas[None])
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(share > 0.02, 1)), strict=True)]


def covered(ax: Axes) -> int:
    """Return how many cases lie under a panel's legend."""
    legend = ax.get_legend()
    if legend is None:
        return 0
    places = [c.get_offset_transform().transform(c.get_offsets()) for c in ax.collections]
    at = np.concatenate([np.empty((0, 2)), *(one for one in places if len(one) > 1)])
    return sum(legend.get_window_extent().contains(x, y) for x, y in at)


def faults(figure: Figure) -> list[str]:
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    edge = 0.1 / 25.4 * figure.dpi  # a tenth of a millimetre
    left, bottom, right, top = figure.bbox.padded(edge).extents
    found = [*texts(figure)]
    said = [f"cases under a legend: {n}" for ax in figure.axes if (n := covered(ax))]
    for text, box in found:
        if float(text.get_fontsize()) < LEAST_POINTS - 1e-6:
            said.append(f"{text.get_fontsize():.1f} points: {text.get_text()}")
        if box.x0 < left or box.y0 < bottom or box.x1 > right or box.y1 > top:
            said.append(f"beyond the edge: {text.get_text()}")
    said += [
        f"on each other: {found[i][0].get_text()} / {found[j][0].get_text()}"
        for i, j in overlapping([box for _, box in found])
    ]
    return said


@pytest.mark.parametrize(
    ("language", "kinds"),
    [("ja", ["screen", "journal_1"]), ("en", ["journal_1", "slides"])],
)
def test_texts_are_large_enough_within_the_figure_and_apart(
    given: dict[str, Any], language: str, kinds: list[str]
) -> None:
    labels = Labels(Texts("figures", language), SOFTWARE, True)
    found: dict[str, list[str]] = {}
    with in_memory():
        for name, picture in as_panels(drawn_figures(of_report=False), given, labels):
            assert picture.panels, name  # none is about an empty table
            for kind in kinds:
                preset = PRESETS.get(kind, SCREEN)
                form = legible(picture, preset)
                if form is None:
                    found[f"{name} {kind}"] = ["left out"]
                    continue
                with house_style(points_of(form, preset)):
                    for figure in in_preset(form, labels, preset):
                        if said := faults(figure):
                            found.setdefault(f"{name} {kind}", []).extend(said)
    assert found == {}
