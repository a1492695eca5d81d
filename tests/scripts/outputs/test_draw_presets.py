"""Figures for a journal's columns and for slides: sizes, formats, legends, the same bytes."""

import csv
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from pikepdf import Pdf
from PIL import Image
from scripts.outputs.draw_presets import draw_presets

from bonescint.files import read_rows
from bonescint.outputs.drawn import drawn_figures
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import (
    OtherForm,
    Panel,
    Picture,
    in_preset,
    legible,
    points_of,
    split,
)
from bonescint.outputs.presets import PRESETS
from bonescint.outputs.style import SERIES, house_style, small
from bonescint.resources import SYNTHETIC, Texts
from tests.scripts.outputs.contract import CUTOFFS, PAIRS, SOFTWARE
from tests.scripts.outputs.results import write_results, write_scans
from tests.scripts.outputs.test_draw_figures import TABLES

STUDY: dict[str, Any] = {
    "software": SOFTWARE, "version_pairs": PAIRS, "cutoffs": CUTOFFS, "metrics": None,
    "language": "ja", "synthetic": True, "confidence": 0.95, "there": None, "words": None,
    "montage": {},
}  # fmt: skip
LABELS = Labels(Texts("figures", "ja"), SOFTWARE, True)
FEW = ("forest", "roc", "sample_size")


