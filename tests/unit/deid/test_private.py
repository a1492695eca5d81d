"""A recorded decision keeps exactly the private elements and overlays that it names."""

import os
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bonescint.commands import private as command
from bonescint.deid.keep_private import load_kept
from bonescint.deid.private import KeptPrivate, pattern_digest, why_not
from bonescint.errors import InputError
from bonescint.resources import ROOT, Texts
from tests.unit.called import call
from tests.unit.deid.samples import ge

REAL = Path(os.environ.get("BONESCINT_REAL_DATA", ROOT.parent / "shared" / "data" / "real"))
RECORD = {"decided_by": "radiology physicist", "date": "2026-01-15", "reason": "view of the scan"}
VIEW = {"creator": "GEMS_GENIE_1", "group": "0011", "element": "12", "vr": "LO", **RECORD}
TEXT = VIEW | {"sha256": [pattern_digest("WHOLE BODY_E"), pattern_digest("FRAME 7")]}
SCALE = {"creator": "ACME NM", "group": "0019", "element": "a0", "vr": "DS", "vm": 2, **RECORD}
BITMAP = bytes(range(32))
OVERLAY = {"group": "6000", "element": "3000", "sha256": [sha256(BITMAP).hexdigest()], **RECORD}
KEPT = load_kept([TEXT, SCALE, OVERLAY])
GE, ACME = 0x00110010, 0x00190011


def level_of(text: bytes = b"WHOLE BODY_E", scale: bytes = b"1.5\\2 ") -> dict:
    return {
        0x00100010: ("PN", b"Yamada^Hanako"),
        GE: ("LO", b"GEMS_GENIE_1"),
        0x00111012: ("LO", text),
        0x00111013: ("LO", b"WHOLE BODY_E"),
        0x00190010: ("LO", b"OTHER "),
        ACME: ("LO", b"ACME NM "),
        0x001911A0: ("DS", scale),
    }


def plane(**changed: tuple[str, bytes]) -> dict:
    elements = {
        "0010": ("US", b"\x10\0"), "0011": ("US", b"\x10\0"), "0040": ("CS", b"G "),
        "0050": ("SS", b"\1\0\1\0"), "0100": ("US", b"\1\0"), "0102": ("US", b"\0\0"),
        "0022": ("LO", b"PLANTED1"), "1500": ("LO", b"PLANTED2"), "3000": ("OW", BITMAP),
    } | {key[1:]: value for key, value in changed.items()}  # fmt: skip
    return {0x60000000 | int(key, 16): value for key, value in elements.items()}


def written(level: dict, kept: KeptPrivate = KEPT, little: bool = True) -> dict:
    return kept.elements(level, little, lambda value: value.decode("cp932"))


def padded(elements: dict) -> dict:
    return {tag: (vr, value + b" " * (len(value) % 2)) for tag, (vr, value) in elements.items()}


def test_decided_elements_stay_with_their_creators_and_no_others():
    assert written(level_of()) == {
        GE: ("LO", b"GEMS_GENIE_1"),
        0x00111012: ("LO", b"WHOLE BODY_E"),
        ACME: ("LO", b"ACME NM"),
        0x001911A0: ("DS", b"1.5\\2"),
    }
    assert KEPT.fault(padded(written(level_of()))) is None
    assert not written(level_of(), KeptPrivate())
    assert KEPT and not KeptPrivate()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"FRAME 1 ", b"FRAME 1"),
        (b"FRAME 9\0", b"FRAME 9"),
        ("ＦＲＡＭＥ　３".encode("cp932"), b"FRAME 3"),
        (b"FRAME 12", None),
        (b"frame 1", None),
        (b"YAMADA", None),
        ("山田花子".encode("cp932"), None),
        (b"", None),
    ],
)
def test_a_pattern_covers_other_digits_and_nothing_else(text, kept):
    assert written(level_of(text)).get(0x00111012, ("LO", None))[1] == kept


def test_creator_block_group_and_vr_must_be_those_of_the_decision():
    for change in (
        {GE: ("LO", b"GEMS_GENIE_2")},
        {GE: ("LO", b"")},
        {0x00111012: ("UN", b"WHOLE BODY_E")},
        {0x00111012: ("SQ", b"WHOLE BODY_E")},
    ):
        assert 0x00111012 not in written(level_of() | change)
    elsewhere = {0x00130010: ("LO", b"GEMS_GENIE_1"), 0x00131012: ("LO", b"WHOLE BODY_E")}
    assert not written(elsewhere)
    # an implicit file has no VRs: the decision knows them
    implicit = {tag: (None, value) for tag, (_, value) in level_of().items()}
    assert written(implicit) == written(level_of())


