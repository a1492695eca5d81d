"""The list and the table as data: complete, consistent, and mistakes in them named."""

import csv
from pathlib import Path

import pytest

from bonescint.deid.policy import ACTIONS, Rule, load_policies
from bonescint.deid.values import normal_form
from bonescint.deid.vocabulary import vocabulary
from bonescint.errors import InputError
from bonescint.resources import RESOURCES, ROOT

TABLE = ROOT / "resources/tag_table.csv"
POLICIES = load_policies(TABLE, "study", "series")
# PS3.15 actions from weak to strong, and the decisions that are at least as strict as "Z"
STRICT = {"remove", "empty", "replace", "code", "fixed", "dummy"}
# attributes that stay although the basic profile removes them: R24, options 113106, 113108, 113109;
# 113105 cleans the protocol's name: listed words
DEVIATIONS = {
    "StudyDate", "StationName", "PatientSex", "PatientAge", "PatientSize", "PatientWeight",
    "ProtocolName",
}  # fmt: skip


def walk(rules: dict[int, Rule]):
    for rule in rules.values():
        yield rule
        yield from walk(rule.items)


@pytest.mark.parametrize("iod", ["nm", "sc"])
def test_every_decision_suits_its_type_and_can_be_carried_out(iod):
    for rule in walk(POLICIES[iod].rules):
        assert rule.action in ACTIONS, rule.keyword
        assert not (rule.type == "1" and rule.action in ("empty", "remove")), rule.keyword
        assert not (rule.type == "2" and rule.action == "remove"), rule.keyword
        # a text stays only by a vocabulary or by the hospital's own word (R24)
        if rule.action == "keep" and rule.vr in ("CS", "LO", "SH", "ST", "LT", "PN", "UT", "AE"):
            assert rule.keyword in vocabulary() or rule.keyword == "StationName", rule.keyword
        if rule.action == "vocabulary" and rule.vr != "SQ":
            assert rule.keyword in vocabulary(), rule.keyword


@pytest.mark.parametrize("iod", ["nm", "sc"])
def test_no_attribute_of_the_basic_profile_stays_undeclared(iod):
    """At every level, as the engine applies it: the hospital's table over the list (R18)."""
    with (RESOURCES / "nm_attributes.csv").open(encoding="utf-8", newline="") as stream:
        profile = {
            int(row["path"][-10:-1].replace(",", ""), 16): row["ps315"]
            for row in csv.DictReader(stream)
            if row["ps315"]
        }
    loose = {
        rule.keyword
        for rule in walk(POLICIES[iod].rules)
        if rule.tag in profile and rule.action not in STRICT
    }
    # the UIDs inside the two sequences are replaced
    assert loose - {"SourceImageSequence", "ReferencedImageSequence"} == DEVIATIONS