def draw(folder: Path, results: Path, *presets: str, single_panels: bool = False) -> None:
    draw_presets(
        tables={name: results / path for name, path in TABLES.items()},
        dicom=sorted((results / "dicom").glob("*")),
        study=STUDY,
        presets=presets,
        single_panels=single_panels,
        folder=folder,
    )


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return tables and scans; of the figures a few are drawn."""
    folder = write_results(tmp_path / "results")
    with (folder / "cases.csv").open(encoding="utf-8") as stream:
        write_scans(folder / "dicom", list(csv.DictReader(stream))[:2])
    few = {name: one for name, one in drawn_figures().items() if name in FEW}
    monkeypatch.setattr("scripts.outputs.draw_presets.drawn_figures", lambda there, of_report: few)
    # too wide for one column, in any form
    whole = "bonescint.outputs.figures.forest.OtherForm"
    monkeypatch.setattr(whole, lambda panels, size, columns: OtherForm(panels, (10.4, 4.0), 1))
    return folder


def test_sizes_formats_and_legends_are_what_the_list_says(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "presets"
    draw(folder, results, "journal_1", "journal_2", single_panels=True)
    rows = list(read_rows(folder / "figures.csv"))
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {row["file"] for row in rows} | {"figures.csv", "legends.txt", "cases.csv"}
    width = {"journal_1": 89.0, "journal_2": 183.0}
    for row in rows:
        assert float(row["width_mm"]) == width[row["preset"]]
        assert float(row["height_mm"]) <= 240.1
        assert 6 <= float(row["points"]) <= 8
        path = folder / row["file"]
        if row["dpi"]:
            with Image.open(path) as image:
                pixels = width[row["preset"]] / 25.4 * int(row["dpi"])
                assert abs(image.width - pixels) < 1.5
        elif path.suffix == ".pdf":
            with Pdf.open(path) as pdf:
                box = [float(one) for one in pdf.pages[0].MediaBox]
                assert box[2] / 72 * 25.4 == pytest.approx(width[row["preset"]], abs=0.1)
                assert not pdf.docinfo
    # forest is too wide for one column; every panel has a file of its own
    assert {row["figure"] for row in rows if row["preset"] == "journal_1"} >= {"roc"}
    assert "forest" not in {row["figure"] for row in rows if row["preset"] == "journal_1"}
    assert {row["panel"] for row in rows if row["figure"] == "roc"} == {"", *SOFTWARE}
    said = (folder / "legends.txt").read_text(encoding="utf-8")
    assert said.startswith(SYNTHETIC) and said.count("図 ") >= len(FEW)
    assert "journal_1: " in said.splitlines()[-1] and "forest" in said.splitlines()[-1]
    assert {row["code"] for row in read_rows(folder / "cases.csv")} == {
        row["code"] for row in read_rows(results / "cases.csv")
    }
    outlines, texts = (
        (folder / f"journal_2/roc.{ending}").read_text() for ending in ("svg", "text.svg")
    )
    assert "BoneNAVI" in texts and SYNTHETIC.split(" ")[0] in texts
    assert "<text" not in outlines


def test_the_same_bytes_and_no_trace(results: Path, tmp_path: Path) -> None:
    for name in "ab":
        draw(tmp_path / name, results, "journal_2")
    for path in (tmp_path / "a").rglob("*.*"):
        data = path.read_bytes()
        assert data == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
        for trace in (b"Creator", b"Producer", b"Date", b"Software", str(tmp_path).encode()):
            assert trace not in data, (path.name, trace)


def test_panels_wrap_go_on_in_another_file_and_stay_legible() -> None:
    drawn: list[str] = []

    def panel(ax: Axes) -> None:
        drawn.append("x")

    picture = Picture("t", [Panel(str(n), panel) for n in range(9)], (3.4, 3.6), columns=9)
    with house_style(8):
        one = list(in_preset(picture, LABELS, PRESETS["journal_1"]))
        two = list(in_preset(picture, LABELS, PRESETS["journal_2"]))
        slides = list(in_preset(picture, LABELS, PRESETS["slides"]))
    assert [len(figure.axes) for figure in one] == [2, 2, 2, 2, 1]
    assert sum(len(figure.axes) for figure in two) >= 9
    assert all(tuple(f.get_size_inches()) == (6.667, 3.75) for f in slides)
    assert len(drawn) == 27
    wide = picture._replace(size=(9.0, 3.0))
    assert points_of(wide, PRESETS["journal_1"]) < 6 <= points_of(wide, PRESETS["journal_2"])


@pytest.mark.parametrize(
    ("preset", "letters"), [("journal_1", ["A", "B"]), ("journal_2", ["A", "B"]), ("slides", [])]
)
def test_panels_have_letters_where_a_legend_tells_of_them(preset: str, letters: list[str]) -> None:
    def panel(ax: Axes) -> None:
        for one in split(ax, 2):  # others in the place of the axes
            one.set_title("t")

    picture = Picture("t", [Panel(key, panel) for key in "xy"], (3.4, 3.6), columns=2)
    alone = picture._replace(panels=picture.panels[:1])
    with house_style(8):
        (figure,) = in_preset(picture, LABELS, PRESETS[preset])
        (single,) = in_preset(alone, LABELS, PRESETS[preset])
    assert [text.get_text() for ax in figure.axes for text in ax.texts] == letters
    assert not [text for ax in single.axes for text in ax.texts]


def test_the_first_form_that_is_legible_is_drawn() -> None:
    panels = [Panel("wide", lambda ax: None)]
    lower, small_one = ([Panel(key, lambda ax: None)] for key in ("lower", "small"))
    picture = Picture("t", panels, (9.0, 3.0), note="n")
    other = picture._replace(
        narrower=[OtherForm(lower, (3.9, 6.0), 2), OtherForm(small_one, (3.0, 3.0))]
    )
    assert legible(picture, PRESETS["journal_1"]) is None
    drawn = {
        name: form and (form.panels[0].key, form.columns, form.note)
        for name in PRESETS
        for form in [legible(other, PRESETS[name])]
    }
    assert drawn == {
        "journal_1": ("lower", 2, "n"),
        "journal_2": ("wide", 1, "n"),
        "slides": ("wide", 1, "n"),
    }
    (tall,) = (legible(one, PRESETS["slides"]) for one in [other._replace(size=(9.0, 9.0))])
    assert tall is not None and tall.panels[0].key == "small"


def test_as_many_panels_stand_in_each_row() -> None:
    panels = [Panel(str(n), lambda ax: None) for n in range(4)]
    picture = Picture("t", panels, (2.7, 3.1), columns=4)  # three would fit beside each other
    with house_style(8):
        (figure,) = in_preset(picture, LABELS, PRESETS["journal_2"])
    assert {ax.get_gridspec().ncols for ax in figure.axes} == {2}


@pytest.mark.parametrize("points", [6.0, 7.2, 9.0])
def test_no_type_is_too_small_to_be_read(points: float) -> None:
    with house_style(points):
        sizes = [small(), *(mpl.rcParams[key] for key in ("legend.fontsize", "axes.titlesize"))]
    assert min(sizes) >= 6.0
    assert sizes[0] == pytest.approx(max(points / 1.2, 6.0))


def test_series_are_told_apart_without_colour() -> None:
    assert len({(marker, dash) for _, marker, dash in SERIES}) == len(SERIES)
