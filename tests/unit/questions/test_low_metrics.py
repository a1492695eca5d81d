"""A metric whose low values speak for metastasis: mirrored values give the same answers."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bonescint.files import read_rows
from bonescint.stats.estimate import Estimate, write_number
from tests.scripts.study_tables import SETTINGS, Study

MOST = 100


def low(most: int = MOST) -> dict[str, Any]:
    settings: dict[str, Any] = copy.deepcopy(SETTINGS)
    settings["values"]["bsi"] |= {"positive": "low"}
    settings["cutoffs"][0]["value"] = most - 1.0
    return settings


LOW = low()


def mirrored(study: Study, most: int = MOST) -> None:
    for cases in study.results.values():
        for code, result in cases.items():
            if not isinstance(result, str):
                cases[code] = (round(most - result[0], 2), *result[1:])


def comparable(row: Estimate, most: int) -> Estimate:
    """Return a row of the mirrored study as the other one has it."""
    if row.metric != "bsi":
        return row
    note = "; ".join(
        f"midpoint={write_number(most - float(part.removeprefix('midpoint=')))}"
        if part.startswith("midpoint=")
        else part
        for part in row.note.split("; ")
    )
    return replace(row, cutoff=round(most - row.cutoff, 9), note=note)


@pytest.mark.parametrize(
    "question",
    ["accuracy", "cutoffs", "reference_sensitivity", "version_diagnosis", "equivalence",
     "software_comparison", "exposure", "software_readers", "interchangeability", "one_truth",
     "precision", "subgroups"],
)  # fmt: skip
@pytest.mark.parametrize("most", [MOST, 0])  # such as a z-score, whose cut-off is below 0
def test_the_mirrored_study_has_the_same_answers(tmp_path: Path, question: str, most: int) -> None:
    tables = {}
    for name, settings in (("high", SETTINGS), ("low", low(most))):
        (tmp_path / name).mkdir()
        study = Study(tmp_path / name)
        study.exposed = set(list(study.tracer)[12:15])
        if name == "low":
            mirrored(study, most)
        rows = study.answer(question, settings=settings)
        # the difference of the values themselves has the other sign
        tables[name] = [row for row in rows if row.measure != "mean_difference"]
    assert len(tables["high"]) > 4
    for one, other in zip(tables["high"], tables["low"], strict=True):
        assert repr(replace(one, cutoff=round(one.cutoff, 9))) == repr(comparable(other, most))


def test_the_primary_hypothesis_is_known_by_a_cut_off_below_0(tmp_path: Path) -> None:
    study, settings = Study(tmp_path), low(0)
    mirrored(study, 0)
    settings["primary"] = {"question": "version_diagnosis", "measure": "sensitivity_difference"}
    settings["primary"] |= {"subject": "vsbone3", "metric": "bsi", "cutoff": -1.0}
    rows = [row for row in study.answer("precision", settings=settings) if "primary" in row.note]
    assert rows and {(row.metric, row.cutoff) for row in rows} == {("bsi", -1.0)}


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
