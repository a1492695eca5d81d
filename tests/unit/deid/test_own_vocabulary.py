"""The hospital's own lines: each one literal text, recorded and searched, at both doors."""

from pathlib import Path

import pytest
from pydicom import dcmread

from bonescint.cli import main
from bonescint.deid.instance import Settings
from bonescint.deid.own_vocabulary import COLUMNS, open_keywords, read_terms
from bonescint.errors import InputError
from bonescint.files import read_rows
from tests.unit.deid.door import TABLE, by_table, coded, refusal, written
from tests.unit.deid.samples import as_file, siemens

RECORD = "technologist,2026-01-15,seen"


def listed(folder: Path, *lines: str) -> Path:
    path = folder / "vocabulary.csv"
    rows = [",".join(COLUMNS), *(f"{line},{RECORD}" for line in lines)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def settings(path: Path) -> Settings:
    return by_table(TABLE, own=read_terms(path))


def test_a_listed_text_stays_in_any_case_and_width(tmp_path):
    path = listed(tmp_path, "ProtocolName,Knochen DPD,", "ManufacturerModelName,NEUCAM,NeuCam X")
    source = siemens()
    source.SpecificCharacterSet = "ISO_IR 192"
    source.ProtocolName, source.ManufacturerModelName = "ＫＮＯＣＨＥＮ dpd", "NeuCam"
    result = written(source, settings(path))
    assert result.ProtocolName == "Knochen DPD"
    assert result.ManufacturerModelName == "NeuCam X"
    source.ProtocolName = "Knochen DPD 2"
    assert "ProtocolName" not in written(source, settings(path))


def test_nested_and_one_of_several_values(tmp_path):
    path = listed(tmp_path, "CollimatorGridName,XYZ,", "SoftwareVersions,Kyoto build,")
    source = siemens()
    source.DetectorInformationSequence[0].CollimatorGridName = "xyz"
    source.SoftwareVersions = ["VA60A", "KYOTO BUILD", "other"]
    result = written(source, settings(path))
    assert result.DetectorInformationSequence[0].CollimatorGridName == "XYZ"
    assert result.SoftwareVersions == ["VA60A", "Kyoto build"]


def test_the_patients_own_name_in_it_stops_the_file(tmp_path):
    path = listed(tmp_path, "ProtocolName,Knochen Yamada,")
    source = siemens()
    source.ProtocolName = "Knochen Yamada"
    refused = refusal(source, settings(path))
    assert (refused.reason, refused.detail) == ("residual-identifier", "(0018,1030)")


def test_the_verification_knows_what_is_listed(tmp_path):
    source = siemens()
    source.ProtocolName = "Knochen DPD"
    known = settings(listed(tmp_path, "ProtocolName,Knochen DPD,"))
    done = coded(source, settings=known)
    # the site's own view codes
    assert done.facts["unlisted_attributes"] == "ViewCodeSequence"
    bare = settings(listed(tmp_path, "ProtocolName,other,"))
    facts = coded(source, settings=bare).facts
    assert facts["unlisted_attributes"] == "ProtocolName ViewCodeSequence"


@pytest.mark.parametrize(
    "line",
    [
        "ProtocolName,00471936,", "ProtocolName,1234,", "ImageID,1234,", "ProtocolName,20230614,",
        "ProtocolName,2023-06-14,", "ProtocolName,WB 1953.4.5,", "ProtocolName,S28.4.5,",
        "ProtocolName,昭和28年4月5日,", "ProtocolName,A0471936,", "ProtocolName,WB,00471936",
        "ProtocolName,４７１９３６,", "ProtocolName,,", f"ProtocolName,{'x' * 65},",
        "ImageID,seventeen letters,", "ProtocolName,a\\b,", "PatientName,Yamada,",
        "StationName,NM,", "SeriesNumber,7,", "BodyPartExamined,x,", "ImageComments,x,",
        "StudyDescription,x,",
    ],
)  # fmt: skip
def test_what_could_be_an_id_a_date_or_anything_is_not_listed(tmp_path, line):
    with pytest.raises(InputError, match="2") as error:
        read_terms(listed(tmp_path, line))
    said = " ".join(error.value.problems)
    # both languages, no value
    assert "行目" in said and "row" in said
    assert not any(cell and cell in said for cell in line.split(",")[1:] if len(cell) > 2)


@pytest.mark.parametrize(
    "record", [",2026-01-15,seen", "x,2026-13-15,seen", "x,15.1.2026,y", "x,,"]
)
def test_a_line_is_a_record(tmp_path, record):
    path = tmp_path / "v.csv"
    path.write_text(f"{','.join(COLUMNS)}\nProtocolName,DPD,,{record}\n", encoding="utf-8")
    with pytest.raises(InputError, match="decided_by"):
        read_terms(path)


def test_every_mistake_is_told_and_a_text_stands_once(tmp_path):
    path = listed(tmp_path, "ProtocolName,DPD,", "ProtocolName,ｄｐｄ,x", "ProtocolName,123456,")
    with pytest.raises(InputError) as error:
        read_terms(path)
    assert len(error.value.problems) == 2
    with pytest.raises(InputError, match="v2.csv"):
        read_terms(tmp_path / "v2.csv")
    (tmp_path / "v3.csv").write_text("keyword,match\n", encoding="utf-8")
    with pytest.raises(InputError, match="decided_by"):
        read_terms(tmp_path / "v3.csv")


def test_attributes_that_take_lines():
    known = set(open_keywords())
    assert {"ProtocolName", "SoftwareVersions", "ImageID", "Manufacturer"} <= known
    assert not known & {"Modality", "PatientSex", "SeriesNumber", "StationName"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_the_command_takes_the_table(tmp_path, capsys, encoding):
    raw = tmp_path / "raw"
    raw.mkdir()
    source = siemens()
    source.SpecificCharacterSet = "ISO_IR 192"
    source.ProtocolName = "ルーチン甲"
    (raw / "1.dcm").write_bytes(as_file(source))
    path = listed(tmp_path, "ProtocolName,ルーチン甲,")
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    command = ["deidentify", str(raw), "--jobs", "1", "--language", "en"]
    assert main([*command, str(tmp_path / "a")]) == 0
    assert "ProtocolName" in capsys.readouterr().out
    assert main([*command, str(tmp_path / "b"), "--vocabulary", str(path)]) == 0
    said = capsys.readouterr().out
    assert "ProtocolName" not in said
    (row,) = read_rows(tmp_path / "b/report.csv")
    assert row["unlisted_attributes"] == "ViewCodeSequence"
    assert dcmread(tmp_path / "b" / row["destination"]).ProtocolName == "ルーチン甲"
