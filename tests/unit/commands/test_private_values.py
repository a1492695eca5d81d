"""What `bonescint private --values` shows; its lines are taken as they are printed."""

from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.deid.decisions import read_decisions, released_stations, station_digest
from bonescint.deid.own_vocabulary import COLUMNS, read_terms
from tests.unit.deid.samples import as_file, siemens


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = []
    for number in range(3):
        source = siemens()
        source.SpecificCharacterSet = "ISO_IR 192"
        source.StationName = "湊海岸病院NM1"
        source.ProtocolName = "Knochen, DPD" if number else "12345678"
        source.SoftwareVersions = ["VA60A", "Kyoto\x1b[2J build"]
        source.DetectorInformationSequence[0].CollimatorGridName = "ルーチン甲"
        paths.append(tmp_path / f"{number}.dcm")
        paths[-1].write_bytes(as_file(source))
    return [str(path) for path in paths]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_values_with_counts_and_lines(files, tmp_path, capsys, language):
    assert main(["private", "--values", *files, "--language", language]) == 0
    said = capsys.readouterr().out
    count = "files: {}" if language == "en" else "{} ファイル"
    assert f"# ProtocolName  Knochen, DPD  {count.format(2)}" in said
    assert f"# ProtocolName  12345678  {count.format(1)}" in said
    assert f"# CollimatorGridName  ルーチン甲  {count.format(3)}" in said
    assert "VA60A" not in said and "\x1b" not in said
    assert f"# ViewCodeSequence  99NMG WB D1 Yamada WB  {count.format(3)}" in said
    lines = [line for line in said.splitlines() if line.endswith(",,,,")]
    assert lines == ["CollimatorGridName,ルーチン甲,,,,", 'ProtocolName,"Knochen, DPD",,,,']
    table = tmp_path / "v.csv"
    done = [line.removesuffix(",,,") + ",technologist,2026-01-15,seen" for line in lines]
    table.write_text("\n".join([",".join(COLUMNS), *done]) + "\n", encoding="utf-8")
    assert read_terms(table)["ProtocolName"] == {"knochen, dpd": "Knochen, DPD"}


def test_each_station_once_with_its_line(files, tmp_path, capsys):
    assert main(["private", "--values", *files]) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if line.startswith("station\t")]
    assert said.count("湊海岸病院NM1") == 1
    table = tmp_path / "d.tsv"
    table.write_text(f"item\tsha256\tdecision\treviewer\tdate\n{line}\n", encoding="utf-8")
    assert released_stations(read_decisions(table)) == {station_digest("湊海岸病院NM1")}
