"""The check of an image: a bit anywhere, trees that differ, what burners add, hostile ones."""

import io
import random
from pathlib import Path

import pytest

from bonescint.delivery.disc import iso_records, layout
from bonescint.delivery.disc.iso_reader import IsoImage, read_image
from bonescint.delivery.disc.iso_records import DirectoryTree
from bonescint.delivery.disc.known import StudyRecords
from bonescint.delivery.disc.layout import SECTOR
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.delivery.disc.verify import DiscCheck
from bonescint.errors import InputError
from bonescint.resources import Texts
from tests.unit.delivery.disc.disc_samples import Files, image_of, plain_files

TEXT = Texts("verify", "en")


@pytest.fixture(scope="module")
def files() -> Files:
    return plain_files()


@pytest.fixture(scope="module")
def image(files: Files) -> bytes:
    return image_of(files)


@pytest.fixture(scope="module")
def parts(image: bytes) -> IsoImage:
    found = read_image(io.BytesIO(image), len(image), DiscVerdict())
    assert found
    return found


def checked(folder: Path, image: bytes | bytearray) -> DiscVerdict:
    path = folder / "A.ISO"
    path.write_bytes(image)
    return DiscCheck(StudyRecords(), "en", lambda: None, [], lambda *_: None).verify(path)


def faults(folder: Path, image: bytes | bytearray) -> list[str]:
    return checked(folder, image).faults(TEXT)


def test_a_whole_image_passes(image: bytes, tmp_path: Path) -> None:
    verdict = checked(tmp_path, image)
    assert verdict.good, verdict.faults(TEXT)
    rows = {row[0]: row[1:] for row in verdict.rows(TEXT)}
    trees = "12 folders, 12 files in ISO 9660, 12 in Joliet"
    assert rows["both directory trees"] == [trees, "good"]
    assert rows["DICOM images"] == ["3 images, 3 codes", "good"]
    assert rows["tables (sheet, INDEX.TSV)"] == ["3 cases, 3 images", "good"]


def _record(image: bytes, tree: DirectoryTree, path: str) -> int:
    """Return the offset of the record of a file."""
    folder, _, name = path.rpartition("/")
    coded = name.encode("utf-16-be" if tree.is_joliet else "ascii")
    place = tree.folders[folder]
    at = image.index(coded, place.start * SECTOR, place.start * SECTOR + place.size)
    return at - 33


def _places(image: bytes, parts: IsoImage) -> dict[str, tuple[int, str]]:
    """Return a place of every region, and what the fault must name."""
    iso, joliet = parts.iso, parts.joliet
    assert joliet
    one = "DICOM/P00002/S01/I01"
    files = joliet.files
    found = {
        "system area": (5 * SECTOR + 7, "Sector 5"),
        "volume identifier": (16 * SECTOR + 41, "volume identifier"),
        "publisher": (16 * SECTOR + 330, "publisher"),
        "application": (16 * SECTOR + 697, "application"),
        "date": (16 * SECTOR + 820, "date"),
        "application use": (16 * SECTOR + 1000, "application use"),
        "Joliet's descriptor": (17 * SECTOR + 40, "Joliet: volume identifier"),
        "Joliet's escape": (17 * SECTOR + 95, "escape"),
        "terminator": (18 * SECTOR + 100, "terminator"),
        "version sector": (19 * SECTOR + 100, "Sector 19"),
        "L table": (20 * SECTOR + 14, "path table L"),
        "M table": (22 * SECTOR + 14, "path table M"),
        "Joliet's L table": (24 * SECTOR + 14, "Joliet path table L"),
        "Joliet's M table": (26 * SECTOR + 14, "Joliet path table M"),
        "slack of a folder": (iso.folders["DICOM"].start * SECTOR + 2040, "ISO 9660 DICOM"),
    }
    for tree in (iso, joliet):
        at = _record(image, tree, one)
        for name, offset in {
            "extent": 2, "extent in big endian": 9, "length": 10, "length in big endian": 17,
            "date": 19, "flags": 25, "sequence number": 28, "name": 34,
        }.items():  # fmt: skip
            named = one.rpartition("/")[0] if name == "name" else one
            found[f"{tree.name}: {name}"] = at + offset, named
    for name in (layout.DICOMDIR, layout.README, layout.INDEX_PAGE, layout.INDEX_TABLE, one,
                 layout.SHEET_IN_JOLIET, "IHE_PDI/P00002/S01I01.JPG"):  # fmt: skip
        place = files[name]
        found[name] = place.start * SECTOR + place.size // 2, name
        found[f"behind {name}"] = place.start * SECTOR + place.size, f"Behind {name}"
    place = files[layout.MANIFEST_IN_JOLIET]
    # a flip in a hash blames that file: so the manifest's own hash stands on paper
    found["manifest"] = place.start * SECTOR + 3, layout.MANIFEST_IN_JOLIET
    return found


