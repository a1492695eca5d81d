"""An EOD that contradicts the consensus: R10's rule stays, and the case is named."""

import pytest
import yaml
from scripts.reference.build_reference import build_reference

from bonescint.demo.patients import sample_patients
from bonescint.demo.results import read_scans
from bonescint.files import read_rows, write_rows
from bonescint.resources import ROOT
from bonescint.stats.samples import eod_contradicts, read_eod_contradictions
from bonescint.warning_words import warnings_in_words
from tests.scripts.study_tables import write_reading

RULES = {"metastasis": "majority", "count": "median", "eod": "median"}
POSITIVE = RULES | {"eod": "median_positive"}


def settle(folder, readers, settings=RULES):
    """Return the reference by code and the warnings; a reader: code to (metastasis, eod)."""
    readings = [
        write_reading(
            folder / f"reader{i}.csv",
            {code: yes for code, (yes, _) in answers.items()},
            eod={code: "" if eod is None else eod for code, (_, eod) in answers.items()},
            eod_status={
                code: "not_calculated" if eod is None else "graded"
                for code, (_, eod) in answers.items()
            },
        )
        for i, answers in enumerate(readers)
    ]
    codes = sorted({code for answers in readers for code in answers})
    write_rows(folder / "cases.csv", ["code", "tracer"], [{"code": c} for c in codes])
    table, warnings = folder / "reference.csv", folder / "warnings.csv"
    build_reference(readings, folder / "cases.csv", settings, table, warnings)
    return {row["code"]: row for row in read_rows(table)}, list(read_rows(warnings))


@pytest.mark.parametrize(
    ("answers", "median", "median_positive", "key"),
    [
        # positive, but of those who graded half said 0: the lower middle
        (((1, 1), (1, None), (0, 0)), "0", "1", "eod_zero"),
        (((1, None), (1, None), (0, 0)), "0", "", "eod_zero"),
        # the reverse: who called it negative did not grade
        (((0, None), (0, None), (1, 2)), "2", "2", "eod_above_zero"),
        (((1, 1), (1, 2), (0, 0)), "1", "1", None),
        (((0, 0), (0, 0), (1, 1)), "0", "0", None),
        (((1, 3), (0, 0)), "0", "0", None),  # a tie is nothing to contradict
        (((1, 1), (1, 4), (1, 2)), "2", "2", None),
        (((1, 0), (1, 0), (1, 1)), "0", "0", "eod_zero"),  # whatever the rule
    ],
)
def test_rules_and_warnings(tmp_path, answers, median, median_positive, key):
    readers = [{"C1": answer} for answer in answers]
    for settings, eod in ((RULES, median), (POSITIVE, median_positive)):
        rows, warnings = settle(tmp_path, readers, settings)
        assert rows["C1"]["eod"] == eod
        contradicts = eod_contradicts(rows["C1"])
        assert bool(warnings) == contradicts
        assert read_eod_contradictions(tmp_path / "reference.csv") == (
            {"C1"} if contradicts else set()
        )
        if settings is RULES:
            assert [row["key"] for row in warnings] == [f"reference.{key}"] * bool(key)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Positive by consensus (2 of 3 readers), but the consensus EOD is 0."),
        ("ja", "合意では骨転移あり (3 名中 2 名) ですが、合意の EOD は 0 です。"),
    ],
)
def test_the_warning_says_which_case_and_what_follows(tmp_path, language, said):
    _, warnings = settle(tmp_path, [{"C1": (1, 1)}, {"C1": (1, None)}, {"C1": (0, 0)}])
    (row,) = warnings_in_words(warnings, language)
    assert row["message"].startswith(said)
    assert "AUC" in row["message"]
    assert (row["rule"], "C1" in row["where"]) == ("R10", True)


def test_the_readings_of_the_demonstration(tmp_path):
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    seed = config["demo"]["seed"]
    patients = sample_patients(config["demo"], config["cohort"])
    readers = [
        {f"C{p.index}": (int(r.count > 0), r.eod) for p, r in reports if p.kind == "study"}
        for reports in read_scans(patients, seed).values()
    ]
    rows, warnings = settle(tmp_path, readers)
    assert len(rows) == 2 * config["demo"]["women_per_tracer"]
    assert [row["key"] for row in warnings] == ["reference.eod_zero"] * 2
    assert config["reference"] == RULES
    chosen, none = settle(tmp_path, readers, POSITIVE)
    assert none == []
    changed = {code for code in rows if rows[code] != chosen[code]}
    assert {code for code in rows if eod_contradicts(rows[code])} <= changed
    assert all(rows[code] == chosen[code] | {"eod": rows[code]["eod"]} for code in rows)
