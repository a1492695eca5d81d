"""What the readers' questions tell apart: unread and ungraded cases, tracers, whose limits."""

from pathlib import Path

import numpy as np
import pytest

from bonescint.stats.samples import read_ratings
from tests.scripts.study_tables import Study, notes, write_reading

READERS = ["reader_agreement", "reader_eod", "reader_counts"]


def test_unread_is_no_missing_grade(tmp_path: Path) -> None:
    said = {f"C{i}": 1 for i in range(6)}
    one = write_reading(
        tmp_path / "a.csv", said, eod=dict.fromkeys(said, 2), n_metastases=dict.fromkeys(said, 3)
    )
    # C0 was not read, and no other blank is one
    eod, count = {"C1": 1, "C2": 1, "C3": 4}, {c: 2 for c in said if c != "C5"}
    two = write_reading(tmp_path / "b.csv", said | {"C0": None}, eod=eod, n_metastases=count)
    found = {name: read_ratings([one, two], name) for name in ("metastasis", "eod", "n_metastases")}
    assert found["metastasis"].incomplete() == "not_read_by_all=1"
    assert found["eod"].incomplete() == "not_read_by_all=1; not_graded_by_all=2"
    assert found["n_metastases"].incomplete((0, 1)) == "not_read_by_all=1; not_graded_by_all=1"
    assert found["eod"].incomplete([0]) == "not_read_by_all=0"
    # a case that one table does not name was not read either
    some = write_reading(tmp_path / "c.csv", {"C9": 1}, eod={"C9": 1})
    assert read_ratings([one, some], "eod").incomplete() == "not_read_by_all=7"
    few = found["eod"].among({"C1", "C5", "other"})
    assert few.codes == ["C1", "C5"] and few.values.shape == (2, 2)
    assert few.incomplete() == "not_read_by_all=0; not_graded_by_all=1"


@pytest.mark.parametrize("question", READERS)
def test_each_tracer_has_the_rows_of_a_study_with_its_cases_alone(
    tmp_path: Path, question: str
) -> None:
    study = Study(tmp_path)
    study.answers["reader2"]["M01"] = None
    rows = study.answer(question)
    alone = Study(tmp_path)
    alone.answers = {
        reader: {code: yes for code, yes in said.items() if study.tracer[code] == "MDP"}
        for reader, said in study.answers.items()
    }
    alone.answers["reader2"]["M01"] = None
    expected = {row.measure: row for row in alone.answer(question, tracers=["MDP"])
                if row.subject == "all_readers"}  # fmt: skip
    assert all(not row.cases for row in expected.values())  # one tracer is all of the study
    of_mdp = [row for row in rows if row.cases == "tracer=MDP"]
    assert of_mdp and {row.cases for row in rows} == {"", "tracer=MDP", "tracer=HMDP"}
    for row in of_mdp:
        same = expected[row.measure]
        found, wanted = (
            np.array([one.n, one.estimate, one.ci_low, one.ci_high]) for one in (row, same)
        )
        assert found == pytest.approx(wanted, nan_ok=True)
        assert row.subject == "all_readers" and row.note == same.note
        assert np.isnan(row.p_value) and not row.test  # nobody planned a test of a part
        assert notes(row)["not_read_by_all"] == "1"


def test_limits_over_cases_say_that_they_hold_for_these_readers(tmp_path: Path) -> None:
    study = Study(tmp_path)
    rows = [row for question in READERS for row in study.answer(question)]
    of_all = [row for row in rows if row.subject == "all_readers"]
    for row in of_all:
        fixed = not np.isnan(row.ci_low) and not row.measure.startswith("icc")
        assert ("these_readers" in notes(row)) == fixed, row.measure
    noted = {row.measure for row in rows if "these_readers" in notes(row)}
    assert {"fleiss_kappa", "gwet_ac1", "krippendorff_nominal"} <= noted


def test_counts_that_agree_are_not_the_same_lesions(tmp_path: Path) -> None:
    rows = Study(tmp_path).answer("reader_counts")
    assert rows and all("same_lesions" in notes(row) for row in rows)
