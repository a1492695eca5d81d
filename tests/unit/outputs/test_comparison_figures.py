"""Figures that hold versions, counts and grades against each other; many cases as density."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from bonescint.files import Row
from bonescint.outputs.figures import (
    bland_altman,
    bland_altman_all,
    bsi_eod,
    distribution,
    hotspot_count,
    method_comparison,
    reclassification,
    version_slope,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.scatter import scattered
from bonescint.outputs.style import house_style, room_above, save
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.metric_columns import metric_values
from tests.scripts.outputs.contract import ESTIMATE, SOFTWARE, composed_of

LABELS = Labels(Texts("figures", "en"), SOFTWARE, True)
PAIR = [["vsbone2", "vsbone3"]]
CUT = {"bsi": 1.0}
# old value, new value, metastasis
CASES = [(0, 0, 0), (0, 2, 0), (2, 2, 1), (3, 0.5, 1), (4, 5, 1), (1, 1, 1), (0.2, 0, 0)]


def tables(cases: list[tuple[float, float, int]]) -> tuple[list[Row], list[Row]]:
    measurements, reference = [], []
    for n, (old, new, state) in enumerate(cases):
        code = f"BS-{n:05d}"
        reference.append(
            {"code": code, "metastasis": f"{state}", "n_metastases": f"{n % 9}", "eod": f"{n % 5}"}
        )
        for software, value in (("vsbone2", old), ("vsbone3", new)):
            for metric, shown in (("bsi", value), ("hotspots", round(value))):
                measurements.append(
                    {"code": code, "software": software, "metric": metric, "value": f"{shown}"}
                )
    return measurements, reference


def estimate(measure: str, value: str, **given: str) -> Row:
    blank = dict.fromkeys(ESTIMATE.split(","), "")
    found = {"measure": measure, "estimate": value, "subject": "vsbone3", "metric": "bsi"}
    return blank | found | {"status": "ok", "comparator": "vsbone2"} | given


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_every_call_stands_in_one_cell_and_what_changed_is_hatched() -> None:
    figure = composed_of(reclassification, *tables(CASES), PAIR, CUT, LABELS)
    with_metastasis, without = figure.axes
    counted = [[t.get_text() for t in ax.texts] for ax in figure.axes]
    assert counted == [["0", "0", "1", "3"], ["2", "1", "0", "0"]]
    assert "n = 4" in with_metastasis.get_title() and "n = 3" in without.get_title()
    cells = [p for p in without.patches if isinstance(p, Rectangle)]
    assert [bool(cell.get_hatch()) for cell in cells] == [False, True, True, False]
    assert SYNTHETIC in words(figure)
    assert "without a value" not in words(figure)


def test_cases_without_a_value_of_a_version_are_counted_below() -> None:
    measurements, reference = tables(CASES)
    for row in measurements:
        # one with metastasis of both versions, one without of the new one alone
        if row["code"] == "BS-00002" or (row["code"], row["software"]) == ("BS-00000", "vsbone3"):
            row["value"] = ""
    figure = composed_of(reclassification, measurements, reference, PAIR, CUT, LABELS)
    assert [ax.get_xlabel().split("\n")[1] for ax in figure.axes] == [
        "without a value in one version: 1"
    ] * 2
    assert "n = 3" in figure.axes[0].get_title() and "n = 2" in figure.axes[1].get_title()


def test_low_values_are_positive_where_the_study_says_so() -> None:
    values = metric_values()
    low = {**values, "bsi": {**values["bsi"], "positive": "low"}}
    labels = Labels(Texts("figures", "en"), SOFTWARE, True, values=low)
    figure = composed_of(reclassification, *tables(CASES), PAIR, CUT, labels)
    # of those with metastasis only 3 -> 0.5 falls to the cut-off, 1 stays at it
    assert [t.get_text() for t in figure.axes[0].texts] == ["2", "1", "0", "1"]


def test_new_against_old_has_the_line_of_the_table() -> None:
    rows = [
        estimate("passing_bablok_slope", "0.5", ci_low="0.4", ci_high="0.6"),
        estimate("passing_bablok_intercept", "1", ci_low="0.5", ci_high="1.5"),
    ]
    measurements, _ = tables(CASES)
    bsi, hotspots = composed_of(method_comparison, measurements, rows, PAIR, LABELS).axes
    identity, line = bsi.lines
    assert list(identity.get_xdata()) == list(identity.get_ydata())
    assert np.allclose(line.get_ydata(), 1 + 0.5 * np.asarray(line.get_xdata(), float))
    assert "slope 0.50 (0.40 to 0.60)" in bsi.get_title() and "zero: 1" in bsi.get_xlabel()
    assert len(hotspots.lines) == 1  # no row, no line


def test_counts_stand_against_the_readers_with_the_fit() -> None:
    measurements, reference = tables(CASES)
    fit = [
        {"software": "vsbone3", "metric": "hotspots", "read": f"{n}", "fitted": f"{2 * n}"}
        for n in (3, 0, 1)
    ]
    rank = [estimate("spearman", "0.8", metric="hotspots", comparator="")]
    figure = composed_of(hotspot_count, measurements, reference, fit, rank, LABELS)
    of_vsbone3 = next(ax for ax in figure.axes if "3.0" in ax.get_title())
    fitted = of_vsbone3.lines[-1]
    assert [list(map(float, one)) for one in (fitted.get_xdata(), fitted.get_ydata())] == [
        [0, 1, 3], [0, 2, 6],
    ]  # fmt: skip
    assert "ρ 0.8" in words(figure)


def test_grades_have_a_box_each_and_zeros_are_counted() -> None:
    measurements, reference = tables(CASES)
    rows = [estimate("kendall", "0.7", ci_low="0.5", ci_high="0.8", comparator="")]
    (ax,) = composed_of(bsi_eod, measurements, reference, rows, LABELS).axes
    assert "τ = 0.70 (0.50 to 0.80)" in ax.get_title() and "n = 7" in ax.get_title()
    assert [t.get_text().split("\n")[0] for t in ax.get_xticklabels()] == list("01234")
    assert "zero: 1" in ax.get_xticklabels()[0].get_text()


def test_all_limits_stand_side_by_side() -> None:
    rows = [
        estimate("bias", "-0.3", ci_low="-0.5", ci_high="-0.1"),
        estimate("limit_low", "-1.7"), estimate("limit_high", "1.1"),
        estimate("quantile_low", "-2.8"), estimate("quantile_high", "0.4"),
        estimate("offset_ratio_bias", "0.85", note="offset=0.1; main_offset"),
        estimate("offset_ratio_limit_low", "0.33"), estimate("offset_ratio_limit_high", "2.2"),
    ]  # fmt: skip
    measurements, _ = tables(CASES)
    figure = composed_of(bland_altman_all, measurements, rows, PAIR, LABELS)
    shown = [
        sorted(float(line.get_ydata()[0]) for line in ax.lines) for ax in figure.axes[:3]
    ]  # fmt: skip
    assert shown == [[-1.7, -0.3, 1.1], [-2.8, -0.3, 0.4], [0.33, 0.85, 2.2]]
    assert "(new + 0.1) / (old + 0.1)" in words(figure)
    assert figure.axes[0].get_ylabel().endswith("BSI (%)")  # a difference has a unit
    # which versions, in each panel; plain numbers on a logarithmic axis
    assert all("2.0" in ax.get_title() and "3.0" in ax.get_title() for ax in figure.axes)
    assert {t.get_text() for t in figure.axes[2].get_yticklabels()} >= {"0.2", "0.5", "1", "2"}
    assert not bland_altman_all.FIGURE["report"]


@pytest.mark.parametrize("cases", [[], [(0, 0, 1)], [(1, 1, 0)] * 3])
def test_no_case_one_class_and_equal_values(cases: list[tuple[float, float, int]]) -> None:
    measurements, reference = tables(cases)
    for module, given in (
        (reclassification, (measurements, reference, PAIR, CUT)),
        (method_comparison, (measurements, [], PAIR)),
        (hotspot_count, (measurements, reference, [], [])),
        (bsi_eod, (measurements, reference, [estimate("kendall", "")])),
        (bland_altman_all, (measurements, [], PAIR)),
    ):
        figure = composed_of(module, *given, LABELS)
        assert figure.axes and ("no data" in words(figure) or cases)
    for module, given in ((reclassification, (PAIR, {})), (reclassification, ([], CUT))):
        assert composed_of(module, measurements, reference, *given, LABELS).axes


def test_many_cases_are_density_and_not_ink() -> None:
    rng = np.random.default_rng(4)
    drawn = [(float(a), float(a * b), int(a > 1)) for a, b in rng.gamma(1.5, 1, (6000, 2))]
    measurements, reference = tables(drawn)
    for module, given in (
        (method_comparison, (measurements, [], PAIR)),
        (bland_altman, (measurements, reference, [], PAIR)),
    ):
        figure = composed_of(module, *given, LABELS)
        assert any(ax.findobj(QuadMesh) for ax in figure.axes)
        assert "darker where more cases lie" in words(figure).replace("\n", " ")
        assert not any(ax.findobj(PathCollection) for ax in figure.axes)
    slope = composed_of(version_slope, measurements, reference, PAIR, CUT, LABELS)
    assert max(len(line.get_xdata()) for ax in slope.axes for line in ax.lines) <= 3
    boxes = composed_of(distribution, measurements, reference, CUT, LABELS)
    assert not any(ax.findobj(PathCollection) for ax in boxes.axes)


def test_margins_go_beyond_density_as_beyond_points() -> None:
    ends = []
    for n in (20, 3000):
        ax = Figure().add_subplot()
        scattered(ax, np.linspace(0, 10, n).tolist(), np.linspace(-4, 4, n).tolist(), "k")
        ax.margins(y=0.2)
        ends.append(ax.get_ylim())
    assert ends[1] == pytest.approx(ends[0], abs=0.3) and ends[1][0] < -5


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_room_for_a_legend_is_left_on_any_scale(scale: str) -> None:
    ax = Figure().add_subplot()
    ax.set(yscale=scale, ylim=(1, 100))
    room_above(ax, 0.25)
    # the former upper end stands at four fifths of the height
    assert ax.transLimits.transform(ax.transScale.transform((0, 100)))[1] == pytest.approx(0.8)


def test_density_is_one_image_so_that_the_report_stays_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    drawn = [(float(a), float(a * b), int(a > 1)) for a, b in rng.gamma(1.5, 1, (3000, 2))]
    measurements, reference = tables(drawn)
    for name in ("a", "b"):
        with house_style():
            figure = composed_of(bland_altman, measurements, reference, [], PAIR, LABELS)
            save(figure, tmp_path / f"{name}.svg", tmp_path / f"{name}.pdf")
    svg = (tmp_path / "a.svg").read_bytes()
    assert svg.count(b"<image") == 2 and len(svg) < 200_000
    for ending in ("svg", "pdf"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize("factor", [1, 600])
def test_texts_of_near_levels_do_not_overlap(factor: int) -> None:
    cases = [(0.0, 50.0 * sign, 0) for sign in (1, -1)] + CASES
    values = {"bias": 0.01, "limit_low": -0.05, "limit_high": 0.06}
    rows = [estimate(key, f"{value * factor}") for key, value in values.items()]
    ax = composed_of(bland_altman, *tables(cases), rows, PAIR, LABELS).axes[0]
    texts = sorted((t.xyann[1], t.get_text()) for t in ax.texts if isinstance(t, Annotation))
    places = [place for place, _ in texts]
    assert [text.split("\n")[0][:5] for _, text in texts] == ["Lower", "Mean ", "Upper"]
    apart = [0.025 * (one[1] + other[1]).count("\n") for one, other in pairwise(texts)]
    assert all(b - a >= need for (a, b), need in zip(pairwise(places), apart, strict=True))
    # moved ones have a line to their level, the others stand at it
    moved = [t for t in ax.texts if isinstance(t, Annotation) and t.arrow_patch]
    assert bool(moved) == (factor == 1)
