import runpy
from decimal import Decimal

import pytest
from scripts.reference.build_measurements import build_measurements as build
from scripts.reference.build_measurements import fractions, same_results

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.resources import ROOT
from bonescint.tables.metric_columns import metric_values, with_metrics
from bonescint.warning_words import warnings_in_words
from tests.scripts.study_tables import SOFTWARE, snakemake_object


def build_measurements(paths, table):
    warnings = table.with_suffix(".warnings.csv")
    build(paths, table, warnings)
    return warnings_in_words(read_rows(warnings), "ja")


def exports(tmp_path):
    common = {"tracer": "HMDP", "software": "vsbone2", "version": "2.0"}
    write_rows(
        tmp_path / "vsbone2.csv",
        SOFTWARE,
        [
            {"code": "C2", "bsi": "0.50", "hotspots": "3", "status": "analysed"} | common,
            {"code": "C1", "bsi": "9", "hotspots": "9", "status": "segmentation_failed"} | common,
        ],
    )
    write_rows(
        tmp_path / "bonenavi.csv",
        SOFTWARE,
        [
            {"code": "C3", "tracer": "MDP", "software": "bonenavi", "version": "2.1"}
            | {"bsi": "1.2", "hotspots": "4", "ann": "0.7", "status": "analysed"}
        ],
    )
    return [tmp_path / "vsbone2.csv", tmp_path / "bonenavi.csv"]


def test_one_value_a_row_sorted_and_verbatim(tmp_path):
    build_measurements(exports(tmp_path), tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "code,tracer,software,version,metric,value,status",
        "C1,HMDP,vsbone2,2.0,bsi,,segmentation_failed",  # a failed case keeps no number
        "C1,HMDP,vsbone2,2.0,hotspots,,segmentation_failed",
        "C2,HMDP,vsbone2,2.0,bsi,0.50,analysed",
        "C2,HMDP,vsbone2,2.0,hotspots,3,analysed",
        "C3,MDP,bonenavi,2.1,bsi,1.2,analysed",
        "C3,MDP,bonenavi,2.1,hotspots,4,analysed",
    ]


