"""What a person decides about images, and what the configuration keeps: from source to file."""

import dataclasses
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian

from bonescint.deid.batch import write_cases
from bonescint.deid.decisions import other_persons, read_decisions, released_images
from bonescint.deid.instance import Settings
from bonescint.deid.keep_private import load_kept
from bonescint.deid.private import pattern_digest
from bonescint.errors import InputError
from bonescint.resources import Texts
from tests.unit.deid.door import SETTINGS, TABLE, by_table, coded, refusal, written
from tests.unit.deid.encoded import around
from tests.unit.deid.samples import CODE, as_file, ge, siemens
from tests.unit.deid.test_engine import errors_of

RECORD = {"decided_by": "chief technologist", "date": "2026-01-15", "reason": "seen"}
SEEN, OTHER = "a1" * 32, "b2" * 32
HEADER = "item\tsha256\tdecision\treviewer\tdate\n"


def released(*sources: bytes) -> Settings:
    hashes = frozenset(sha256(source).hexdigest() for source in sources)
    return dataclasses.replace(SETTINGS, releases=hashes)


def keeping(*entries: dict[str, object]) -> Settings:
    kept = load_kept([entry | RECORD for entry in entries])
    return by_table(TABLE, kept=kept)


def test_decisions_hold_for_one_content_and_a_block_wins(tmp_path):
    path = tmp_path / "decisions.tsv"
    path.write_text(
        HEADER
        + f"image\t{SEEN}\trelease\tA\t2026-01-01\n"
        + f"image\t{OTHER}\trelease\tA\t2026-01-01\n"
        # as PowerShell and Excel write them
        + f'Image\t"{OTHER.upper()}"\tblock\tB\t2026-01-02\r\n'
        + f"findings:BS-AAAAA\t{'c' * 64}\trelease\tA\t2026-01-01\n\n",
        encoding="utf-8",
    )
    assert released_images(read_decisions(path)) == {SEEN}


def test_a_decision_names_another_person_than_the_one_who_declined(tmp_path):
    path = tmp_path / "decisions.tsv"
    path.write_text(
        HEADER
        + f"opt-out-doubt\t{SEEN}\tanother-person\tA\t2026-01-01\n"
        + f"Opt-Out-Doubt\t{OTHER}\tanother-person\tA\t2026-01-01\n"
        + f"opt-out-doubt\t{OTHER}\tsame-person\tB\t2026-01-02\n"
        + f"image\t{'c' * 64}\trelease\tA\t2026-01-01\n",
        encoding="utf-8",
    )
    assert other_persons(read_decisions(path)) == {SEEN}
    assert released_images(read_decisions(path)) == {"c" * 64}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_decisions_are_read_however_excel_saves_them(tmp_path, encoding, delimiter):
    path = tmp_path / "decisions.tsv"
    rows = HEADER + f"image\t{SEEN}\trelease\t髙橋\t2026-01-01\n"
    path.write_bytes(rows.replace("\t", delimiter).encode(encoding))
    assert released_images(read_decisions(path)) == {SEEN}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "decisions.tsv"),
        ("item,sha256\n", "decisions.tsv"),
        (HEADER + f"image\t{SEEN}\tyes\tA\t2026-01-01\n", "2"),
        (HEADER + f"image\t{SEEN}\trelease\t\t2026-01-01\nimage\n", "3"),
        (HEADER + f"image\t{SEEN[1:]}\tblock\tA\t2026-01-01\n", "2"),
        (HEADER + f"images\t{SEEN}\tblock\tA\t2026-01-01\n", "2"),
        (HEADER + f"opt-out-doubt\t{SEEN}\trelease\tA\t2026-01-01\n", "2"),
        (HEADER + f"image\t{SEEN}\tanother-person\tA\t2026-01-01\n", "2"),
        (HEADER + f"\nimage\t{SEEN}\tyes\tA\t2026-01-01\n", "row 3"),
        # an open quote must not swallow the block behind it
        (HEADER + f'image\t{SEEN}\trelease\t"A\t1\nimage\t{SEEN}\tblock\tB\t1\n', "row 2"),
    ],
)
def test_a_malformed_decision_is_named_and_releases_nothing(tmp_path, text, found):
    path = tmp_path / "decisions.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as mistake:
        read_decisions(path)
    assert found in mistake.value.problems[-1]


