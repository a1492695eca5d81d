"""A metric whose low values speak for metastasis: mirrored values give the same answers."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from bonescint.files import read_rows
from bonescint.stats.estimate import Estimate, write_number
from tests.scripts.study_tables import SETTINGS, Study

MOST = 100
LOW = copy.deepcopy(SETTINGS)
LOW["values"]["bsi"] |= {"positive": "low"}
LOW["cutoffs"][0]["value"] = MOST - 1.0


def mirrored(study: Study) -> None:
    for cases in study.results.values():
        for code, result in cases.items():
            if not isinstance(result, str):
                cases[code] = (round(MOST - result[0], 2), *result[1:])


def comparable(row: Estimate) -> Estimate:
    """Return a row of the mirrored study as the other one has it."""
    if row.metric != "bsi":
        return row
    note = "; ".join(
        f"midpoint={write_number(MOST - float(part.removeprefix('midpoint=')))}"
        if part.startswith("midpoint=")
        else part
        for part in row.note.split("; ")
    )
    return replace(row, cutoff=round(MOST - row.cutoff, 9), note=note)


@pytest.mark.parametrize(
    "question",
    ["accuracy", "cutoffs", "reference_sensitivity", "version_diagnosis", "equivalence",
     "software_comparison", "exposure", "software_readers", "interchangeability"],
)  # fmt: skip
def test_the_mirrored_study_has_the_same_answers(tmp_path: Path, question: str) -> None:
    tables = {}
    for name, settings in (("high", SETTINGS), ("low", LOW)):
        (tmp_path / name).mkdir()
        study = Study(tmp_path / name)
        study.exposed = set(list(study.tracer)[12:15])
        if name == "low":
            mirrored(study)
        rows = study.answer(question, settings=settings)
        # the difference of the values themselves has the other sign
        tables[name] = [row for row in rows if row.measure != "mean_difference"]
    assert len(tables["high"]) > 4
    for high, low in zip(tables["high"], map(comparable, tables["low"]), strict=True):
        assert repr(replace(high, cutoff=round(high.cutoff, 9))) == repr(low)


def test_further_tables_hold_the_values_as_measured(tmp_path: Path) -> None:
    study = Study(tmp_path)
    mirrored(study)
    study.answer("version_diagnosis", settings=LOW)
    changed = [
        row for row in read_rows(tmp_path / "version_diagnosis.reclassified.csv")
        if row["metric"] == "bsi"
    ]  # fmt: skip
    assert changed
    for row in changed:
        old, new, cutoff = (float(row[key]) for key in ("old_value", "new_value", "cutoff"))
        assert cutoff == 99 and (old <= cutoff) != (new <= cutoff)
        assert row["change"] == ("up" if new > old else "down")
        assert (row["result"] == "gained") == ((new <= cutoff) == (row["metastasis"] == "1"))
    study.answer("accuracy", settings=LOW)
    points = [
        row for row in read_rows(tmp_path / "accuracy.roc_curves.csv")
        if (row["metric"], row["software"]) == ("bsi", "vsbone2")
    ]  # fmt: skip
    thresholds = [float(row["threshold"]) for row in points]
    assert thresholds == sorted(thresholds) and thresholds[1] > 0