@pytest.mark.parametrize("scale", [b"1\\2\\3", b"1.5 YAMADA", b"", b"0x12", b"1_0", b"nan"])
def test_numbers_have_their_form_and_at_most_as_many_values(scale):
    assert 0x001911A0 not in written(level_of(scale=scale))
    assert not KEPT.allows("ACME NM", 0x001911A0, "DS", scale)


@pytest.mark.parametrize(
    ("vr", "big", "little"),
    [
        ("US", b"\0\1", b"\1\0"),
        ("FL", b"\x42\x28\x41\x40", b"\x40\x41\x28\x42"),
        ("FD", b"\x40\x59\0\0\0\0\x41\x40", b"\x40\x41\0\0\0\0\x59\x40"),
        ("SV", b"\1\2\3\4\5\6\7\x08", b"\x08\7\6\5\4\3\2\1"),
    ],
)
def test_binary_numbers_of_either_byte_order(vr, big, little):
    kept = load_kept([SCALE | {"vr": vr, "vm": 1}])
    level = {ACME: ("LO", b"ACME NM"), 0x001911A0: (vr, big)}
    assert written(level, kept, little=False)[0x001911A0] == (vr, little)
    assert written(level, kept)[0x001911A0] == (vr, big)
    assert kept.allows("ACME NM", 0x001911A0, vr, little)
    for bad in (big * 2, big[:-1]):
        assert not written(level | {0x001911A0: (vr, bad)}, kept)
        assert not kept.allows("ACME NM", 0x001911A0, vr, bad)


def test_an_approved_overlay_stays_with_its_numbers_only():
    done = written(plane())
    assert sorted(tag & 0xFFFF for tag in done) == [0x10, 0x11, 0x40, 0x50, 0x100, 0x102, 0x3000]
    assert done[0x60003000] == ("OW", BITMAP)
    assert KEPT.fault(padded(done)) is None
    assert not written({tag + 0x20000: element for tag, element in plane().items()})
    swapped = b"".join(BITMAP[i : i + 2][::-1] for i in range(0, 32, 2))
    big = {tag: (vr, v[::-1] if vr == "US" else v) for tag, (vr, v) in plane().items()}
    big |= {0x60000050: ("SS", b"\0\1\0\1"), 0x60003000: ("OW", swapped)}
    assert written(big, little=False) == done


@pytest.mark.parametrize(
    "change",
    [
        {"_3000": ("OW", BITMAP[:-1] + b"\xff")},
        {"_3000": ("OW", BITMAP + b"\0\0")},
        {"_0010": ("US", b"\x11\0")},
        {"_0011": ("US", b"")},
        {"_0015": ("IS", b"2 ")},
        {"_0015": ("IS", b"YAMADA")},
        {"_0040": ("CS", b"YAMADA")},
        {"_0100": ("US", b"\x10\0")},
        {"_0102": ("US", b"\1\0")},
        {"_0050": ("SS", b"")},
    ],
)
def test_an_overlay_of_other_content_or_other_numbers_goes(change):
    done = written(plane(**change))
    # an invalid number is left out; the plane stays only if it is whole without it
    assert not done or (done == written(plane()) and "_0015" in change)
    forged = padded({tag: e for tag, e in plane(**change).items() if tag in written(plane())})
    if "_0015" not in change:
        assert KEPT.fault(forged) == 0x60000010


def test_the_verification_finds_what_was_not_decided():
    good = padded(written(level_of()) | written(plane()))
    assert KEPT.fault(good) is None
    for tag, element in (
        (0x00111012, ("LO", b"YAMADA")),
        (0x00111012, ("SH", b"WHOLE BODY_E")),
        (0x00111013, ("LO", b"WHOLE BODY_E")),
        (GE, ("LO", b"YAMADA")),
        (0x00110011, ("LO", b"YAMADA")),
        (0x00110001, ("LO", b"YAMADA")),
        (0x001911A0, ("DS", b"1.5\\2 Y ")),
        (0x60000022, ("LO", b"YAMADA")),
        (0x60020010, ("US", b"\1\0")),
    ):
        assert KEPT.fault(good | {tag: element}) is not None, f"{tag:08X}"
    assert KEPT.fault({GE: ("LO", b"GEMS_GENIE_1")}) == GE
    assert not KEPT.allows("GEMS_GENIE_1", 0x00110012, "LO", b"WHOLE BODY_E")
    assert KeptPrivate().fault(good) is not None
    assert KeptPrivate().fault({}) is None


