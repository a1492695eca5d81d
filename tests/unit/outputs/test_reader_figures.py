"""Figures about readers and software, and about the tracers' weeks."""

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bonescint.outputs.figures import agreement, interchangeability, roc, tracer_weeks
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Picture, composed
from bonescint.resources import SYNTHETIC, Texts
from tests.scripts.outputs.contract import ESTIMATE, SOFTWARE

CUT = {"bsi": 1.0}
LABELS = Labels(Texts("figures", "en"), SOFTWARE, True, study={"reader.reader1": "Reader 1"})


def figure_of(picture: Picture) -> Figure:
    return composed(picture, LABELS)


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def row(**given: str) -> dict[str, str]:
    blank = dict.fromkeys(ESTIMATE.split(","), "")
    return blank | {"n": "40", "status": "ok", "ci_low": "0.2", "ci_high": "0.9"} | given


def kappa(one: str, other: str, value: str, **given: str) -> dict[str, str]:
    return row(subject=one, comparator=other, measure="cohen_kappa", estimate=value, **given)


KAPPAS = [
    kappa("reader1", "reader2", "0.5", cases="cases_of=vsbone2"),
    kappa("reader1", "reader3", "0.8", cases="cases_of=vsbone2"),
    # the second limits of the same kappa, another cut-off, another measure
    kappa("vsbone2", "reader1", "0.4", metric="bsi", cutoff="1"),
    kappa("vsbone2", "reader1", "0.4", metric="bsi", cutoff="1", ci_low="0.1"),
    kappa("vsbone2", "reader1", "0.3", metric="bsi", cutoff="2"),
    kappa("vsbone2", "consensus", "0.6", metric="bsi", cutoff="1.0"),
    row(subject="vsbone2", comparator="reader1", measure="gwet_ac1", estimate="0.9"),
]


def test_agreement_shows_readers_and_software_on_the_same_cases_sorted() -> None:
    picture = agreement.draw(KAPPAS, CUT, LABELS)
    assert [panel.key for panel in picture.panels] == ["vsbone2"]
    (ax,) = figure_of(picture).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "Readers with each other",
        "Reader 1 – reader3 (n = 40)",
        "Reader 1 – reader2 (n = 40)",
        "Software (BSI ≥ 1 %), with",
        "Consensus of the readers (n = 40)",
        "Reader 1 (n = 40)",
    ]
    assert [list(line.get_xdata()) for line in ax.lines[:2]] == [[0.8, 0.5], [0.6, 0.4]]


def test_agreement_of_one_reader_has_no_pairs_and_of_nothing_says_so() -> None:
    alone = [one for one in KAPPAS if one["subject"] == "vsbone2"]
    assert "Readers with" not in words(figure_of(agreement.draw(alone, CUT, LABELS)))
    for rows, cutoffs in ((KAPPAS[2:], {}), ([], CUT)):
        assert "no data" in words(figure_of(agreement.draw(rows, cutoffs, LABELS)))
    one_class = [kappa("vsbone2", "reader1", "", metric="bsi", cutoff="1") | {"ci_low": ""}]
    assert "Reader 1 (n = 40)" in words(figure_of(agreement.draw(one_class, CUT, LABELS)))


def index(measure: str, **given: str) -> dict[str, str]:
    common = {"subject": "vsbone3", "comparator": "all_readers", "metric": "bsi", "cutoff": "1"}
    return row(measure=measure, estimate="0.3", **common, **given)


@pytest.mark.parametrize("margin", [True, False])
def test_interchangeability_has_the_margin_or_says_that_there_is_none(margin: bool) -> None:
    held = index("interchangeability", note="margin_high=0.15; not_below_margin", level="0.9")
    without = index("interchangeability", status="not assessed") | {"estimate": "", "ci_low": ""}
    picture = interchangeability.draw(
        [index("equivalence_index"), held if margin else without], CUT, LABELS
    )
    said = words(figure_of(picture))
    assert ("Margin 0.15" in said) is margin
    assert ("not assessed" in said) is not margin
    assert "VSBONE (simulated) 3.0\nHMDP · BSI ≥ 1 % (n = 40)" in said
    assert SYNTHETIC in said
    assert "no data" in words(figure_of(interchangeability.draw([], {}, LABELS)))


def case(day: str, tracer: str) -> dict[str, str]:
    return {"study_date": day, "tracer": tracer}


def test_a_week_with_both_tracers_is_marked_the_year_of_the_week_is_iso() -> None:
    cases = [
        case("2024-12-30", "MDP"), case("2025-01-05", "HMDP"),  # one ISO week over New Year
        case("2025-01-06", "HMDP"), case("2025-01-19", "MDP"), case("", "MDP"),
    ]  # fmt: skip
    (ax,) = figure_of(tracer_weeks.draw(cases, LABELS)).axes
    (marks,) = [line for line in ax.lines if line.get_marker() == "v"]
    assert len(marks.get_xdata()) == 1
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said == ["MDP (n = 2)", "HMDP (n = 2)", "both tracers in a week (n = 1)"]
    assert len({patch.get_hatch() for patch in ax.collections}) == 2
    assert "no data" in words(figure_of(tracer_weeks.draw([], LABELS)))


def test_ten_thousand_cases_over_ten_years_are_an_area_a_tracer() -> None:
    cases = [
        case(f"{2015 + i % 10}-{1 + i % 12:02}-{1 + i % 28:02}", "MDP" if i % 3 else "HMDP")
        for i in range(10_000)
    ]
    (ax,) = figure_of(tracer_weeks.draw(cases, LABELS)).axes
    assert len(ax.collections) == 2


def test_the_band_of_a_curve_is_drawn_where_it_has_limits() -> None:
    curve = [
        {"software": "vsbone2", "metric": "bsi", "threshold": "1"}
        | {"false_positive_rate": x, "true_positive_rate": y}
        for x, y in (("0", "0"), ("0.1", "0.8"), ("1", "1"))
    ]
    band = [
        {"software": "vsbone2", "metric": "bsi", "specificity": at, "ci_low": low, "ci_high": high}
        for at, low, high in (("0.98", "", ""), ("0.9", "0.6", "0.9"), ("0.5", "0.7", "1"))
    ]
    figure = figure_of(roc.draw(curve, band, [], {}, LABELS))
    (area,) = [one for ax in figure.axes for one in ax.collections]
    (path,) = area.get_paths()
    extent = path.get_extents()
    assert [*extent.min, *extent.max] == pytest.approx([0.1, 0.6, 0.5, 1.0])