def test_the_order_of_the_software_does_not_matter(tmp_path):
    paths = exports(tmp_path)
    build_measurements(paths, tmp_path / "there.csv")
    build_measurements(paths[::-1], tmp_path / "back.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "back.csv").read_bytes()


def test_no_software_or_no_rows_leave_a_header(tmp_path):
    write_rows(tmp_path / "empty.csv", SOFTWARE, [])
    for paths in ([], [tmp_path / "empty.csv"]):
        build_measurements(paths, tmp_path / "table.csv")
        assert (tmp_path / "table.csv").read_text(encoding="utf-8-sig") == ",".join(
            columns("measurements")
        ) + "\n"


def test_adapter(tmp_path):
    paths = [str(path) for path in exports(tmp_path)]
    out = {"table": str(tmp_path / "out.csv"), "warnings": str(tmp_path / "warnings.csv")}
    both = ["bsi", "hotspots"]
    params = {"metrics": {"vsbone2": both, "bonenavi": both}, "settings": None}
    fake = snakemake_object(tmp_path, {"software": paths}, out, params)
    runpy.run_path(
        str(ROOT / "scripts/reference/build_measurements.py"), {"snakemake": fake}, "__main__"
    )
    assert len(list(read_rows(out["table"]))) == 6
    assert list(read_rows(out["warnings"])) == []


def versions(tmp_path, old, new):
    paths = []
    for name, values in (("vsbone2", old), ("vsbone3", new)):
        rows = [
            {"code": f"C{i}", "tracer": "HMDP", "software": name, "version": "1", "bsi": bsi}
            | {"hotspots": "2", "status": "analysed" if bsi else "not_analysed"}
            for i, bsi in enumerate(values)
        ]
        write_rows(tmp_path / f"{name}.csv", SOFTWARE, rows)
        paths.append(tmp_path / f"{name}.csv")
    return build_measurements(paths, tmp_path / "table.csv")


PERCENT = ["1.25", "0", "3.5", "0.4", ""]


def test_fractions_beside_percent(tmp_path):
    (warning,) = versions(tmp_path, ["0.012", "0", "0.036", "0.004", "0.05"], PERCENT)
    assert (warning["source"], warning["rule"]) == ("vsbone2", "R9")
    assert "vsbone3" in warning["message"] and "0.05" in warning["message"]
    assert "100 倍" in warning["message"]  # the median of three common cases that are not 0
    (warning,) = versions(tmp_path, PERCENT, ["0.012", "0", "0.036", "0.004", "0.05"])
    assert warning["source"] == "vsbone3"


@pytest.mark.parametrize(
    "old",
    [
        PERCENT,
        ["0.15", "0", "0.19", "0.1", ""],  # small, and of one size with the other version's
        ["0.012", "0", "0.036", "0.2", ""],  # 0.2 is no fraction's size
        ["0", "0", "0", "0", "0"],
        ["0.0001", "0", "0.0003", "0.0001", ""],  # thousands of times: something else is wrong
        ["", "", "", "", ""],
    ],
)
def test_no_fractions(tmp_path, old):
    assert versions(tmp_path, old, PERCENT) == []


def test_other_cases_are_no_comparison():
    values = {"a": {"C1": Decimal("0.01"), "C2": Decimal("0.02")}}
    assert fractions(values | {"b": {"C3": Decimal(1), "C4": Decimal(2)}}) == []
    found = fractions(values | {"b": {"C1": Decimal(1), "C2": Decimal(2)}})
    (found,) = warnings_in_words(found, "en")
    assert "100 times" in found["message"]


def test_two_versions_with_the_same_results_are_told():
    five = {f"C{n}": (f"{n}.5", str(n)) for n in range(1, 6)}
    results = {"vsbone2": five | {"C9": ("0", "0")}, "vsbone3": five | {"C9": ("0", "0")}}
    for language, said in (("ja", "6 例すべてで同じです"), ("en", "the same results in all of 6")):
        (told,) = warnings_in_words(same_results(results), language)
        assert said in told["message"]
    assert same_results(results | {"vsbone3": five | {"C9": ("0.1", "1")}}) == []
    # few cases, or nothing found in any, may agree by themselves
    four = {code: five[code] for code in ("C1", "C2", "C3", "C4")}
    assert same_results({"vsbone2": four, "vsbone3": four}) == []
    none = {f"C{n}": ("0", "0") for n in range(50)}
    assert same_results({"vsbone2": none, "vsbone3": none}) == []


def test_each_software_has_its_own_metrics(tmp_path):
    paths, warnings = exports(tmp_path), tmp_path / "w.csv"
    metrics = {"vsbone2": ["bsi"], "bonenavi": ["bsi", "hotspots", "ann"]}
    build(paths, tmp_path / "t.csv", warnings, metrics, metric_values())
    found = [(r["software"], r["metric"], r["value"]) for r in read_rows(tmp_path / "t.csv")]
    assert found == [
        ("vsbone2", "bsi", ""), ("vsbone2", "bsi", "0.50"), ("bonenavi", "ann", "0.7"),
        ("bonenavi", "bsi", "1.2"), ("bonenavi", "hotspots", "4"),
    ]  # fmt: skip


def test_own_percent_are_compared_by_their_name(tmp_path):
    values = metric_values({"share": {"kind": "percent", "label": {"ja": "割合", "en": "Share"}}})
    for name, factor in (("a", "0.01"), ("b", "1")):
        rows = [
            {"code": f"C{n}", "tracer": "X", "software": name, "version": "1", "status": "analysed"}
            | {"share": str(n * Decimal(factor))}
            for n in range(1, 5)
        ]
        write_rows(tmp_path / f"{name}.csv", with_metrics(columns("software"), values), rows)
    paths, warnings = [tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "w.csv"
    build(paths, tmp_path / "t.csv", warnings, {"a": ["share"], "b": ["share"]}, values)
    (told,) = warnings_in_words(read_rows(warnings), "en")
    assert told["message"].startswith("The highest Share of a is 0.04")
