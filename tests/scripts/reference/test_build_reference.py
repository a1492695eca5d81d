import runpy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts.reference.build_reference import build_reference

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.resources import ROOT
from tests.scripts.study_tables import snakemake_object, write_reading

RULES = {"metastasis": "majority", "count": "median", "eod": "median"}


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.csv"
    write_rows(path, ["code", "tracer"], [{"code": c, "tracer": "MDP"} for c in ("C2", "C1")])
    return path


def consensus(tmp_path, cases, readings, settings=RULES):
    build_reference(
        readings, cases, settings, tmp_path / "reference.csv", tmp_path / "reference.warnings.csv"
    )
    return {row["code"]: row for row in read_rows(tmp_path / "reference.csv")}


def read_by(tmp_path, *answers, **more):
    """One reading table per answer to case C1."""
    return [
        write_reading(
            tmp_path / f"reader{i}.csv",
            {"C1": answer},
            **{name: {"C1": values[i]} for name, values in more.items()},
        )
        for i, answer in enumerate(answers)
    ]


@pytest.mark.parametrize(
    ("answers", "readers", "yes", "metastasis", "unanimous", "status"),
    [
        ((1, 1, 0), "3", "2", "1", "0", "decided"),
        ((0, 0, 1), "3", "1", "0", "0", "decided"),
        ((1, 1, 1), "3", "3", "1", "1", "decided"),
        ((1, None, 1), "2", "2", "1", "1", "decided"),
        ((1, None, 0), "2", "1", "", "0", "tie"),
        ((None, 0, None), "1", "0", "0", "", "decided"),
        ((None, None, None), "0", "0", "", "", "no_reading"),
        ((1, 0, 1, 0), "4", "2", "", "0", "tie"),
    ],
)
def test_majority_of_the_readers_present(
    tmp_path, cases, answers, readers, yes, metastasis, unanimous, status
):
    row = consensus(tmp_path, cases, read_by(tmp_path, *answers))["C1"]
    assert (row["n_readers"], row["n_positive"], row["metastasis"]) == (readers, yes, metastasis)
    assert (row["unanimous"], row["status"]) == (unanimous, status)


@pytest.mark.parametrize(("rule", "metastasis"), [("any", "1"), ("unanimous", "0")])
def test_other_rules(tmp_path, cases, rule, metastasis):
    rows = consensus(tmp_path, cases, read_by(tmp_path, 1, 0, 0), RULES | {"metastasis": rule})
    assert rows["C1"]["metastasis"] == metastasis


@pytest.mark.parametrize(
    ("counts", "eods", "count", "eod"),
    [
        (("3", "5", "9"), ("1", "2", "4"), "5", "2"),
        (("3", "4", ""), ("1", "2", ""), "3.5", "1"),  # no grade 1.5: the lower of the two
        (("", "", ""), ("", "", ""), "", ""),
    ],
)
def test_medians_of_count_and_grade(tmp_path, cases, counts, eods, count, eod):
    graded = ["graded" if eod else "not_calculated" for eod in eods]
    readings = read_by(tmp_path, 1, 1, 1, n_metastases=counts, eod=eods, eod_status=graded)
    row = consensus(tmp_path, cases, readings)["C1"]
    assert (row["n_metastases"], row["eod"]) == (count, eod)


def test_every_case_has_a_row_in_order_and_no_other_has(tmp_path, cases):
    readings = [write_reading(tmp_path / "reader1.csv", {"C9": 1, "C1": 0})]
    assert list(consensus(tmp_path, cases, readings)) == ["C1", "C2"]


def test_without_readers_or_cases_there_is_a_table(tmp_path, cases):
    assert {r["status"] for r in consensus(tmp_path, cases, []).values()} == {"no_reading"}
    write_rows(cases, ["code", "tracer"], [])
    assert consensus(tmp_path, cases, []) == {}
    assert (tmp_path / "reference.csv").read_text(encoding="utf-8-sig") == ",".join(
        columns("reference")
    ) + "\n"


@given(st.permutations([1, 0, None, 1, 0]))
def test_the_order_of_readers_does_not_matter(tmp_path_factory, answers):
    folder = tmp_path_factory.mktemp("orders")
    write_rows(folder / "cases.csv", ["code", "tracer"], [{"code": "C1", "tracer": "MDP"}])
    row = consensus(folder, folder / "cases.csv", read_by(folder, *answers))["C1"]
    assert (row["n_readers"], row["n_positive"], row["status"]) == ("4", "2", "tie")


def test_adapter(tmp_path, cases):
    readings = [str(path) for path in read_by(tmp_path, 1, 1, 0)]
    runpy.run_path(
        str(ROOT / "scripts/reference/build_reference.py"),
        {
            "snakemake": snakemake_object(
                tmp_path,
                {"readings": readings, "cases": str(cases)},
                {"table": str(tmp_path / "out.csv"), "warnings": str(tmp_path / "warnings.csv")},
                {"settings": RULES},
            )
        },
        "__main__",
    )
    assert [row["status"] for row in read_rows(tmp_path / "out.csv")] == ["decided", "no_reading"]
    assert "'decided': 1" in (tmp_path / "log/job.log").read_text(encoding="utf-8")
