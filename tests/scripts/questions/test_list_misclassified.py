import runpy

import pytest
from scripts.questions.list_misclassified import (
    list_misclassified,
)

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.resources import ROOT
from tests.scripts.study_tables import (
    REFERENCE,
    SETTINGS,
    snakemake_object,
    write_measurements,
    write_reading,
)

SOFTWARE = {key: {"label": f"VSBONE {key[-1]}.0"} for key in ("vsbone2", "vsbone3")}
TRUTH = {"C1": 1, "C2": 0, "C3": 0, "C4": None, "C5": 0}
RESULTS = {
    "vsbone3": {
        "C1": ("0.99", 2),  # BSI below, Hotspot at its cut-off
        "C2": ("1", 1),  # BSI at its cut-off
        "C3": ("2.5", 7),
        "C4": ("9", 9),  # the readers did not decide
        "C5": "segmentation_failed",
        "C9": ("9", 9),  # no case of the study
    },
    "vsbone2": {"C1": ("3", 3), "C2": ("0", 0), "C3": ("0.2", 4), "C5": ("0", 0)},
}


@pytest.fixture
def listed(tmp_path):
    def run(cutoffs=SETTINGS["cutoffs"], truth=TRUTH, results=RESULTS):
        rows = [
            {"code": code, "tracer": "HMDP", "n_readers": 3, "n_positive": 2 if yes else 1}
            | {"metastasis": yes, "n_metastases": 4, "eod": 1}
            | {"status": "tie" if yes is None else "decided"}
            for code, yes in truth.items()
        ]
        write_rows(tmp_path / "reference.csv", REFERENCE, rows)
        list_misclassified(
            tmp_path / "reference.csv",
            write_measurements(tmp_path / "measurements.csv", results),
            [
                write_reading(tmp_path / "reader1.csv", {"C1": 1, "C2": 1, "C3": 0}),
                write_reading(tmp_path / "reader2.csv", {"C1": 0, "C2": None, "C3": 0}),
            ],
            SOFTWARE,
            cutoffs,
            tmp_path / "wrong.csv",
            tmp_path / "incidental.csv",
        )
        return [list(read_rows(tmp_path / name)) for name in ("wrong.csv", "incidental.csv")]

    return run


def test_every_disagreement_once_in_the_configured_order(listed):
    wrong, _ = listed()
    found = [(r["code"], r["software"], r["metric"], r["kind"], r["value"]) for r in wrong]
    assert found == [
        ("C1", "vsbone3", "bsi", "false_negative", "0.99"),
        ("C2", "vsbone3", "bsi", "false_positive", "1"),
        ("C3", "vsbone2", "hotspots", "false_positive", "4"),
        ("C3", "vsbone3", "bsi", "false_positive", "2.5"),
        ("C3", "vsbone3", "hotspots", "false_positive", "7"),
    ]


def test_a_row_carries_all_values_of_its_case(listed):
    first, second = listed()[0][:2]
    assert first["cutoff"] == "1"
    assert (first["bsi"], first["hotspots"]) == ("0.99", "2")  # of that software
    assert (first["metastasis"], first["n_metastases"], first["eod"]) == ("1", "4", "1")
    assert (first["n_readers"], first["n_positive"]) == ("3", "2")
    assert first["readers"] == "reader1=1; reader2=0"
    assert second["readers"] == "reader1=1; reader2=missing"


def test_incidental_findings_are_one_row_a_case(listed):
    _, incidental = listed()
    assert incidental == [
        {"code": "C2", "tracer": "HMDP", "found": "vsbone3:bsi=1"}
        | {"n_readers": "3", "n_positive": "1"},
        {
            "code": "C3",
            "tracer": "HMDP",
            "found": "vsbone2:hotspots=4; vsbone3:bsi=2.5; vsbone3:hotspots=7",
            "n_readers": "3",
            "n_positive": "1",
        },
    ]


def test_two_cutoffs_of_a_metric_are_one_finding(listed):
    cutoffs = [{"metric": "hotspots", "value": 1}, {"metric": "hotspots", "value": 3}]
    wrong, incidental = listed(cutoffs)
    assert [r["cutoff"] for r in wrong if r["code"] == "C3"] == ["1", "3", "1", "3"]
    assert incidental[1]["found"] == "vsbone2:hotspots=4; vsbone3:hotspots=7"


@pytest.mark.parametrize(
    ("truth", "results", "cutoffs"),
    [({}, {}, SETTINGS["cutoffs"]), (TRUTH, RESULTS, []), (TRUTH, {}, SETTINGS["cutoffs"])],
)
def test_nothing_to_list_is_a_table_with_its_header(listed, tmp_path, truth, results, cutoffs):
    assert listed(cutoffs, truth, results) == [[], []]
    header = (tmp_path / "wrong.csv").read_text(encoding="utf-8-sig").strip().split(",")
    assert header == list(columns("misclassified"))
    assert (tmp_path / "incidental.csv").read_text(encoding="utf-8-sig").strip().split(",") == list(
        columns("incidental")
    )


def test_adapter(listed, tmp_path):
    listed()
    fake = snakemake_object(
        tmp_path,
        {
            "reference": str(tmp_path / "reference.csv"),
            "measurements": str(tmp_path / "measurements.csv"),
            "readings": [str(tmp_path / f"reader{n}.csv") for n in (1, 2)],
        },
        {"misclassified": str(tmp_path / "out.csv"), "incidental": str(tmp_path / "out2.csv")},
        {"software": SOFTWARE, "cutoffs": SETTINGS["cutoffs"], "settings": None},
    )
    runpy.run_path(
        str(ROOT / "scripts/questions/list_misclassified.py"), {"snakemake": fake}, "__main__"
    )
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "wrong.csv").read_bytes()
    assert (tmp_path / "out2.csv").read_bytes() == (tmp_path / "incidental.csv").read_bytes()