def test_a_flipped_bit_is_found_and_named_wherever_it_is(
    image: bytes, parts: IsoImage, tmp_path: Path
) -> None:
    rng = random.Random(15)  # noqa: S311
    places = _places(image, parts)
    assert len(places) > 40
    for name, (at, named) in places.items():
        flipped = bytearray(image)
        flipped[at] ^= 1 << rng.randrange(7)
        found = faults(tmp_path, flipped)
        assert any(named in fault for fault in found), (name, found)


def test_no_bit_of_the_descriptors_and_folders_is_free(image: bytes, tmp_path: Path) -> None:
    rng = random.Random(16)  # noqa: S311
    for at in range(16 * SECTOR + rng.randrange(997), 60 * SECTOR, 997):
        flipped = bytearray(image)
        flipped[at] ^= 1 << rng.randrange(8)
        try:
            assert faults(tmp_path, flipped), at
        except InputError as error:  # the first descriptor's first bytes
            assert "no disc image" in str(error) and at < 16 * SECTOR + 6


@pytest.mark.parametrize("tree", ["ISO 9660", "Joliet"])
def test_a_file_in_one_tree_only_is_named(files: Files, tree: str, tmp_path: Path) -> None:
    name = "ALONE.TMP"
    found = faults(
        tmp_path, image_of(files, alone=(name, "") if tree == "ISO 9660" else ("", name))
    )
    assert any(f"{name}: stands in {tree} only" in fault for fault in found)


def test_joliet_is_read_by_itself(image: bytes, parts: IsoImage, tmp_path: Path) -> None:
    """Windows reads Joliet, and pycdlib believes the first tree."""
    changed = bytearray(image)
    assert parts.joliet
    at = _record(image, parts.joliet, layout.README) + 10
    size = parts.joliet.files[layout.README].size - 1
    changed[at : at + 8] = size.to_bytes(4, "little") + size.to_bytes(4, "big")
    found = "\n".join(faults(tmp_path, changed))
    assert "README.TXT: place or length differ" in found
    assert "README.TXT: its content is not that of the manifest" in found


def test_an_image_without_joliet_is_checked_by_its_other_names(
    files: Files, tmp_path: Path
) -> None:
    found = faults(tmp_path, image_of(files, joliet=False))
    assert len(found) == 1 and "no Joliet tree" in found[0]


def test_a_burned_disc_has_zeros_behind_it(image: bytes, tmp_path: Path) -> None:
    plain, burned = checked(tmp_path, image), checked(tmp_path, image + bytes(150 * SECTOR))
    assert burned.good
    assert plain.digests(TEXT) == burned.digests(TEXT)
    assert "307200 zero bytes (150 sectors)" in burned.notes(TEXT)[0]
    assert not any("zero bytes" in note for note in plain.notes(TEXT))
    appended = faults(tmp_path, image + bytes(150 * SECTOR) + b"x")
    assert [f"image: Something stands behind the image (byte {len(image) + 307200})." in f
            for f in appended] == [True]  # fmt: skip


def test_a_cut_image_names_what_is_lost(image: bytes, parts: IsoImage, tmp_path: Path) -> None:
    assert parts.joliet
    lost = parts.joliet.files["IHE_PDI/P00003/S01I01.JPG"]
    found = "\n".join(faults(tmp_path, image[: lost.start * SECTOR]))
    assert f"cut off: {lost.start * SECTOR} bytes of {len(image)}" in found
    assert "IHE_PDI/P00003/S01I01.JPG: it lies outside the image or upon other files" in found
    assert "IHE_PDI/P00003/S01I01.JPG: stands in the manifest and is not there" in found


