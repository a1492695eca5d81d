"""A header is read alike wherever the pieces end in which it is read."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from bonescint.dicom.elements import Elements
from bonescint.dicom.headers import Header, read_header
from tests.unit.deid.samples import as_file, siemens


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("items", [0, 20, 5000])
@pytest.mark.parametrize("blob", [0, 70_000])
def test_long_sequences_and_values_hide_nothing_behind_them(
    items: int, blob: int, undefined: bool, tmp_path: Path
) -> None:
    scan = siemens()
    codes = []
    for number in range(items):
        code = Dataset()
        code.CodeValue, code.CodeMeaning = f"{number % 5}", "a code of a procedure, rather long"
        codes.append(code)
    scan.ProcedureCodeSequence = Sequence(codes)  # (0008,1032)
    scan["ProcedureCodeSequence"].is_undefined_length = undefined
    scan.add_new(0x00090010, "LO", "BLOBS")
    scan.add_new(0x00091001, "OB", bytes(blob))
    file = tmp_path / "scan"
    file.write_bytes(as_file(scan))
    found = read_header(file)
    assert isinstance(found, Header)
    header = Elements(found.dataset)
    assert header.text(0x00100020) == scan.PatientID
    assert header.text(0x00080018) == scan.SOPInstanceUID
    read = header.items(0x00081032)
    # a sequence with a length is skipped like any other value that is so long
    kept = codes if undefined or items < 5000 else []
    assert [one.text(0x00080100) for one in read] == [code.CodeValue for code in kept]
    assert found.has_pixel_data
