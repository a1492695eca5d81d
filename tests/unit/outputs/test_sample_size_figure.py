"""The figure of power against the number of cases says what was planned, or that nothing was."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bonescint.files import read_rows
from bonescint.outputs.drawn import drawn_figures
from bonescint.outputs.figures import sample_size
from bonescint.outputs.labels import Labels
from bonescint.resources import SYNTHETIC, Texts
from tests.scripts.outputs.contract import SOFTWARE, composed_of
from tests.scripts.outputs.results import write_results


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def labels(language: str, synthetic: bool = True) -> Labels:
    return Labels(Texts("figures", language), SOFTWARE, synthetic)


def test_a_line_a_difference_and_the_planned_cases(tmp_path: Path) -> None:
    rows = list(read_rows(write_results(tmp_path) / "metrics" / "sample_size.csv"))
    figure = composed_of(sample_size, rows, labels("en"))
    (ax,) = figure.axes
    curves = [line for line in ax.lines if line.get_marker() != "None"]
    assert [list(line.get_xdata()) for line in curves] == [[50, 100]] * 3
    assert len(ax.collections) == 1  # the band of the planned difference
    said = words(figure)
    assert "planned: 25 + 25" in said and "Supposed difference 0.15" in said
    assert "VSBONE (simulated) 3.0 − VSBONE (simulated) 2.0, BSI: Difference in AUC" in said
    assert "not those observed" in said.replace("\n", " ")
    assert SYNTHETIC in said and SYNTHETIC not in words(
        composed_of(sample_size, rows, labels("en", False))
    )


@pytest.mark.parametrize("language, said", [("ja", "計画"), ("en", "planned")])
def test_without_a_planned_difference_it_says_so(language: str, said: str) -> None:
    assert said in words(composed_of(sample_size, [], labels(language)))


def test_without_a_plan_there_is_no_figure() -> None:
    assert "sample_size" not in drawn_figures({"readers", "versions", "plan"})
    assert "sample_size" in drawn_figures({"readers", "versions", "plan", "precision"})