@pytest.mark.parametrize("content", [b"", b"x" * 100_000, bytes(100_000)])
def test_what_is_no_image_is_said_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no disc image"):
        checked(tmp_path, content)


def test_a_boot_disc_is_refused(image: bytes, tmp_path: Path) -> None:
    boot = bytearray(image)
    boot[17 * SECTOR] = 0
    assert any("unknown descriptor (kind 0)" in fault for fault in faults(tmp_path, boot))


def test_a_folder_that_leads_to_itself_ends_the_walk(
    image: bytes, parts: IsoImage, tmp_path: Path
) -> None:
    hostile = bytearray(image)
    for tree in (parts.iso, parts.joliet):
        assert tree
        at = _record(image, tree, "DICOM/P00001")
        up = tree.folders["DICOM"].start
        hostile[at + 2 : at + 10] = up.to_bytes(4, "little") + up.to_bytes(4, "big")
    found = faults(tmp_path, hostile)
    assert any("DICOM/P00001: a folder that leads to itself" in fault for fault in found)


def test_an_image_of_nothing_but_records_ends_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder as large as it may be, every record a folder that lies in itself."""
    monkeypatch.setattr(iso_records, "_MOST_ENTRIES", 5_000)
    both = (30).to_bytes(4, "little") + (30).to_bytes(4, "big")
    both += (1 << 24).to_bytes(4, "little") + (1 << 24).to_bytes(4, "big") + bytes(7)
    head = bytearray(30 * SECTOR)
    head[16 * SECTOR : 16 * SECTOR + 6] = b"\1CD001"
    sectors = (1 << 24) // SECTOR
    head[16 * SECTOR + 80 : 16 * SECTOR + 84] = (30 + sectors).to_bytes(4, "little")
    root = b"\x22\0" + both + b"\2\0\0\1\0\0\1\1\0"
    head[16 * SECTOR + 156 : 16 * SECTOR + 190] = root
    records = [b"\x26\0" + both + b"\2\0\0\1\0\0\1\5%05d" % n for n in range(6_000)]
    folder = b"".join(
        b"".join(records[n : n + 53]).ljust(SECTOR, b"\0") for n in range(0, len(records), 53)
    )
    found = "\n".join(faults(tmp_path, bytes(head) + folder.ljust(1 << 24, b"\0")))
    assert "more than 5000 entries" in found


class _Scratched(io.BytesIO):
    """A drive that cannot read one sector."""

    bad = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if self.tell() - len(data) <= self.bad < self.tell():
            raise OSError(5, "Input/output error")
        return data


def test_a_sector_that_cannot_be_read_names_its_file(image: bytes, parts: IsoImage) -> None:
    stream, verdict = _Scratched(image), DiscVerdict()
    stream.bad = parts.iso.files["DICOM/P00002/S01/I01"].start * SECTOR + 100
    check = DiscCheck(StudyRecords(), "en", lambda: None, [], lambda *_: None)
    check.check_image(stream, Path("A.ISO"), verdict)
    found = "\n".join(verdict.faults(TEXT))
    assert "image: Nothing can be read from about sector 0" in found
    assert "DICOM/P00002/S01/I01: cannot be read (OSError)" in found
    assert "DICOM/P00001/S01/I01" not in found


def test_a_folder_without_files_is_named(files: Files, tmp_path: Path) -> None:
    found = faults(tmp_path, image_of(files, empty="MORE"))
    assert found == ["both directory trees: MORE: a folder without any file."]


def test_files_that_share_their_bytes_are_not_read_again_and_again(
    image: bytes, parts: IsoImage, tmp_path: Path
) -> None:
    changed = bytearray(image)
    assert parts.joliet
    for name in ("DICOM/P00001/S01/I01", "DICOM/P00002/S01/I01"):
        at = _record(image, parts.joliet, name) + 2
        size = len(image) - 30 * SECTOR
        changed[at : at + 8] = (30).to_bytes(4, "little") + (30).to_bytes(4, "big")
        changed[at + 8 : at + 16] = size.to_bytes(4, "little") + size.to_bytes(4, "big")
    found = "\n".join(faults(tmp_path, changed))
    assert "upon other files" in found and "place or length differ between the trees" in found