def test_suspected_text_waits_for_a_person():
    source = siemens()
    source.BurnedInAnnotation = "YES"
    data = as_file(source)
    refused = refusal(data)
    assert (refused.reason, refused.sha256) == ("burned-in-suspected", sha256(data).hexdigest())
    result = written(data, released(data))
    assert result.PixelData == source.PixelData
    # a decision about another file says nothing about this one
    assert refusal(data, released(data + b"\0")).reason == "burned-in-suspected"


def test_of_two_contents_with_one_uid_the_chosen_one_is_written(tmp_path):
    other = siemens()
    other.CountsAccumulated = "1"
    first = as_file(siemens())
    files = {"a": first, "b": as_file(other), "c": as_file(siemens(), tail=b"x"), "d": first}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    row = {"sop_instance_uid": "1", "views": "", "tracer": "MDP"}
    rows = [row | {"path": name} for name in files]

    def outcome(settings: Settings, folder: str) -> dict[str, str]:
        done = write_cases([(CODE, rows)], tmp_path, tmp_path / folder, settings)
        return {w.row["path"]: str(w.line.get("reason") or w.line["status"]) for w in done}

    assert outcome(SETTINGS, "1") == dict.fromkeys("abcd", "conflict")
    assert not (tmp_path / "1").exists()
    chosen = outcome(released(files["b"]), "2")
    assert chosen == {"a": "conflict", "b": "written", "c": "conflict", "d": "conflict"}
    # the third would give the same coded file as the first; only the seen source counts
    assert outcome(released(first), "3") == {
        "a": "written", "b": "conflict", "c": "conflict", "d": "duplicate",
    }  # fmt: skip
    assert set(outcome(released(*files.values()), "4").values()) == {"conflict"}


def test_images_compressed_with_loss_are_kept_or_refused():
    strict = dataclasses.replace(SETTINGS, keep_lossy=False)
    flagged = siemens()
    flagged.LossyImageCompression = "01"
    result = written(flagged)
    assert result.LossyImageCompression == "01"
    assert refusal(as_file(flagged), strict).reason == "lossy"
    coded(siemens(), settings=strict)


@pytest.mark.parametrize(
    ("name", "stated", "ratio", "method", "kept"),
    [
        ("JPEG2000.dcm", "01", "12.5", "ISO_15444_1", ("12.5", "ISO_15444_1")),
        ("JPGExtended.dcm", "00", ["7.5", "2"], ["ISO_10918_1", "ISO_15444_1"],
         (["7.5", "2"], ["ISO_10918_1", "ISO_15444_1"])),
        ("JPEGLSNearLossless_16.dcm", "", "3", "YAMADA", ("3", None)),
        ("JPEGLSNearLossless_08.dcm", None, "", "iso_14495_1", (None, "ISO_14495_1")),
    ],
)  # fmt: skip
def test_lossy_images_are_decoded_and_say_so(name, stated, ratio, method, kept):
    ds, picture = around(name)
    ds.LossyImageCompressionRatio, ds.LossyImageCompressionMethod = ratio, method
    ds.PlanarConfiguration = 0
    if stated is not None:
        ds.LossyImageCompression = stated
    data = as_file(ds, picture.file_meta.TransferSyntaxUID)
    result = written(data)
    assert result.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(result.pixel_array, picture.pixel_array)
    assert result.LossyImageCompression == "01"
    found = result.get("LossyImageCompressionRatio"), result.get("LossyImageCompressionMethod")
    assert found == kept
    for keyword in ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"):
        assert result[keyword].value == ds[keyword].value
    assert "PlanarConfiguration" not in result
    strict = dataclasses.replace(SETTINGS, keep_lossy=False)
    assert refusal(data, strict).reason == "lossy"


