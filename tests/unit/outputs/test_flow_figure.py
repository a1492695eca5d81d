"""The flow diagram: from the files found to each software's calls."""

from itertools import pairwise

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from bonescint.outputs.figures import flow
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import composed, in_preset, legible, points_of
from bonescint.outputs.presets import PRESETS
from bonescint.outputs.style import house_style
from bonescint.resources import Texts
from tests.scripts.outputs.contract import SOFTWARE

CUT = {"bsi": 1.0, "hotspots": 2.0}


def step(name: str, kind: str, patients: int, reason: str = "") -> dict[str, str]:
    blank = {"files": "", "MDP": "", "HMDP": ""}
    return blank | {"step": name, "kind": kind, "reason": reason, "patients": str(patients)}


def labels_of(software: list[str], language: str = "en") -> Labels:
    return Labels(Texts("figures", language), {key: SOFTWARE["vsbone2"] for key in software}, True)


def study(software: list[str]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    rows = [step("cohort", "in", 52), step("referenced", "out", 2, "tie")]
    rows.append(step("referenced", "in", 50))
    calls = []
    for key in software:
        rows += [step(f"analysed:{key}", "out", 3, "segmentation_failed")]
        rows += [step(f"analysed:{key}", "in", 47)]
        for cutoff, (call, yes, no) in (
            ("1", ("positive", "14", "4")), ("1", ("negative", "12", "17")),
            ("1", ("failed", "2", "1")), ("0.5", ("positive", "77", "77")),
        ):  # fmt: skip
            given = {"software": key, "metric": "bsi", "cutoff": cutoff, "call": call}
            calls.append(given | {"metastasis": yes, "no_metastasis": no})
    return rows, calls


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_it_ends_with_the_calls_at_the_first_cutoff_of_each_software() -> None:
    labels = labels_of(["vsbone2"])
    rows, calls = study(["vsbone2"])
    said = texts(composed(flow.draw(rows, calls, CUT, labels), labels))
    assert "Left out\nReaders tied: 2 patients" in said
    assert (
        "VSBONE (simulated) 2.0\nHMDP\nAnalysed: 47 patients\nSegmentation failed: 3 patients"
        in said
    )
    at = said.index("BSI ≥ 1 %; metastasis")
    table = ["yes", "no", "Positive", "14", "4", "Negative", "12", "17", "Failed", "2", "1"]
    assert said[at + 1 :][: len(table)] == table
    assert "77" not in said


def test_without_readers_or_cutoffs_it_ends_before() -> None:
    labels = labels_of(["vsbone2"])
    rows, calls = study(["vsbone2"])
    for given, cutoffs in (([], CUT), (calls, {})):
        said = texts(composed(flow.draw(rows, given, cutoffs, labels), labels))
        assert "Positive" not in said
        assert any("Analysed: 47" in one for one in said)


def drawn(width: float, height: float, n: int) -> tuple[Figure, list[FancyBboxPatch]]:
    """Draw n software in a place of this size."""
    keys = [f"s{i}" for i in range(n)]
    picture = flow.draw(*study(keys), CUT, labels_of(keys))
    figure = Figure(figsize=(width, height), layout="compressed")
    picture.panels[0].draw(figure.add_subplot())
    figure.draw_without_rendering()
    return figure, figure.findobj(FancyBboxPatch)


def test_six_software_stand_in_two_rows_and_no_box_lies_on_another() -> None:
    for width, height in ((9.0, 9.0), (3.5, 5.0), (7.0, 4.0)):
        figure, boxes = drawn(width, height, 6)
        assert len(boxes) == 3 + 12
        # of 3 trunk steps' boxes, then software and table
        extents = [box.get_window_extent() for box in boxes]
        assert not [
            (one, other)
            for i, one in enumerate(extents)
            for other in extents[:i]
            if one.shrunk(0.98, 0.98).overlaps(other.shrunk(0.98, 0.98))
        ]
        texts_of = [text for text in figure.findobj(Text) if text.get_text()]
        assert all(any(e.contains(*t.get_window_extent().min) for e in extents) for t in texts_of)


def sizes(figure: Figure) -> set[float]:
    return {text.get_fontsize() for ax in figure.axes for text in ax.texts if text.get_text()}


def test_a_page_wide_place_keeps_the_size_of_type_and_a_small_one_shrinks_it() -> None:
    keys = [f"s{i}" for i in range(3)]
    labels = labels_of(keys)
    with house_style():
        whole = composed(flow.draw(*study(keys), CUT, labels), labels)
        small, _ = drawn(3.5, 3.0, 3)
    assert sizes(whole) == {9.0}
    assert max(sizes(small)) < 9


@pytest.mark.parametrize(("preset", "n"), [("journal_1", 2), ("slides", 3)])
def test_what_is_too_tall_goes_on_from_the_box_where_it_ended(preset: str, n: int) -> None:
    keys = [f"s{i}" for i in range(3)]
    rows, calls = study(keys)
    before = [step("found", "in", 900)]
    for i in range(4):
        before += [step("readable", "out", 10, f"reason {i}.{line}") for line in range(7)]
        before.append(step("readable", "in", 800 - i))
    labels = labels_of(keys)
    picture = flow.draw(before + rows, calls, CUT, labels)
    form = legible(picture, PRESETS[preset])
    assert form is not None and len(form.panels) >= n
    with house_style(points_of(form, PRESETS[preset])):
        figures = list(in_preset(form, labels, PRESETS[preset]))
    parts = [[text.get_text() for text in ax.texts] for figure in figures for ax in figure.axes]
    said = [one for part in parts for one in part if len(one) > 1]  # but a panel's letter
    for line in (f"reason {i}.{line}:" for i in range(4) for line in range(7)):
        assert sum(line in one for one in said) == 1
    boxes = [[one for one in part if "patients" in one] for part in parts]
    for one, other in pairwise(boxes):
        assert other[0] in one and one[-1] == other[0]
    assert sum(one == "Positive" for one in said) == len(keys)


def test_without_a_form_that_is_legible_a_slide_has_none() -> None:
    rows, calls = study(["s1"])
    rows[1:1] = [step("referenced", "out", 1, f"reason {n}") for n in range(60)]
    picture = flow.draw(rows, calls, CUT, labels_of(["s1"]))
    assert legible(picture, PRESETS["slides"]) is None
