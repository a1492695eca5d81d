"""Before and after: every change and nothing else, as a page or a terminal can show it."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from bonescint.cli import main
from bonescint.deid.compare import Change, Size, changes
from bonescint.deid.refusal import Refused
from tests.unit.deid.door import coded
from tests.unit.deid.samples import CODE, as_file, base, plant, siemens

KINDS = {"removed", "emptied", "replaced", "added", "unchanged", "undecodable"}


def different(before: Dataset, after: Dataset) -> dict[str, Change]:
    found = changes(as_file(before), as_file(after))
    return {change.path: change for change in found if change.kind != "unchanged"}


def test_a_damaged_file_is_no_file_to_compare() -> None:
    whole = as_file(siemens(), DeflatedExplicitVRLittleEndian)
    for data, reason in ((whole[: len(whole) // 2], "damaged"), (b"a text", "not-dicom")):
        with pytest.raises(Refused) as refusal:
            changes(whole, data)
        assert refusal.value.reason == reason


def test_a_value_against_its_vr_is_shown_by_its_size() -> None:
    whole = as_file(siemens())
    # two bytes are no double
    odd = whole.replace(b"\x28\0\x10\0US", b"\x28\0\x10\0FD")
    (found,) = [one for one in changes(whole, odd) if one.kind != "unchanged"]
    assert (found.kind, found.before, found.after) == ("replaced", "32", Size("bytes", 2))


def test_a_file_equals_itself_and_every_element_is_listed() -> None:
    data = as_file(plant(siemens()))
    found = list(changes(data, data))
    assert {change.kind for change in found} == {"unchanged"}
    paths = [change.path for change in found]
    assert len(paths) == len(set(paths))
    assert "(0054,0016)[1]/(0018,0031)" in paths
    assert "(0002,0010)" in paths
    assert "(0002,0000)" not in paths


def test_each_kind_of_change() -> None:
    after = base()
    del after.PatientBirthDate
    after.AccessionNumber = ""
    after.PatientName = CODE
    after.PatientIdentityRemoved = "YES"
    after.RadiopharmaceuticalInformationSequence[0].Radiopharmaceutical = "99mTc-MDP"
    found = different(base(), after)
    assert {path: (c.keyword, c.kind, c.before, c.after) for path, c in found.items()} == {
        "(0008,0050)": ("AccessionNumber", "emptied", "ACC4711-99", ""),
        "(0010,0010)": (
            "PatientName",
            "replaced",
            "Yamada^Hanako=山田^花子=ヤマダ^ハナコ",
            CODE,
        ),
        "(0010,0030)": ("PatientBirthDate", "removed", "19480317", None),
        "(0012,0062)": ("PatientIdentityRemoved", "added", None, "YES"),
        "(0054,0016)[1]/(0018,0031)": (
            "Radiopharmaceutical",
            "replaced",
            "99mTc-HMDP 740MBq",
            "99mTc-MDP",
        ),
    }


def test_sequences_are_shown_by_items_and_walked_on_one_side_too() -> None:
    before, after = base(), base()
    del after.PatientOrientationCodeSequence
    second = Dataset()
    second.Radiopharmaceutical = "x"
    after.RadiopharmaceuticalInformationSequence.append(second)
    found = different(before, after)
    gone = found["(0054,0410)"]
    assert (gone.kind, gone.before, gone.after) == ("removed", Size("items", 1), None)
    assert found["(0054,0410)[1]/(0008,0100)"].before == "F-10450"
    more = found["(0054,0016)"]
    assert (more.kind, more.after) == ("replaced", Size("items", 2))
    assert found["(0054,0016)[2]/(0018,0031)"].kind == "added"


def test_private_and_binary_values_are_shown_by_length_only() -> None:
    before = siemens()
    inner = Dataset()
    inner.PatientName = "Yamada^Hanako"
    before.private_block(0x0019, "ACME", create=True).add_new(0x10, "SQ", Sequence([inner]))
    before.ICCProfile = b"Yamada"
    found = list(changes(as_file(before), as_file(base())))
    shown = [c for c in found if c.private or c.keyword == "ICCProfile"]
    assert {(c.path, c.before) for c in shown} == {
        ("(0019,0010)", Size("bytes", 4)),
        ("(0019,1010)", Size("items", 1)),
        ("(0028,2000)", Size("bytes", 6)),
        ("(0033,0010)", Size("bytes", 14)),
        ("(0033,1001)", Size("bytes", 14)),
    }
    changed = siemens()
    changed[0x00331001].value = "Yamada Haruko"
    assert list(different(siemens(), changed)) == ["(0033,1001)"]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_another_encoding_of_the_same_values_is_no_change(syntax: str) -> None:
    found = changes(as_file(base()), as_file(base(), syntax))
    assert [c.path for c in found if c.kind != "unchanged"] == ["(0002,0010)"]


def test_another_character_set_is_no_change_of_the_text() -> None:
    after = base()
    after.SpecificCharacterSet = "ISO_IR 192"
    assert list(different(base(), after)) == ["(0008,0005)"]


def test_pixels_are_compared_decoded() -> None:
    packed = dcmread(BytesIO(as_file(base())))
    packed.compress(RLELossless, generate_instance_uid=False)
    data = as_file(packed, RLELossless)
    by_path = {c.path: c for c in changes(as_file(base()), data)}
    assert by_path["(7FE0,0010)"].kind == "unchanged"
    other = base()
    other.PixelData = b"\1" + other.PixelData[1:]
    by_path = {c.path: c for c in changes(as_file(other), data)}
    assert by_path["(7FE0,0010)"].kind == "replaced"
    broken = base()
    broken.PixelData = broken.PixelData[:-8]
    assert different(base(), broken)["(7FE0,0010)"].kind == "undecodable"


def test_text_that_declares_no_character_set_is_read_as_a_person_reads_it() -> None:
    before = base()
    before.SpecificCharacterSet, before.StudyDescription = "ISO_IR 6", "XXXX"
    before.PatientName = "Yamada^Hanako"
    data = as_file(before).replace(b"XXXX", "骨造".encode("cp932"))
    shown = {c.keyword: c.before for c in changes(data, as_file(base()))}
    assert shown["StudyDescription"] == "骨造"


def test_values_that_break_their_rules_are_compared_all_the_same() -> None:
    before = base()
    before.CountsAccumulated = "7654321"
    data = as_file(before)
    after = data.replace(b"7654321", b"12E+x?7")
    (change,) = [c for c in changes(data, after) if c.kind != "unchanged"]
    assert (change.keyword, change.after) == ("CountsAccumulated", "12E+x?7")


def test_what_is_no_dicom_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"a text file", b"\0" * 500):
        with pytest.raises(Refused, match="not-dicom"):
            changes(data, as_file(base()))
    with pytest.raises(FileNotFoundError):
        changes(tmp_path / "none", tmp_path / "none")


def test_before_and_after_of_the_engine() -> None:
    data = as_file(plant(siemens()))
    found = {change.path: change for change in changes(data, coded(data).data)}
    assert {change.kind for change in found.values()} <= KINDS
    assert found["(0010,0010)"].after == CODE
    assert found["(0010,0040)"].kind == "unchanged"
    assert found["(7FE0,0010)"].kind == "unchanged"
    assert all(change.kind == "removed" for change in found.values() if change.private)


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["PatientComments", "ImageComments", "Allergies"]), TEXTS),
       st.dictionaries(st.sampled_from(["PatientComments", "ImageComments", "Allergies"]), TEXTS),
       st.integers(0, 24))  # fmt: skip
def test_exactly_what_differs_is_found(
    first: dict[str, str], second: dict[str, str], depth: int
) -> None:
    def nested(values: dict[str, str]) -> bytes:
        level = Dataset()
        for keyword, value in values.items():
            setattr(level, keyword, value)
        for _ in range(depth):
            outer = Dataset()
            outer.ReferencedStudySequence = Sequence([level])
            level = outer
        level.SpecificCharacterSet = "ISO_IR 192"
        level.SOPClassUID, level.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.20", "1.2.3"
        return as_file(level)

    found = {c.keyword: c for c in changes(nested(first), nested(second)) if c.kind != "unchanged"}
    assert set(found) == {k for k in first.keys() | second.keys() if first.get(k) != second.get(k)}
    for keyword, change in found.items():
        assert (change.before, change.after) == (first.get(keyword), second.get(keyword))
        assert change.path.count("/") == depth


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = base()
    after.PatientName, after.OperatorsName = CODE, "x\x1b[31m"
    del after.PatientBirthDate
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(as_file(base()))
    other.write_bytes(as_file(after))
    assert main(["diff", str(one), str(one)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["diff", str(one), str(other)]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "~ (0008,1070) OperatorsName  置き換え  Tanaka^Jiro → x\ufffd[31m",
        f"~ (0010,0010) PatientName  置き換え  Yamada^Hanako=山田^花子=ヤマダ^ハナコ → {CODE}",
        "- (0010,0030) PatientBirthDate  削除  19480317",
    ]
    assert "個人情報" in err
    assert main(["diff", "--all", "--language", "en", str(one), str(other)]) == 1
    out, err = capsys.readouterr()
    assert "  (0008,0060) Modality  unchanged  NM\n" in out
    assert "may contain identifiers" in err
    for trouble in (tmp_path, tmp_path / "none"):
        assert main(["diff", str(one), str(trouble)]) == 2
    (tmp_path / "text").write_text("Yamada")
    assert main(["diff", str(one), str(tmp_path / "text")]) == 2
    assert "Yamada" not in capsys.readouterr().err


def test_colours_and_width_of_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    after = base()
    del after.PatientBirthDate
    after.StudyDescription = "a" * 30 + "山" * 17
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(as_file(base()))
    other.write_bytes(as_file(after))
    main(["diff", str(one), str(other)])
    out = capsys.readouterr().out
    assert "\x1b[31m- (0010,0030)" in out
    assert "\x1b[32m~ (0008,1030)" in out
    assert "…" in out
    main(["diff", "--no-color", str(one), str(other)])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.real_data
def test_a_real_file_against_itself_in_another_encoding() -> None:
    from pydicom.data import get_testdata_file

    path = Path(str(get_testdata_file("JPGExtended.dcm", download=False)))
    unpacked = dcmread(path)
    unpacked.decompress(generate_instance_uid=False)
    buffer = BytesIO()
    unpacked.save_as(buffer)
    found = [c.path for c in changes(path, buffer.getvalue()) if c.kind != "unchanged"]
    assert "(0002,0010)" in found
    assert "(7FE0,0010)" not in found
