"""What a question's section shows: which rows, in which columns, and why something is missing."""

from typing import Any

from bonescint.files import Row
from bonescint.outputs.answer_forest import forest_panel
from bonescint.outputs.main_table import main_table
from bonescint.tables.sheets import ShownTable
from bonescint.text.width import text_width
from tests.unit.outputs.test_answers import labels, row


def auc(subject: str, estimate: object = 0.9, **fields: object) -> Row:
    limits = {"ci_low": 0.8, "ci_high": 0.95} if estimate else {}
    about = {"metric": "bsi", "reference": "consensus", "n": 50, "n_positive": 25}
    return row("accuracy", subject, "auc", **about | {"estimate": estimate} | limits | fields)


def table(*rows: Row, question: str = "", **settings: Any) -> ShownTable:
    return main_table(question or rows[0]["question"], list(rows), labels(), settings)


def shown(found: ShownTable) -> list[list[str]]:
    keys = [column.key for column in found.columns]
    return [[str(line.get(key, "")) for key in keys] for line in found.rows]


def titles(found: ShownTable) -> list[str]:
    return [column.title for column in found.columns]


def test_of_several_methods_the_first_and_of_the_cases_the_main_ones() -> None:
    found = table(
        auc("vsbone2", ci_method="delong_logit"),
        auc("vsbone2", 0.7, ci_method="delong_wald"),
        auc("vsbone2", 0.6, cases="eod=2"),
        auc("vsbone3", 0.5),
        auc("vsbone3", 0.8, cases="same_cases", n=47),
    )
    assert titles(found) == ["Subject", "Metric", "n / positive", "AUC", "Note"]
    assert [line[2:4] for line in shown(found)] == [
        ["50 / 25", "0.90 (0.80 to 0.95)"],
        ["47 / 25", "0.80 (0.80 to 0.95)"],
    ]
    assert "95 % CI" in found.title


def test_failures_count_as_in_the_primary_hypothesis() -> None:
    rows = [
        row("version_diagnosis", "vsbone3", "auc_difference", comparator="vsbone2", metric="bsi",
            cases=cases, estimate=estimate, n=n)
        for cases, estimate, n in (("", 0.1, 47), ("failures_as_wrong", 0.2, 50))
    ]  # fmt: skip
    assert shown(table(*rows))[0][3] == "0.10"
    counted = table(*rows, primary={"cases": "failures_as_wrong"})
    assert shown(counted)[0][2:4] == ["50", "0.20"]
    assert shown(counted)[0][0] == "VSBONE (simulated) 3.0 − VSBONE (simulated) 2.0"


def test_the_cut_off_stands_before_what_depends_on_it() -> None:
    about = {"comparator": "vsbone2", "metric": "bsi", "estimate": 0.1, "n": 47}
    found = table(
        row("version_diagnosis", "vsbone3", "auc_difference", **about),
        row("version_diagnosis", "vsbone3", "sensitivity_difference", **about, cutoff=1),
        row("version_diagnosis", "vsbone3", "sensitivity_difference", **about, cutoff=2),
    )
    assert titles(found)[3:] == ["Difference in AUC", "Cut-off", "Difference in sensitivity"]
    assert [line[3:] for line in shown(found)] == [
        ["0.10", "BSI ≥ 1 %", "0.10"],
        ["", "BSI ≥ 2 %", "0.10"],
    ]


def test_of_measures_in_each_other_s_place_the_first_counts() -> None:
    names = ("quantile_low", "quantile_high", "limit_low", "limit_high")
    about = {"comparator": "vsbone2", "n": 47, "estimate": 1.5}
    grows = [row("version_measurement", "vsbone3", one, metric="bsi", **about) for one in names]
    even = [
        row("version_measurement", "vsbone3", one, metric="hotspots", **about)
        for one in (*names[2:], *names[:2])
    ]
    found = table(*grows, *even)
    low, high, *_ = (labels().word(name) for name in names)
    for title, there in ((low, ["1.50", ""]), (labels().word("limit_low"), ["", "1.50"])):
        at = titles(found).index(title)
        assert [line[at] for line in shown(found)] == there, high


def test_all_readers_together_go_before_each_of_them() -> None:
    about = {"metric": "bsi", "cutoff": 1, "n": 48, "estimate": 0.1}
    notes = "program_differs=0.25; readers_differ=0.15"
    found = table(
        row("interchangeability", "vsbone3", "equivalence_index", comparator="all_readers",
            note=notes, **about),
        row("interchangeability", "vsbone3", "equivalence_index", comparator="reader1", **about),
        row("interchangeability", "vsbone3", "interchangeability", comparator="all_readers",
            metric="bsi", cutoff=1, n=48, status="not assessed"),
    )  # fmt: skip
    assert shown(found) == [["VSBONE (simulated) 3.0", "48", "BSI ≥ 1 %", "0.10", "0.25", "0.15"]]
    # a measure without any number gets no column, but is mentioned
    assert found.note.endswith(f": {labels().word('not assessed')}")


def test_reference_standards_stand_side_by_side_with_their_cases() -> None:
    found = table(
        *(
            auc("vsbone3", reference=name, n=n) | {"question": "reference_sensitivity"}
            for name, n in (("reader1", 50), ("unanimous", 40))
        ),
        question="reference_sensitivity",
    )
    assert titles(found)[2:] == [labels().word("reader1"), labels().word("unanimous")]
    (line,) = shown(found)
    assert line[2:] == ["0.90 (0.80 to 0.95) [n = 50]", "0.90 (0.80 to 0.95) [n = 40]"]
    assert found.title.startswith("AUC (")


def test_where_nothing_could_be_computed_there_is_no_table() -> None:
    found = table(*(auc(name, "", status="one class") for name in ("vsbone2", "vsbone3")))
    assert list(found.rows) == [] and found.note == "AUC: One class only"


def test_the_forest_has_its_null_and_every_limit_on_its_axis() -> None:
    found = [("a", "", auc("vsbone3")), ("b", "", auc("vsbone2", "", status="one class"))]
    panel = forest_panel("AUC", found, 0.5, 1.0)
    assert [number for _, number in panel.ticks] == ["0.5", "0.6", "0.7", "0.8", "0.9", "1"]
    first, second = panel.lines
    assert panel.null == panel.ticks[0][0] and second.point is None
    assert (first.low, first.high) == (panel.ticks[3][0], 314.4)
    one = forest_panel("gap", [("a", "", row("q", "s", "m", estimate=0))], 0.0)
    assert [number for _, number in one.ticks] == ["0", "0.1"]
    wide = forest_panel("x", [("a", "", row("q", "s", "m", estimate=-37))], 0.0)
    assert [number for _, number in wide.ticks] == ["−40", "−30", "−20", "−10", "0"]
    (line,) = forest_panel("x", [("長い名前" * 20 + " 3.1", "", auc("vsbone3"))], 0.5).lines
    assert line.name.startswith("長い名前") and line.name.endswith(" 3.1")
    assert "…" in line.name and text_width(line.name) <= 54
