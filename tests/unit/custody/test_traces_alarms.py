"""Other numbers are not taken for a patient's ID; otherwise every run would fail (R12)."""

from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from bonescint.custody.traces.search import Person, masked, search
from bonescint.custody.traces.terms import Terms, folded
from bonescint.resources import Texts
from tests.unit.dicom.samples import nm_header


def found(root: Path, *ids: str) -> list[str]:
    """Return the places that hold one of the IDs."""
    text = Texts("traces", "en")
    person = Person(None, frozenset(ids), frozenset())
    return [t.place.words(text) for t in search([root], [person])]


def test_numbers_of_tables_in_columns_without_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "path,size,modified,study_date,study_time,patient_id,tracer_evidence,other\n"
        "x,527078,1795448525762885432,2019-06-03,131821.000,5,SCT 53951001,7\n"
    )
    assert found(tmp_path, "131821", "527078", "1795448525762885432", "53951001", "60313") == []
    # in other columns the number is the patient's ID, and so is a number with other text
    for row in ("x,5,5,5,5,131821,,", "x,5,5,5,5,5,,131821", "x,5,5,5,5,5,seen with 131821,",
                "x,5,5,5,131821 (ID),5,,"):  # fmt: skip
        path.write_text(f"path,size,modified,study_date,study_time,patient_id,e,unknown\n{row}\n")
        assert found(tmp_path, "131821") == ["row 2"], row
    path.write_text("131821,5\nsize,131821\n")  # an invalid header
    assert len(found(tmp_path, "131821")) == 2


def test_folders_named_by_date(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("path,subject\n2019/201906/20190603/84065274_1.dcm,84065274\n")
    (tmp_path / "201906").mkdir()
    (tmp_path / "20190603.txt").write_text("seen in 2019-06, on 2019-06-03\n")
    assert found(tmp_path, "201906", "20190603", "2019") == []
    assert found(tmp_path, "84065274") == ["row 2"]
    (tmp_path / "201913").mkdir()  # no month
    assert found(tmp_path, "201913") == ["file name"]
    (tmp_path / "a.csv").write_text("patient_id\n201906\n")
    assert found(tmp_path, "201906") == ["row 2"]
    assert masked("201906/x", [Person(None, frozenset({"201906"}), frozenset())]) == "201906/x"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("201906", "2019-06-03"),
        ("60312", "2019-06-03 12:30:45"),
        ("22026", "[Mon Nov 23 15:53:02 2026]"),
        ("532026", "15:20:53 2026"),
        ("112316", "2026-11-23 16:19:02 x"),
        ("113100", "code DCM 113100"),
        ("698965", "698965 bytes of the pixels are missing"),
        ("53951001", "RadiopharmaceuticalCodeSequence SCT 53951001"),
    ],
)
def test_clocks_dates_and_codes(number: str, text: str) -> None:
    terms = Terms([Person(None, frozenset({number}), frozenset())])
    assert terms.find(folded(text)) == []
    for hers in (number, f"ID {number}", f"{number[:3]}-{number[3:]}", f"a.dcm {number}",
                 f"{number} by her", f"患者1:{number[:3]}-{number[3:]}",
                 f"2019-06-03 {number}", f"16:19 {number}"):  # fmt: skip
        assert terms.find(folded(hers)), hers


def test_days_in_excel(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["検査日", "n"])
        sheet.write_datetime(1, 0, datetime(2019, 6, 6, 12, 30))
        sheet.write(2, 0, date(2019, 6, 6))
        sheet.write(3, 1, 43622)
    assert found(tmp_path, "43622", "60612", "201906", "60600") == []
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet().write_column(0, 0, ["患者ID", 5, 43622])
    assert found(tmp_path, "43622") == ['sheet "Sheet1", row 3']
    (tmp_path / "a.xlsx").unlink()
    (tmp_path / "a.txt").write_text("0043622")  # written like this, it is no day
    assert found(tmp_path, "43622") == ["line 1"]


def test_what_every_workbook_holds(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        look = book.add_format({"bg_color": "#123456", "font_color": "#654321"})
        sheet = book.add_worksheet()
        sheet.set_column(0, 0, 14.123456, look)
        sheet.set_row(0, 20.25)
        sheet.write(0, 0, "x", look)
        sheet.insert_textbox(5, 5, "x", {"x_offset": 13, "y_offset": 11})
    ids = ["105000", "130000", "100000", "93000", "95000", "5400000", "16200000", "123456",
           "654321", "1066800", "123825", "104775"]  # fmt: skip
    assert found(tmp_path, *ids) == []


def test_numbers_of_dicom_headers(tmp_path: Path) -> None:
    dataset = nm_header(PatientID="5", StudyTime="131821.000")
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.CountsAccumulated = 1098641
    dataset.RequestedProcedureDescription = "x"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "113100", "DCM", "x"
    dataset.DeidentificationMethodCodeSequence = [code]
    dataset.FileOffsetInContainer, dataset.SelectorSVValue = 6543210, -123450
    dataset.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert found(tmp_path, "131821", "1098641", "113100", "6543210", "123450") == []
    dataset.RequestedProcedureDescription = "see 1098641"
    dataset.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert found(tmp_path, "1098641") == ["DICOM header (0032,1060)"]


def test_names_that_snakemake_gives(tmp_path: Path) -> None:
    log = tmp_path / ".snakemake" / "log"
    log.mkdir(parents=True)
    (log / "2026-11-23T154159.613844.snakemake.log").write_text(
        "Complete log: .snakemake/log/2026-11-23T154159.613844.snakemake.log\n"
    )
    assert found(tmp_path / ".snakemake", "154159", "613844") == []
    (log / "613844.log").write_text("")
    assert found(tmp_path / ".snakemake", "613844") == ["file name"]