@given(st.text(), st.sampled_from([ImplicitVRLittleEndian, None]))
def test_whatever_the_text_only_the_approved_pattern_is_written(text, syntax):
    vr = None if syntax else "LO"
    level = level_of() | {0x00111012: (vr, text.encode("utf-8", "replace"))}
    done = KEPT.elements(level, True, lambda value: value.decode("utf-8"))
    if 0x00111012 in done:
        value = done[0x00111012][1].decode()
        assert pattern_digest(value) in TEXT["sha256"]
        assert value.translate(str.maketrans("123456789", "000000000")) in (
            "WHOLE BODY_E", "FRAME 0",
        )  # fmt: skip
    assert KEPT.fault(padded(done)) is None


@given(st.binary(max_size=24), st.sampled_from(["LO", "DS", "SH", "UN"]))
def test_both_ways_of_looking_agree_on_written_bytes(value, vr):
    tag = 0x001911A0 if vr == "DS" else 0x00111012
    creator = "ACME NM" if vr == "DS" else "GEMS_GENIE_1"
    if not KEPT.allows(creator, tag, vr, value):
        return
    level = level_of() | {tag: (vr, value)}
    assert written(level)[tag][1] == value.rstrip(b" ")


def test_texts_that_could_be_an_id_are_never_approved():
    for text, reason in (
        ("0012345678", "unfit.no_letter"),
        ("2019-07-01", "unfit.no_letter"),
        ("", "unfit.no_letter"),
        ("ID 1234-56", "unfit.digits"),
        ("山田", "unfit.characters"),
        ("a\x1b[2Jb", "unfit.characters"),
        ("x" * 65, "unfit.long"),
        ("TC99M 140 KEV", ""),
    ):
        assert why_not(text) == reason, text
    kept = load_kept([VIEW | {"sha256": [pattern_digest("ID 1234-56")]}])
    assert not written(level_of(b"ID 1234-56"), kept)
    assert not kept.allows("GEMS_GENIE_1", 0x00111012, "LO", b"ID 1234-56")


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        (TEXT | {"creator": ""}, "creator"),
        (TEXT | {"creator": "山田"}, "creator"),
        (TEXT | {"creator": " GEMS"}, "creator"),
        (TEXT | {"creator": "G" * 65}, "creator"),
        (TEXT | {"group": 9}, "group"),
        (TEXT | {"group": "0010"}, "group"),
        (TEXT | {"group": "0007"}, "group"),
        (TEXT | {"group": "7FE3"}, "behind_pixels"),
        (TEXT | {"element": 12}, "element"),
        (TEXT | {"element": "1012"}, "element"),
        (TEXT | {"vr": "SQ"}, "vr"),
        (TEXT | {"vr": "UN"}, "vr"),
        (TEXT | {"vr": "PN"}, "vr"),
        (TEXT | {"vr": ["LO"]}, "vr"),
        (TEXT | {"sha256": []}, "sha256"),
        (TEXT | {"sha256": "ab"}, "sha256"),
        (TEXT | {"sha256": [["x"]]}, "sha256"),
        (VIEW, "sha256"),
        (TEXT | {"sha256": [pattern_digest("00123456")]}, "digits_only"),
        (TEXT | {"vm": 1}, "text_with_vm"),
        (SCALE | {"sha256": []}, "number_with_digest"),
        (SCALE | {"vm": 65}, "vm"),
        (SCALE | {"vm": True}, "vm"),
        (TEXT | {"decided_by": " "}, "decided_by"),
        (TEXT | {"date": "15.1.2026"}, "date"),
        (TEXT | {"date": "2026-02-30"}, "date"),
        (TEXT | {"date": "20260115"}, "date"),
        (TEXT | {"reason": None}, "reason"),
        (TEXT | {"note": "x"}, "unknown_key"),
        (TEXT | {"group": "0009", "element": "40"}, "known_holder"),
        (OVERLAY | {"group": "6001"}, "overlay_group"),
        (OVERLAY | {"group": "6020"}, "overlay_group"),
        (OVERLAY | {"element": "0022"}, "overlay_element"),
        (OVERLAY | {"vr": "OW"}, "unknown_key"),
        (OVERLAY | {"sha256": None}, "sha256"),
    ],
)
def test_each_mistake_in_an_entry_is_named_in_both_languages(entry, key):
    with pytest.raises(InputError) as mistake:
        load_kept([SCALE | {"element": "01"}, entry])
    wanted = [Texts("private", language)(f"entry.{key}", n=2) for language in ("ja", "en")]
    assert mistake.value.problems == [" / ".join(wanted)]


