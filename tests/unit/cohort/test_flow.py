"""Flow counts that add up."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bonescint.cohort.flow import flow_rows, tracers_of
from bonescint.cohort.selection import REASONS
from bonescint.declared import columns
from tests.unit.cohort.test_selection import row

reasons = st.sampled_from([None, *REASONS])
subjects = st.sampled_from(["", "1", "2", "3", "4"])


@given(st.lists(st.tuples(subjects, reasons), max_size=40), st.integers(0, 5), st.integers(0, 5))
def test_flow_adds_up(pairs: list[tuple[str, Any]], opted_out: int, unreadable: int) -> None:
    files = [(row(str(i), subject=s), r) for i, (s, r) in enumerate(pairs)]
    patients = len({s for s, _ in pairs} - {""})
    counts = {
        "files_found": len(files) + opted_out + unreadable,
        "files_indexed": len(files) + opted_out,
        "patients_indexed": patients + (opted_out > 0),
        "files_opted_out": opted_out,
        "patients_opted_out": int(opted_out > 0),
    }
    lines = flow_rows(counts, {"truncated": unreadable}, files)
    for unit in ("files", "patients"):
        out = sum(int(str(x.get(unit) or 0)) for x in lines if x["kind"] == "out")
        first = counts["files_found"] if unit == "files" else counts["patients_indexed"]
        assert first == out + int(str(lines[-1][unit]))
    assert lines[-1]["patients"] == lines[-1]["MDP"]


def test_a_patient_leaves_with_the_last_reason_of_the_files() -> None:
    files = [
        (row("a", subject="1", tracer="unknown"), "early"),
        (row("b", subject="1", tracer="HMDP"), "outside_window"),
        (row("c", subject="2"), "early"),
        (row("d", subject="2"), None),
        (row("e", subject=""), "no_patient_id"),
    ]
    counts = {
        "files_found": 8,
        "files_indexed": 7,
        "patients_indexed": 3,
        "files_opted_out": 2,
        "patients_opted_out": 1,
    }
    lines = flow_rows(counts, {"truncated": 1}, files)
    assert [[str(line.get(column, "")) for column in columns("flow")] for line in lines] == [
        ["found", "in", "", "8", "", "", ""],
        ["found", "out", "truncated", "1", "", "", ""],
        ["readable", "in", "", "7", "3", "", ""],
        ["readable", "out", "opt_out", "2", "1", "", ""],
        ["consented", "in", "", "5", "2", "", ""],
        ["consented", "out", "no_patient_id", "1", "0", "0", "0"],
        ["consented", "out", "early", "2", "0", "0", "0"],
        ["consented", "out", "outside_window", "1", "1", "0", "1"],
        ["cohort", "in", "", "1", "1", "1", "0"],
    ]


def test_nobody_is_left() -> None:
    counts = dict.fromkeys(
        ("files_found", "files_indexed", "patients_indexed", "files_opted_out"), 3
    ) | {"patients_opted_out": 3}
    lines = flow_rows(counts, {}, [])
    assert [line["step"] for line in lines] == [
        "found",
        "readable",
        "readable",
        "consented",
        "cohort",
    ]
    assert [line["files"] for line in lines] == [3, 3, 3, 0, 0]
    assert lines[-1]["patients"] == lines[-1]["MDP"] == lines[-1]["HMDP"] == 0


def test_a_flow_counts_the_tracers_of_its_study() -> None:
    decided = [({"subject": "1", "tracer": "FDG"}, None)]
    counts = dict.fromkeys(
        ("files_found", "files_indexed", "patients_indexed", "files_opted_out",
         "patients_opted_out"), 1,
    )  # fmt: skip
    last = flow_rows(counts, {}, decided, ["FDG"])[-1]
    assert last["FDG"] == 1 and "MDP" not in last
    assert tracers_of([{name: str(value) for name, value in last.items()}]) == ["FDG"]
    assert tracers_of([]) == ["MDP", "HMDP"]