def test_no_decision_releases_a_picture_in_colour():
    ds = siemens()
    ds.PhotometricInterpretation, ds.SamplesPerPixel, ds.PlanarConfiguration = "RGB", 3, 0
    ds.BurnedInAnnotation = "YES"
    ds.PixelData = bytes(3 * len(ds.PixelData))
    data = as_file(ds)
    for settings in (SETTINGS, released(data), dataclasses.replace(SETTINGS, keep_lossy=False)):
        assert refusal(data, settings).reason == "colour"
        # a person cannot decide about these
        assert not refusal(data, settings).sha256
    for language in ("ja", "en"):
        assert "RGB" in Texts("deid", language)("reason.colour")
        assert Texts("deid", language)("reason.palette")


VIEW: dict[str, object] = {
    "creator": "GEMS_GENIE_1", "group": "0011", "element": "12", "vr": "LO",
    "sha256": [pattern_digest("WHOLE BODY_E")],
}  # fmt: skip


def test_a_recorded_decision_keeps_a_private_element(tmp_path):
    done = coded(ge(), settings=keeping(VIEW))
    result = dcmread(BytesIO(done.data))
    private = [element.tag for element in result if element.tag.is_private]
    assert private == [0x00110010, 0x00111012]
    assert result[0x00111012].value == "WHOLE BODY_E"
    assert "113111" in [item.CodeValue for item in result.DeidentificationMethodCodeSequence]
    assert done.facts["n_kept_by_decision"] == 2
    assert done.table["odd groups"] == "kept_by_decision"
    assert done.facts["n_removed_private"] == 2
    assert errors_of(done.data, tmp_path) <= errors_of(as_file(ge()), tmp_path)


def test_what_the_decision_does_not_cover_goes():
    done = coded(ge("WHOLE BODY_F"), settings=keeping(VIEW))
    assert not any(e.tag.is_private for e in dcmread(BytesIO(done.data)))
    assert done.table["odd groups"] == "removed"
    assert b"WHOLE BODY_F" not in done.data


def test_a_kept_private_text_is_searched_for_identifiers():
    source = ge("HANAKO_E")
    settings = keeping(VIEW | {"sha256": [pattern_digest("HANAKO_E")]})
    refused = refusal(as_file(source), settings)
    assert (refused.reason, refused.detail) == ("residual-identifier", "(0011,1012)")


def test_an_overlay_is_kept_by_its_content():
    source = siemens()
    bitmap = np.packbits(np.arange(256) % 3 == 0).tobytes()
    for element, vr, value in (
        (0x10, "US", 32), (0x11, "US", 8), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
        (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OW", bitmap), (0x22, "LO", "Yamada"),
    ):  # fmt: skip
        source.add_new(0x60000000 | element, vr, value)
    plane = {"group": "6000", "element": "3000", "sha256": [sha256(bitmap).hexdigest()]}
    done = coded(source, settings=keeping(plane))
    result = dcmread(BytesIO(done.data))
    assert result[0x60003000].value == bitmap
    assert 0x60000022 not in result
    assert done.table["60xx"] == "kept_by_decision"
    source[0x60003000].value = bitmap[::-1]
    assert not any(e.tag.group == 0x6000 for e in written(source, keeping(plane)))


def test_the_outcome_of_every_row_of_the_hospitals_table(tmp_path: Path):
    table = coded(siemens()).table
    assert list(table) == [row.tag for row in SETTINGS.policies["nm"].table]
    assert table["(0010,0010)"] == "coded"
    assert table["(0010,0030)"] == "emptied"  # Type 2
    assert table["(0008,0080)"] == "removed"  # Type 3
    assert table["(0010,4000)"] == "absent"
    assert table["(0008,0018)"] == "uid"
    assert table["(0008,1030)"] == "fixed"
    assert table["(0008,0020)"] == "kept"
    assert table["odd groups"] == "removed"
    assert table["60xx"] == "absent"
