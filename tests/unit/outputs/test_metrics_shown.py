"""Figures and words follow the study's metrics: panels, axes, names and directions."""

from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bonescint.outputs.figures import bland_altman, distribution, forest, roc, version_slope
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import composed
from bonescint.outputs.style import scale
from bonescint.resources import Texts
from bonescint.tables.metric_columns import metric_values
from tests.scripts.outputs.contract import composed_of

VALUES = metric_values(
    {
        "lesions": {"kind": "count", "label": {"ja": "病変数", "en": "Lesions"}},
        "volume": {"unit": "ml", "bounds": [0, None], "label": {"ja": "体積", "en": "Volume"}},
        "score": {"bounds": [0, 1], "positive": "low", "software": ["b"]},
    }
)
SOFTWARE = {
    key: {"label": key.upper(), "product": "P", "version": "1", "tracer": "FDG", "metrics": of}
    for key, of in (("a", ["lesions", "volume"]), ("b", ["lesions", "volume", "score"]))
}
CODES = [f"C{n}" for n in range(6)]
MEASURED = [
    {"code": code, "software": key, "metric": metric, "value": str(n % 4 if n else 0)}
    for key, one in SOFTWARE.items()
    for metric in one["metrics"]
    for n, code in enumerate(CODES)
]
REFERENCE = [{"code": code, "metastasis": str(n % 2)} for n, code in enumerate(CODES)]


def labels(language: str = "en") -> Labels:
    return Labels(Texts("figures", language), SOFTWARE, False, values=VALUES)


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize(("language", "name"), [("ja", "体積 (ml)"), ("en", "Volume (ml)")])
def test_a_panel_for_each_metric_that_a_software_has(language: str, name: str) -> None:
    figure = composed_of(distribution, MEASURED, REFERENCE, {"score": 0.5}, labels(language))
    shown = [ax for ax in figure.axes if ax.axison]
    assert len(figure.axes) == 6 and len(shown) == 5
    # each panel can be read alone
    assert list(dict.fromkeys(ax.get_ylabel() for ax in shown))[1:] == [name, "score"]
    assert "BSI" not in words(figure) and "Hotspot" not in words(figure)


def test_versions_are_drawn_by_what_both_have() -> None:
    figure = composed_of(bland_altman, MEASURED, REFERENCE, [], [["a", "b"]], labels())
    assert len(figure.axes) == 2 and "Volume (ml)" in words(figure)
    # the first cut-off is of a metric that one software lacks
    figure = composed_of(
        version_slope, MEASURED, REFERENCE, [["a", "b"]], {"score": 0.5, "volume": 2.0}, labels()
    )
    assert "cut-off Volume ≥ 2 ml" in words(figure)
    figure = composed_of(version_slope, MEASURED, REFERENCE, [["a", "b"]], {"score": 0.5}, labels())
    assert "no cut-off is configured" in words(figure)


def test_the_way_of_a_metric_stands_at_its_cutoff() -> None:
    said = labels()
    assert (said.at("score", 0.5), said.at("volume", 2.0)) == ("score ≤ 0.5", "Volume ≥ 2 ml")
    curve = [
        {"software": "b", "metric": "score", "threshold": threshold}
        | {"false_positive_rate": fpr, "true_positive_rate": tpr}
        for threshold, fpr, tpr in (("-inf", "0", "0"), ("0.2", "0", "0.5"), ("0.8", "1", "1"))
    ]
    figure = composed(roc.draw(curve, [], [], {"score": 0.5}, said), said)
    (mark,) = [line for ax in figure.axes for line in ax.lines if line.get_linestyle() == "None"]
    assert [float(value[0]) for value in (mark.get_xdata(), mark.get_ydata())] == [0.0, 0.5]


def test_without_a_cutoff_nothing_is_said_of_sensitivity() -> None:
    row: dict[str, Any] = dict.fromkeys(("comparator", "cutoff", "cases", "note", "statistic"), "")
    row |= {"measure": "auc", "subject": "b", "metric": "score", "estimate": "0.9"}
    row |= {"ci_low": "0.8", "ci_high": "0.95", "status": "ok"}
    figure = composed_of(forest, [row], [], {}, labels())
    # of all five lines the AUC alone has a figure or says that there is none
    assert words(figure).count("no data") == 4


