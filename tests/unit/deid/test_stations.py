"""A Station Name with the institution's name stays by decision; with the patient's, never."""

import dataclasses

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bonescint.cli import main
from bonescint.deid.decisions import (
    STATION,
    decision_line,
    read_decisions,
    released_stations,
    station_digest,
)
from bonescint.deid.instance import Settings
from bonescint.deid.refusal import Refused
from bonescint.errors import InputError
from bonescint.files import read_rows
from tests.unit.deid.door import SETTINGS, refusal, written
from tests.unit.deid.samples import as_file, siemens

HEADER = "item\tsha256\tdecision\treviewer\tdate\n"
HOSPITAL = "Minato Kaigan Byoin"


def source(station: str, **values: object) -> Dataset:
    ds = siemens()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.InstitutionName, ds.StationName = HOSPITAL, station
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def decided(*stations: str) -> Settings:
    return dataclasses.replace(SETTINGS, stations=frozenset(map(station_digest, stations)))


def name_of(ds: Dataset, settings: Settings = SETTINGS, syntax: str = ExplicitVRLittleEndian):
    return written(as_file(ds, syntax), settings).StationName


def identifier(ds: Dataset, settings: Settings = SETTINGS) -> Refused:
    found = refusal(ds, settings)
    assert found.reason == "residual-identifier"
    return found


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize(
    ("station", "values"),
    [
        ("MinatoKaiganByoi", {"InstitutionName": "MinatoKaiganByoi"}),
        ("湊海岸病院NM1", {"InstitutionName": "湊海岸病院"}),
        # a clinic that has its owner's name
        ("TOKUNAGA-NM", {"ReferringPhysicianName": "Tokunaga^Itaru"}),
        ("徳永医院", {"ReferringPhysicianName": "=徳永^至"}),
    ],
)
def test_the_hospitals_own_name_stays_by_a_decision(station, values, syntax):
    ds = source(station, **values)
    assert identifier(ds).station_sha256 == station_digest(station)
    assert name_of(ds, decided(station), syntax) == station
    assert identifier(ds, decided("NM-ROOM2")).station_sha256 == station_digest(station)


@pytest.mark.parametrize(
    ("station", "values"),
    [
        ("YAMADA NM", {}),
        ("山田花子", {}),
        ("NM12345678", {}),
        ("NM 1948.3.17", {}),
        ("ACC4711-99", {}),
        ("MINATO YAMADA", {"InstitutionName": "Minato"}),
        # beside names of staff, and the name of a patient who works here
        ("TOKUNAGA YAMADA", {"ReferringPhysicianName": "Tokunaga^Itaru"}),
        ("YAMADA-PC", {"OperatorsName": "Yamada^Hanako"}),
        ("港区海岸1-2-3", {"PatientAddress": "港区海岸1-2-3"}),
    ],
)
def test_the_patients_own_stops_the_file_whatever_was_decided(station, values):
    ds = source(station, **values)
    assert identifier(ds, decided(station)).station_sha256 == ""
    assert identifier(ds).station_sha256 == ""


def test_what_stands_behind_the_sixteenth_letter_counts():
    ds = source("MinatoKaiganByoin Yamada", InstitutionName="MinatoKaiganByoin")
    assert identifier(ds, decided("MinatoKaiganByoin Yamada")).station_sha256 == ""


def test_other_attributes_have_no_such_decision():
    ds = source("NM 1", SoftwareVersions="23.3.17")
    assert identifier(ds, decided("NM 1")).station_sha256 == ""


def test_decisions_about_station_names(tmp_path):
    path = tmp_path / "decisions.tsv"
    one, other = station_digest("A"), station_digest("B")
    line = decision_line(one, STATION)
    assert line.split("\t")[:3] == ["station", one, "release"]
    path.write_text(
        f"{HEADER}{line}\nStation\t{other}\trelease\tA\t2026-01-01\n"
        f"station\t{other}\tblock\tA\t2026-01-01\n",
        encoding="utf-8",
    )
    assert released_stations(read_decisions(path)) == {one}
    path.write_text(f"{HEADER}station\t{one}\tanother-person\tA\tx\n", encoding="utf-8")
    with pytest.raises(InputError, match="station"):
        read_decisions(path)


def test_width_and_padding_do_not_count():
    assert station_digest("ＮＭ１ ") == station_digest("NM1")
    assert station_digest(" ") == ""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_command_says_it_once_and_takes_the_line(tmp_path, capsys, language):
    raw = tmp_path / "raw"
    raw.mkdir()
    station = "湊海岸病院NM1"
    for number in range(3):
        ds = source(station, InstitutionName="湊海岸病院", SOPInstanceUID=f"1.2.3.{number}")
        (raw / f"{number}.dcm").write_bytes(as_file(ds))
    command = ["deidentify", str(raw), "--jobs", "1", "--language", language]
    assert main([*command, str(tmp_path / "first")]) == 0
    said = capsys.readouterr().out
    line = decision_line(station_digest(station), STATION)
    assert said.count(line) == 1
    assert station not in said
    rows = list(read_rows(tmp_path / "first/report.csv"))
    assert {row["station_sha256"] for row in rows} == {station_digest(station)}
    (tmp_path / "d.tsv").write_text(f"{HEADER}{line}\n", encoding="utf-8")
    decisions = ["--decisions", str(tmp_path / "d.tsv")]
    assert main([*command, str(tmp_path / "second"), *decisions]) == 0
    assert line not in capsys.readouterr().out
    rows = list(read_rows(tmp_path / "second/report.csv"))
    assert {row["status"] for row in rows} == {"written"}
    first = dcmread(tmp_path / "second" / rows[0]["destination"])
    assert first.StationName == station
