"""What a message may quote of a cell, and what it withholds."""

import pytest

from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import load_columns
from bonescint.tables.faults import NOT_SHOWN, Faults
from bonescint.tables.reading import Table

HEADER = ("patient_id", "BSI", "Hotspot", "status")


@pytest.fixture
def faults():
    table = Table("a.csv", None, 1, HEADER, [], own_header=HEADER)
    found = Faults(table, "en", "vsbone3", {"1001", "HANAKO", "19500102"})
    CheckedTable(table, load_columns("software_export"), found, skip={"code"}, config_key="x")
    return found


@pytest.mark.parametrize(
    "value",
    ["10/14/1957", "S32.10.14", "S32", "s 32年", "571014", "57-10-14", "57.1.4", "14-MAR-1957"]
    + ["Oct 1957", "１０／１４／１９５７", "010203", "1950-01-02", "19500102", "1001", "00001001"]
    + ["Suzuki Ichiro", "Inoue", "Noanalysed", "hanako", "佐藤", "Suzuki#N/A", "027-123-456"],
)
def test_withheld(faults, value):
    assert faults.shown(value) == NOT_SHOWN
    assert "not shown" in NOT_SHOWN.in_words(faults.text)


@pytest.mark.parametrize(
    "value",
    ["120", "-0.1", "1,234", "43619", "1.2 mm", "4%", "1e30.5", "TRUE", "#N/A", "#VALUE!", "3.0.1"]
    + ["VSBONE 2.0", "BONENAVI 3.0", "Bone Navi", "Ver.3.1", "not analysed?", "2019-06-10"]
    + ["20190610", "VSBONE 2.0 (simulated)", "不明"],
)
def test_quoted(faults, value):
    assert faults.shown(value) == value[:20]


@pytest.mark.parametrize(
    "header",
    ["Hanako", "xHANAKOx", "はなこ", "ﾊﾅｺ", "Suzuki^Hanako", "Ono 2", "高橋", "高 橋 様", "AB-12"],
)
def test_headers_that_name_a_patient_are_not_shown(header):
    table = Table("a.csv", None, 1, HEADER, [], own_header=HEADER)
    found = Faults(table, "en", "x", {"HANAKO", "OHNO", "髙橋", "AB12", "12345678"})
    assert found.shown_headers([header, "BSI", "Hotspot", "Note"]) == "…, BSI, Hotspot, Note"


@pytest.mark.parametrize(
    "value", ["version 3.0 LI", "OH 3.0", "不明OH", "LI1", "no K7", "1X1X1", "li", "3.0 K-7"]
)
def test_a_short_name_or_id_is_withheld_wherever_it_stands(value):
    table = Table("a.csv", None, 1, HEADER, [], own_header=HEADER)
    found = Faults(table, "en", "vsbone3", {"LI", "OH", "K7", "X1X"})
    assert found.shown(value) == NOT_SHOWN