def test_every_bad_entry_is_listed_and_no_value_repeated():
    bad = [TEXT | {"creator": "山田 花子"}, TEXT, OVERLAY, TEXT, OVERLAY, {}]
    with pytest.raises(InputError) as mistake:
        load_kept(bad)
    text = str(mistake.value)
    assert "山田" not in text
    assert [n for n in range(1, 7) if f"entry {n}:" in text] == [1, 4, 5, 6]


def test_the_options_of_the_standard_follow_the_decisions():
    assert [option.value for option in KEPT.options] == ["113111", "113103"]
    assert [option.value for option in load_kept([OVERLAY]).options] == ["113103"]
    assert KeptPrivate().options == ()


def saved(ds: Dataset, path: Path, syntax: str) -> Path:
    buffer = BytesIO()
    little = syntax != ExplicitVRBigEndian
    implicit = syntax == ImplicitVRLittleEndian
    for tag in [tag for tag in ds if tag.tag.group > 0x7FE0]:
        del ds[tag.tag]
    ds.ensure_file_meta()
    ds.file_meta.TransferSyntaxUID = syntax
    dcmwrite(buffer, ds, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    path.write_bytes(buffer.getvalue())
    return path


def listed(capsys, *files: Path) -> tuple[int, str, str]:
    code = call("private", *map(str, files), "--language", "en")
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_the_command_prints_decisions_that_keep_what_it_shows(tmp_path, capsys, syntax):
    ds = ge()
    block = ds.private_block(0x0019, "ACME", create=True)
    block.add_new(0x10, "SQ", [Dataset()])
    if syntax != ImplicitVRLittleEndian:  # its VR is in no dictionary
        block.add_new(0x12, "US", [1, 2, 3])
        block.add_new(0x13, "LO", "12345")
    for tag, (vr, value) in plane(_0022=("LO", b"LABEL "), _1500=("LO", b"LABEL ")).items():
        number = int.from_bytes(value, "little")
        ds.add_new(tag, vr, {"US": number, "SS": [1, 1], "LO": "L", "CS": "G"}.get(vr, value))
    path = saved(ds, tmp_path / "a.dcm", syntax)
    code, out, err = listed(capsys, path)
    assert code == 0
    assert "identifiers" in err
    assert "WHOLE BODY_E" in out
    assert out.count("cannot be kept") == (2 if syntax == ImplicitVRLittleEndian else 3)
    entries = [entry | RECORD for entry in yaml.safe_load(out)]
    with pytest.raises(InputError):
        load_kept(yaml.safe_load(out))  # nobody has decided yet
    kept = load_kept(entries)
    back = dcmread(path, stop_before_pixels=True)
    done = written(command.raw_level(back), kept, little=syntax != ExplicitVRBigEndian)
    assert done[0x00111012] == ("LO", b"WHOLE BODY_E")
    assert 0x60003000 in done
    assert 0x00091040 not in done
    if syntax != ImplicitVRLittleEndian:
        assert done[0x00191012] == ("US", b"\1\0\2\0\3\0")
    assert kept.fault(padded(done)) is None


def test_the_command_goes_on_after_an_unreadable_file(tmp_path, capsys):
    (tmp_path / "b.dcm").write_bytes(b"no DICOM")
    ds = ge()
    for element in [element for element in ds if element.tag.is_private]:
        del ds[element.tag]
    good = saved(ds, tmp_path / "c.dcm", ExplicitVRLittleEndian)
    code, out, err = listed(capsys, tmp_path / "b.dcm", tmp_path / "none.dcm", good)
    assert code == 1
    assert err.count("not a readable DICOM file") == 2
    assert "No private element" in out


@pytest.mark.real_data
def test_all_that_the_command_offers_of_real_scans_can_be_kept(capsys):
    scans = [*REAL.glob("nm-*/*"), *REAL.glob("misc-*/*[oO]verlay*")]
    if not scans:
        pytest.skip(f"no real scans in {REAL}")
    offered = 0
    for scan in scans:
        _, out, _ = listed(capsys, scan)
        entries = [entry | RECORD for entry in yaml.safe_load(out) or []]
        if not entries:
            continue
        offered += len(entries)
        kept = load_kept(entries)
        level = command.raw_level(dcmread(scan, stop_before_pixels=True))
        done = kept.elements(level, True, lambda value: value.decode("latin-1"))
        assert len(done) >= len(entries)
        assert kept.fault(padded(done)) is None
    assert offered
