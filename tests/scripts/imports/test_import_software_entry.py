"""An entry of `software`: its optional keys, two versions in one file, the adapter."""

import runpy
from types import SimpleNamespace

import openpyxl
import pytest
from scripts.imports.import_software import import_software

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.resources import ROOT
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    HEADER,
    import_vsbone,
    make_cohort,
    write_table,
)
from tests.scripts.imports.test_import_software import SETTINGS


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


def test_adapter(cohort, tmp_path):
    export = write_table(tmp_path / "vsbone3.csv", [HEADER, *GOOD])
    job = SimpleNamespace(
        input=SimpleNamespace(cohort=cohort["cohort"]),
        output=SimpleNamespace(table=str(tmp_path / "t.csv"), warnings=str(tmp_path / "w.csv")),
        params=SimpleNamespace(
            export=str(export),
            second=None,
            ledger=cohort["ledger"],
            software="vsbone3",
            settings=SETTINGS,
            language="ja",
            faults=str(tmp_path / "faults.xlsx"),
            synthetic=True,
            same={},
            metrics=None,
        ),
        log=[str(tmp_path / "log.txt")],
    )
    script = ROOT / "scripts" / "imports" / "import_software.py"
    runpy.run_path(str(script), init_globals={"snakemake": job}, run_name="__main__")
    assert len(list(read_rows(tmp_path / "t.csv"))) == 4
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert "4 cases" in log and "1001" not in log


def test_optional_keys_of_the_entry(tmp_path, cohort):
    title = ["解析結果一覧"] + [""] * 4
    settings = SETTINGS | {"header_row": 2, "encoding": "euc_jp", "decimal": ","}
    export = tmp_path / "euc.csv"
    lines = [title, HEADER, ["1001", DAY, '"1,234"', "4", "解析済"]]
    export.write_text("\n".join(",".join(line) for line in lines), encoding="euc_jp")
    arguments = {k: v for k, v in cohort.items() if k != "codes"}
    import_software(
        export=export,
        second=None,
        software="vsbone3",
        settings=settings,
        table=tmp_path / "t.csv",
        warnings=tmp_path / "w.csv",
        faults=tmp_path / "faults.xlsx",
        synthetic=True,
        **arguments,
    )
    table = {r["code"]: r for r in read_rows(tmp_path / "t.csv")}
    assert table[cohort["codes"]["1001"]]["bsi"] == "1.234"


def test_two_versions_side_by_side(tmp_path, cohort):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["患者ID", "VSBONE 2.0", None, "VSBONE 3.0", None])
    sheet.append([None, "BSI", "Hotspot", "BSI", "Hotspot"])
    for subject in ("1001", "1002", "1003", "1004"):
        sheet.append([subject, 1, 2, 3, 4])
    for cells in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "both.xlsx")
    settings = {"header_row": 2}
    with pytest.raises(InputError, match="VSBONE 2.0 BSI"):
        import_vsbone(cohort, tmp_path, tmp_path / "both.xlsx", **settings)
    columns = {"key": "患者ID", "bsi": "VSBONE 3.0 BSI", "hotspots": "VSBONE３．０　HotSpot"}
    table, _ = import_vsbone(cohort, tmp_path, tmp_path / "both.xlsx", columns=columns, **settings)
    assert {(row["bsi"], row["hotspots"]) for row in table.values()} == {("3", "4")}
