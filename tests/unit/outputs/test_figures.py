import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bonescint.outputs.figures import (
    bland_altman,
    distribution,
    flow,
    forest,
    montage,
    roc,
    version_slope,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import composed
from bonescint.resources import SYNTHETIC, Texts
from tests.scripts.outputs.contract import PAIRS, SOFTWARE, composed_of
from tests.scripts.outputs.results import write_results

LABELS = Labels(Texts("figures", "ja"), SOFTWARE, True)
CUT = {"bsi": 1.0, "hotspots": 2.0}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    folder = write_results(tmp_path_factory.mktemp("results"))
    return {path.stem: rows(path) for path in folder.rglob("*.csv") if "cohort" not in path.parts}


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def all_figures(t: dict[str, list[Any]], labels: Labels, pairs: list[list[str]]) -> list[Figure]:
    measured, reference = t["measurements"], t["reference"]
    return [
        composed(flow.draw(t["flow"], t["failed_calls"], CUT, labels), labels),
        composed(roc.draw(t["roc_curves"], t["roc_bands"], t["accuracy"], CUT, labels), labels),
        composed_of(forest, t["accuracy"], t["cutoffs"], CUT, labels),
        composed_of(bland_altman, measured, reference, t["version_measurement"], pairs, labels),
        composed_of(version_slope, measured, reference, pairs, CUT, labels),
        composed_of(distribution, measured, reference, CUT, labels),
        composed(montage.draw([], [], [], {}, [], {}, [], labels), labels),
    ]


def test_every_figure_of_simulated_data_says_so(tables: dict[str, list[Any]]) -> None:
    for figure in all_figures(tables, LABELS, PAIRS):
        assert SYNTHETIC in words(figure)
    for figure in all_figures(tables, Labels(Texts("figures", "ja"), SOFTWARE, False), PAIRS):
        assert SYNTHETIC not in words(figure)


@pytest.mark.parametrize("language, nothing", [("ja", "データなし"), ("en", "no data")])
def test_every_figure_says_when_there_is_nothing(
    tables: dict[str, list[Any]], language: str, nothing: str
) -> None:
    empty: dict[str, list[Any]] = dict.fromkeys(tables, [])
    for pairs, software in ((PAIRS, SOFTWARE), ([], {})):
        for figure in all_figures(empty, Labels(Texts("figures", language), software, True), pairs):
            assert nothing in words(figure)


def test_flow_shows_each_step_each_reason_and_each_arm(tables: dict[str, list[Any]]) -> None:
    text = words(composed(flow.draw(tables["flow"], [], CUT, LABELS), LABELS))
    assert "100 人、128 ファイル、MDP 50・HMDP 50" in text
    assert "途中で切れている: 1 ファイル" in text
    assert "VSBONE (simulated) 2.0\nHMDP\n解析された症例: 49 人\n領域分割失敗: 1 人" in text
    # unknown tracers are not shown as zeros
    assert "早期像: 0 人、2 ファイル\n" in text


def test_one_class_gives_its_status_in_place_of_numbers(tables: dict[str, list[Any]]) -> None:
    blank = {"estimate": "", "ci_low": "", "ci_high": "", "status": "one class"}
    accuracy = [row | blank for row in tables["accuracy"]]
    assert LABELS.word("one class") in words(composed_of(forest, accuracy, [], CUT, LABELS))
    picture = roc.draw(tables["roc_curves"], [], accuracy, CUT, LABELS)
    assert LABELS.word("one class") in words(composed(picture, LABELS))


def test_forest_shows_the_configured_cutoff_and_no_other(tables: dict[str, list[Any]]) -> None:
    cutoffs = tables["cutoffs"]
    chosen = [row | {"cutoff": row["cutoff"].replace("1", "0.3")} for row in cutoffs]
    values = {f"{float(row['estimate']):.2f} (" for row in cutoffs if row["metric"] == "bsi"}
    assert all(value in words(composed_of(forest, [], cutoffs, CUT, LABELS)) for value in values)
    assert words(composed_of(forest, [], chosen, CUT, LABELS)).count("データなし") == 6 + 6


def test_slope_counts_the_reclassified_and_the_zeros() -> None:
    values = {"a": ("0", "0"), "b": ("0", "1.0"), "c": ("2", "0.99"), "d": ("5", "6")}
    measurements = [
        {"code": code, "software": key, "metric": "bsi", "value": value}
        for code, pair in values.items()
        for key, value in zip(("vsbone2", "vsbone3"), pair, strict=True)
    ]
    reference = [{"code": code, "metastasis": "1"} for code in values]
    text = words(composed_of(version_slope, measurements, reference, PAIRS, CUT, LABELS))
    for expected in (
        "陰性のまま: 1",
        "陽性のまま: 1",
        "陰性 → 陽性: 1",
        "陽性 → 陰性: 1",
        "0: 2 例",
        "0: 1 例",
    ):
        assert expected in text


def test_bland_altman_draws_the_levels_of_the_table(tables: dict[str, list[Any]]) -> None:
    figure = composed_of(
        bland_altman,
        tables["measurements"],
        tables["reference"],
        tables["version_measurement"],
        PAIRS,
        LABELS,
    )
    levels = {
        round(float(row["estimate"]), 9)
        for row in tables["version_measurement"]
        if row["measure"] in ("bias", "limit_low", "limit_high")
    }
    drawn = {round(line.get_ydata()[0], 9) for ax in figure.axes for line in ax.lines}
    assert levels <= drawn
    points = sum(len(c.get_offsets()) for c in figure.axes[0].collections)
    assert points == 49  # one of the 50 failed in version 2.0


@pytest.mark.parametrize("enough", [True, False])
def test_bland_altman_draws_the_limits_that_stand_first(
    tables: dict[str, list[Any]], enough: bool
) -> None:
    raw = tables["version_measurement"]
    wide = {"limit_low": ("quantile_low", -7.5), "limit_high": ("quantile_high", 8.5)}
    quantiles = [
        row
        | {"measure": name, "estimate": str(level) if enough else "", "ci_low": "", "ci_high": ""}
        for row in raw
        if row["measure"] in wide
        for name, level in [wide[row["measure"]]]
    ]
    measured, reference = tables["measurements"], tables["reference"]

    def drawn(rows: list[dict[str, str]]) -> tuple[set[float], str]:
        figure = composed_of(bland_altman, measured, reference, rows, PAIRS, LABELS)
        lines = [line.get_ydata() for ax in figure.axes for line in ax.lines]
        return {round(float(y[0]), 9) for y in lines}, words(figure)

    limits = {round(float(row["estimate"]), 9) for row in raw if row["measure"] in wide}
    levels, said = drawn([*quantiles, *raw])
    assert ({-7.5, 8.5} <= levels, limits <= levels) == (enough, not enough)
    assert "差のばらつきが値の大きさで変わる" in said
    levels, said = drawn([*raw, *quantiles])
    assert limits <= levels and not {-7.5, 8.5} & levels
    assert "差のばらつきが値の大きさで変わる" not in said


def test_roc_marks_the_cutoff_where_the_accuracy_table_has_it(
    tables: dict[str, list[Any]],
) -> None:
    figure = composed(roc.draw(tables["roc_curves"], [], tables["accuracy"], CUT, LABELS), LABELS)
    marker = next(line for line in figure.axes[0].lines if line.get_linestyle() == "None")
    (x,), (y,) = marker.get_data()
    found = {
        row["measure"]: float(row["estimate"])
        for row in tables["cutoffs"]
        if row["subject"] == "bonenavi" and row["metric"] == "bsi"
    }
    assert (1 - x, y) == pytest.approx((found["specificity"], found["sensitivity"]))


def test_montage_labels_views_and_survives_odd_pictures() -> None:
    scans = [
        montage.Scan("BS-2", "HMDP", None, [montage.View("", np.zeros((3, 5)))]),
        montage.Scan("BS-1", "MDP", True, [montage.View("posterior", np.eye(1300))]),
    ]
    text = words(composed(montage.side_by_side(scans, LABELS), LABELS))
    for expected in ("BS-1\n有所見", "0〜1\nBS-2\n合意なし", "後面", "向き不明"):
        assert expected in text