def test_terms_of_the_vocabulary_are_in_it():
    with (RESOURCES / "nm_vocabulary.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["term"]:
                assert vocabulary().text(row["keyword"], row["term"]) == row["term"]


@pytest.mark.parametrize(
    ("keyword", "value", "written"),
    [
        ("Radiopharmaceutical", "Tc-99m HMDP", "Technetium Tc99m oxidronate"),
        ("Radiopharmaceutical", "ヒドロキシメチレンジホスホン酸", "Technetium Tc99m oxidronate"),
        ("Radiopharmaceutical", "ﾒﾁﾚﾝｼﾞﾎｽﾎﾝ酸", "Technetium Tc99m medronate"),
        ("Radiopharmaceutical", "99mTc", "Technetium Tc99m"),
        ("Radiopharmaceutical", "Yamada", None),
        ("ManufacturerModelName", "Symbia Intevo 16", "Symbia Intevo 16"),
        ("ManufacturerModelName", "GCA-9300A/R", "GCA-9300A/R"),
        ("ManufacturerModelName", "1234-5678", None),
        ("ManufacturerModelName", "Symbia S Series", "Symbia S Series"),
        ("ManufacturerModelName", "NM830", "NM830"),
        ("Radiopharmaceutical", "Tc-99m EHDP", None),
        ("Radiopharmaceutical", "Tc99m-HDP", "Technetium Tc99m oxidronate"),
        ("CollimatorGridName", "ME-LEAP", "MEGP"),
        ("SeriesNumber", "12345", "12345"),
        ("SeriesNumber", "4711990", None),
        ("ManufacturerModelName", "Symbia Yamada", None),
        ("Manufacturer", "GE Medical Systems", "GE Medical Systems"),
        ("EnergyWindowName", "Tc99m NMG", "Tc99m"),
        ("CollimatorGridName", "INTR", "INTRINSIC"),
        ("CollimatorGridName", "LMEGP", "ELEGP"),
        ("BodyPartExamined", "ＷＨＯＬＥ　ＢＯＤＹ", "WHOLEBODY"),
        ("ImageType", "WHOLE BODY" * 20, None),
    ],
)
def test_vocabulary(keyword, value, written):
    assert vocabulary().text(keyword, value) == written


@pytest.mark.parametrize(
    ("vr", "value", "vm", "written"),
    [
        ("DS", b"1.5\\-2e3 ", 2, b"1.5\\-2e3"),
        ("DS", b"1.5\\2", 1, None),
        ("DS", b"1234567890123456789012345", 1, None),
        ("IS", b"12 \0", 1, b"12"),
        ("IS", b"1 2", 1, None),
        ("DA", b"2019.07.01", 1, b"20190701"),
        ("DA", b"20190732", 1, None),
        ("AS", b"071Y", 1, b"071Y"),
        ("AS", b"71 ", 1, None),
        ("US", b"\1\0", 1, b"\1\0"),
        ("US", b"\1\0\2\0", 1, None),
        ("US", b"\1", None, None),
        ("AT", b"\x54\0\x10\0\x54\0\x20\0", None, b"\x54\0\x10\0\x54\0\x20\0"),
    ],
)
def test_normal_form(vr, value, vm, written):
    assert normal_form(vr, value, vm, little_endian=True) == written


def test_normal_form_of_big_endian():
    assert normal_form("US", b"\0\1\0\2", None, little_endian=False) == b"\1\0\2\0"
    assert normal_form("AT", b"\0\x54\0\x10", 1, little_endian=False) == b"\x54\0\x10\0"


def test_a_table_without_rows_and_one_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="t.csv"):
        load_policies(write_table(tmp_path / "t.csv"), "a", "b")
    with pytest.raises(InputError, match="none.csv"):
        load_policies(tmp_path / "none.csv", "a", "b")


def test_a_table_saved_by_a_japanese_excel(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(TABLE.read_text(encoding="utf-8").replace("\n", "\r\n").encode("cp932"))
    saved = load_policies(path, "study", "series")["nm"]
    assert saved.table == POLICIES["nm"].table
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = ["\t".join(cells) for cells in csv.reader(stream)]
    path.write_bytes("\n".join(rows).encode("utf-16"))  # "Unicode text"
    assert load_policies(path, "study", "series")["nm"].table == saved.table


def write_table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["tag,keyword,name_ja,action,note_ja", *rows]), encoding="utf-8")
    return path


def test_the_table_wins_over_the_list(tmp_path):
    table = write_table(
        tmp_path / "t.csv",
        '"(0008,1010)",StationName,x,remove,',
        '"(0018,1030)",ProtocolName,x,keep,',
        '"(0008,0100)",CodeValue,x,remove,',
        '"(0054,0014)",EnergyWindowLowerLimit,x,remove,',
        '"(0028,0010)",Rows,x,remove,',
    )
    rules = load_policies(table, "a", "b")["nm"].rules
    assert rules[0x00081010].action == "remove"
    assert rules[0x00181030].action == "keep"
    nested = rules[0x00540012].items[0x00540013].items[0x00540014]
    assert nested.action == "remove"
    assert rules[0x00280010].action == "dummy"


@pytest.mark.parametrize(
    "row",
    [
        '"(0010,0010)",PatientName,x,delete,',
        "PatientName,PatientName,x,remove,",
        '"(0010,0040)",PatientSex,x,code,',
        '"(0010,0040)",PatientSex,x,replace,',
        '"(0009,1001)",,x,keep,',
        '"odd groups",,x,keep,',
        '"(0010,0030)",PatientBirthDate,x,keep,',
        '"(0010,0040)",PatientSex,"x,keep,',
        '"(0010,0040)"",PatientSex,x,keep,',
    ],
)
def test_mistakes_in_the_table_are_named(tmp_path, row):
    good = '"(0010,0030)",PatientBirthDate,x,remove,'
    with pytest.raises(InputError) as mistake:
        load_policies(write_table(tmp_path / "table.csv", good, row), "a", "b")
    assert "table.csv" in str(mistake.value)
    assert "row 3" in str(mistake.value)


def test_a_blank_row_counts_as_a_spreadsheet_counts_it(tmp_path):
    table = write_table(tmp_path / "t.csv", "", '"(0010,0030)",PatientBirthDate,x,forget,')
    with pytest.raises(InputError, match="row 3"):
        load_policies(table, "a", "b")
