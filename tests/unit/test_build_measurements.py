import runpy

from bonescint.files import read_rows, write_rows
from bonescint.resources import ROOT
from build_measurements import COLUMNS, build_measurements
from tests.unit.metrics_tables import SOFTWARE, snakemake_object


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
    assert (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines() == [
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
        assert (tmp_path / "table.csv").read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


def test_adapter(tmp_path):
    paths = [str(path) for path in exports(tmp_path)]
    fake = snakemake_object(tmp_path, {"software": paths}, {"table": str(tmp_path / "out.csv")}, {})
    runpy.run_path(str(ROOT / "scripts/build_measurements.py"), {"snakemake": fake}, "__main__")
    assert len(list(read_rows(tmp_path / "out.csv"))) == 6
