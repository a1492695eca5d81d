"""Which cases the montage shows, and what is said of each view."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from bonescint.config import check_config, inputs
from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.outputs.data import shown_cases
from bonescint.outputs.figures import montage
from bonescint.outputs.labels import Labels
from bonescint.outputs.marks import ViewMarks
from bonescint.outputs.panels import composed, in_preset, legible, points_of
from bonescint.outputs.presets import PRESETS, SCREEN, Preset
from bonescint.outputs.scans import View
from bonescint.outputs.style import house_style
from bonescint.resources import Texts
from bonescint.tables.metric_columns import metric_values
from tests.scripts.outputs.contract import SOFTWARE
from tests.scripts.outputs.results import write_results, write_scans
from tests.unit.test_config_keys import full

LABELS = Labels(Texts("figures", "en"), SOFTWARE, True)
Rows = list[dict[str, str]]


def rows(path: Path) -> Rows:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = write_results(tmp_path_factory.mktemp("results"))
    cases = rows(folder / "cases.csv")[:12]
    write_scans(folder / "dicom", cases)
    return {
        "cases": cases,
        "reference": [{"code": row["code"], "metastasis": "1"} for row in cases],
        "measurements": [],
        "first_cutoffs": {"bsi": 1.0},
        "dicom": sorted((folder / "dicom").glob("*")),
        "marks": [],
    }


def shown(study: dict[str, Any], given: Any, **other: Any) -> tuple[list[str], str]:
    """Return the codes that are shown, and all texts."""
    picture = montage.draw(**study | other, montage={"cases": given}, labels=LABELS)
    texts = [text.get_text() for text in composed(picture, LABELS).findobj(Text)]
    codes = {row["code"] for row in study["cases"]}
    lines = [line for text in texts for line in text.split("\n")]
    return [line for line in lines if line in codes], "\n".join(texts)


def test_configured_cases_stand_in_their_order_as_typed(study: dict[str, Any]) -> None:
    tracer = study["cases"][0]["tracer"]
    codes = [row["code"] for row in study["cases"] if row["tracer"] == tracer][:3][::-1]
    typed = [codes[0].lower().replace("-", ""), *codes[1:]]
    assert shown(study, typed)[0] == codes


def test_a_configured_case_that_left_the_study_holds_nothing_up(study: dict[str, Any]) -> None:
    stays = study["cases"][0]["code"]
    for given, drawn in ((["BS-29F9X", stays], [stays]), (["BS-29F9X"], [])):
        codes, said = shown(study, given)
        assert codes == drawn
        assert (
            "1 of the list figures.montage.cases" in said.replace("\n", " ")
            and "BS-29F9X" not in said
        )


def test_the_first_by_code_are_the_default(study: dict[str, Any]) -> None:
    picture = montage.draw(**study, montage={}, labels=LABELS)
    codes = shown(study, "first")[0]
    assert len(picture.panels) == len({row["tracer"] for row in study["cases"]})
    assert min(row["code"] for row in study["cases"]) in codes


def test_the_discordant_are_those_furthest_beyond_the_cutoff(study: dict[str, Any]) -> None:
    software = {tracer: key for key, one in SOFTWARE.items() for tracer in [one["tracer"]]}
    tracer = study["cases"][0]["tracer"]
    codes = [row["code"] for row in study["cases"] if row["tracer"] == tracer]
    key = software[tracer]
    # right, hardly wrong, quite wrong, wrong at the edge
    values = dict(zip(codes, ("3", "0.9", "0.1", "0.5"), strict=False))
    measurements = [
        {"code": code, "software": key, "metric": "bsi", "value": value}
        for code, value in values.items()
    ]
    found, said = shown(study, "discordant", measurements=measurements)
    assert found == [codes[2], codes[3]]
    assert "differs from the readers' consensus" in said
    # if all cases agree, the first are shown and described as such
    assert shown(study, "discordant") == shown(study, "first")


def test_low_values_may_be_the_positive_ones_and_ties_are_no_discordance() -> None:
    low = metric_values({"bsi": {"kind": "percent", "unit": "%", "positive": "low"}})
    labels = Labels(Texts("figures", "en"), SOFTWARE, True, values=low)
    measurements = [
        {"code": code, "software": "vsbone2", "metric": "bsi", "value": value}
        for code, value in (("a", "1"), ("b", "3"), ("c", "9"))
    ]
    reference = [
        {"code": "a", "metastasis": "1"}, {"code": "b", "metastasis": "1"},
        {"code": "c", "metastasis": ""},
    ]  # fmt: skip
    assert montage.discordance(measurements, reference, {"bsi": 1.0}, labels) == {"b": 2.0}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("preset", [SCREEN, *PRESETS.values()])
def test_words_below_a_row_stand_apart_from_the_next_row(language: str, preset: Preset) -> None:
    body = np.full((900, 256), 5.0)
    views = [View(name, body) for name in ("anterior", "posterior")]
    scans = [montage.Scan(f"BS-{i}", "AB"[i // 4], i % 2 == 0, views) for i in range(8)]
    labels = Labels(Texts("figures", language), SOFTWARE, True)
    # with what the reference analysis found, the note has several lines
    marks = {("BS-0", "anterior"): ViewMarks([], np.array([[300.0, 100.0]]))}
    with house_style(preset.points):
        picture = legible(montage.side_by_side(scans, labels, marks=marks), preset)
    assert picture
    with house_style(points_of(picture, preset)):
        for figure in in_preset(picture, labels, preset):
            renderer = FigureCanvasAgg(figure).get_renderer()
            figure.draw_without_rendering()
            rows = defaultdict(list)
            for ax in figure.axes:
                rows[round(ax.get_position().y0, 3)].append(ax)
            lower, upper = sorted(rows)[0], sorted(rows)[-1]
            below = min(ax.xaxis.label.get_window_extent(renderer).y0 for ax in rows[upper])
            above = max(ax.title.get_window_extent(renderer).y1 for ax in rows[lower])
            line = points_of(picture, preset) / 72 * figure.dpi
            assert lower == upper or below - above > line


def test_every_view_says_what_it_is_and_its_window_tracers_in_the_studys_order() -> None:
    views = [View(name, np.arange(1000.0).reshape(50, 20)) for name in ("anterior", "posterior")]
    scans = [montage.Scan(f"BS-{i}", tracer, True, views) for i, tracer in enumerate("BA" * 5)]
    software = {
        key: SOFTWARE["vsbone2"] | {"tracer": tracer} for key, tracer in (("x", "B"), ("y", "A"))
    }
    labels = Labels(Texts("figures", "ja"), software, True)
    picture = montage.side_by_side(scans, labels)
    # five cases of each: four, and one
    assert [panel.key for panel in picture.panels] == ["row1", "row2", "row3", "row4"]
    axes = composed(picture, labels).axes
    assert [ax.get_ylabel() for ax in axes if ax.get_ylabel()] == ["B", "B", "A", "A"]
    assert [ax.get_title() for ax in axes] == ["前面", "後面"] * 10
    assert all(ax.get_xlabel().startswith("0〜996") for ax in axes)


def test_a_list_of_codes_is_read_as_typed(tmp_path: Path) -> None:
    listed = tmp_path / "cases.txt"
    listed.write_text("bs29f9x\nBS-2D5M6\n", encoding="utf-8-sig")
    assert shown_cases({"cases": str(listed), "list": str(listed)}) == {
        "cases": ["BS-29F9X", "BS-2D5M6"]
    }
    assert shown_cases({"cases": "discordant", "list": ""}) == {"cases": "discordant"}
    listed.write_text("BS-29F9X\n12345678\n")
    with pytest.raises(InputError) as raised:
        shown_cases({"list": str(listed)})
    assert "entry 2 (blank lines do not count): this is no patient code" in str(raised.value)
    assert "12345678" not in str(raised.value)


def test_the_list_is_an_input_of_the_study() -> None:
    config = full()
    assert "figures.montage.cases" not in inputs(config)
    config["figures"]["montage"]["cases"] = "own/cases.txt"
    assert inputs(config)["figures.montage.cases"] == "own/cases.txt"
    with pytest.raises(InputError, match="own/cases.txt"):
        check_config(config)


def test_what_the_reference_analyser_found_is_drawn_with_what_it_is_not_for(
    study: dict[str, Any], tmp_path: Path
) -> None:
    code = min(row["code"] for row in study["cases"])
    table = tmp_path / "00.marks.csv"
    ring = "100 40/100 80/140 80/140 40"
    marks = [
        ("anterior", "outline", ring),
        ("anterior", "spot", "120 60"),
        ("posterior", "spot", "9 9"),
    ]
    write_rows(
        table,
        ["code", "view", "mark", "points"],
        [dict(zip(("code", "view", "mark", "points"), (code, *one), strict=True)) for one in marks]
        + [{"code": "BS-29F9X", "view": "anterior", "mark": "spot", "points": "1 1"}],
    )
    plain = composed(montage.draw(**study, montage={"cases": [code]}, labels=LABELS), LABELS)
    assert not any(ax.lines for ax in plain.axes)
    drawn = montage.draw(**study | {"marks": [table]}, montage={"cases": [code]}, labels=LABELS)
    ahead, behind = (ax for ax in composed(drawn, LABELS).axes if ax.images)
    (outline,), (spot,) = ahead.lines, ahead.collections
    assert [column for column, _ in spot.get_offsets()] == [60]
    # a ring is closed
    assert list(outline.get_xdata()) == [40, 80, 80, 40, 40]
    assert outline.get_ydata()[2] - outline.get_ydata()[0] == 40
    assert len(behind.collections) == 1
    assert "not for diagnosis" in drawn.note