@pytest.mark.parametrize(
    ("metric", "kind", "ticks"),
    [
        ({"kind": "percent", "bounds": [0, 100]}, "symlog", ["0", "0.1", "0.3", "1", "3", "10"]),
        ({"kind": "count", "bounds": [0, None]}, "symlog", ["0", "1", "3", "10"]),
        ({"kind": "number", "bounds": [0, None]}, "symlog", ["0", "1", "3", "10"]),
        ({"kind": "number", "bounds": [0, 1]}, "linear", None),
        ({"kind": "number", "bounds": [None, None]}, "linear", None),
    ],
)
def test_axes_by_kind(metric: dict[str, Any], kind: str, ticks: list[str] | None) -> None:
    ax = Figure().subplots()
    scale(ax, "y", metric, 9.0)
    assert ax.get_yscale() == kind
    if ticks:
        assert [label.get_text() for label in ax.get_yticklabels()] == ticks


def test_a_study_calls_its_metric_as_it_likes() -> None:
    # without a label the key is shown, on axes and in headings of the report
    values = metric_values({"mean": {}, "question": {}, "sensitivity_axis": {}})
    software = {"a": SOFTWARE["a"] | {"metrics": list(values)}}
    for area in ("figures", "report", "workbook"):
        said = Labels(Texts(area, "en"), software, False, values=values)
        assert [said.word(key) for key in values] == list(values)
        assert said.axis("mean") == "mean" and said.axis("question", "column_{}") == "question"
        assert said.result("mean", "3") == "mean 3"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", ["BSI (ml)", "Hotspots (ml)"]), ("ja", ["BSI (ml)", "Hotspot (ml)"])],
)
def test_another_unit_takes_the_place_of_the_usual_one(language: str, shown: list[str]) -> None:
    values = metric_values({"bsi": {"unit": "ml", "kind": "number"}, "hotspots": {"unit": "ml"}})
    software = {"a": SOFTWARE["a"] | {"metrics": list(values)}}
    said = Labels(Texts("figures", language), software, False, values=values)
    assert [said.axis(key) for key in values] == shown
    usual = Labels(Texts("figures", language), software, False)
    assert usual.axis("bsi") == "BSI (%)"


def test_texts_say_which_way_a_metric_points() -> None:
    said = labels()
    assert "≥" in said.at("volume", 2.0)
    for kind in ("note", "methods"):
        text = said.question(kind, "accuracy")
        assert "Higher values (Lesions, Volume) and lower values (score) count" in text
    assert "(Lesions, Volume), or at or below it (score)." in said.question("note", "cutoffs")
    assert "score は小さいほど" in labels("ja").question("methods", "accuracy")
    usual = Labels(Texts("report", "ja"), {"a": SOFTWARE["a"] | {"metrics": ["bsi"]}}, False)
    assert usual.question("note", "accuracy").startswith(
        "BSI は大きいほど転移を疑うものとしました。"
    )
    assert usual.question("note", "cutoffs").startswith("設定したカットオフの値以上を陽性と")


def test_zeros_are_counted_only_where_the_axis_has_a_zero() -> None:
    values = metric_values({"score": {"bounds": [20, 40]}})
    software = {key: SOFTWARE[key] | {"metrics": ["score"]} for key in ("a", "b")}
    said = Labels(Texts("figures", "en"), software, False, values=values)
    rows = [row | {"metric": "score", "value": "30"} for row in MEASURED]
    figure = composed_of(version_slope, rows, REFERENCE, [["a", "b"]], {"score": 25.0}, said)
    assert "zero: " not in words(figure)
    assert "zero: " in words(
        composed_of(version_slope, MEASURED, REFERENCE, [["a", "b"]], {"volume": 2.0}, labels())
    )


def test_small_numbers_are_told_apart() -> None:
    ax = Figure().subplots()
    ax.plot([0, 1], [0.2, 0.9])
    scale(ax, "y", {"kind": "number", "bounds": [0, None]}, 0.9)
    assert ax.get_yscale() == "linear" and ax.get_ylim()[1] < 1
