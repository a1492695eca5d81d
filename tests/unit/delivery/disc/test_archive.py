"""The encrypted ZIP opens with its passphrase alone, and says nothing to others."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from pyzipper import AESZipFile

from bonescint.delivery.disc.archive import archive_bound, packed_sizes, write_archive_of
from bonescint.delivery.disc.layout import DiscFile
from bonescint.errors import InputError
from tests.unit.delivery.disc.small import LABEL, PASSPHRASE, case, disc_file, stand_in

seven_zip = pytest.mark.skipif(not shutil.which("7z"), reason="7z (p7zip) is not installed")


@pytest.fixture
def files(tmp_path: Path) -> list[DiscFile]:
    cases = [case(tmp_path / "dicom", code, (3000, 50_000)) for code in ("P-2345", "P-6789")]
    return [*stand_in(cases, LABEL), disc_file("NOISE.BIN", hashlib.sha256().digest() * 9)]


@pytest.fixture
def archive(files: list[DiscFile], tmp_path: Path) -> Path:
    path = tmp_path / "out" / "DELIVERY.ZIP"
    write_archive_of(files, path, PASSPHRASE)
    return path


def content(file: DiscFile) -> bytes:
    return file.source if isinstance(file.source, bytes) else file.source.read_bytes()


def test_everything_is_in_it_as_windows_names_it(archive: Path, files: list[DiscFile]) -> None:
    with AESZipFile(archive) as opened:
        opened.setpassword(PASSPHRASE.encode())
        assert {n: opened.read(n) for n in opened.namelist()} == {
            file.joliet: content(file) for file in files
        }
        for entry in opened.infolist():
            assert entry.flag_bits & 1  # encrypted
            assert (entry.wz_aes_strength, entry.wz_aes_version) == (3, 2)  # AES-256, AE-2
            assert (entry.create_system, entry.external_attr) == (0, 0x20)
            assert entry.date_time == (2000, 1, 1, 0, 0, 0)


def test_no_content_and_no_code_can_be_read_without_it(archive: Path) -> None:
    data = archive.read_bytes()
    for hidden in (b"P-2345", b"P-6789", b"BONE", PASSPHRASE.encode()):
        assert hidden not in data
    with AESZipFile(archive) as opened:
        for name in opened.namelist():
            for given in (None, PASSPHRASE[:-1].encode()):
                with pytest.raises(RuntimeError, match="password"):
                    opened.read(name, given)


def test_only_the_salts_differ(archive: Path, files: list[DiscFile], tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    write_archive_of(files, again, PASSPHRASE)
    assert again.read_bytes() != archive.read_bytes()

    def listing(path: Path) -> list[tuple[object, ...]]:
        with AESZipFile(path) as opened:
            return [
                (e.filename, e.file_size, e.compress_size, e.header_offset, e.date_time, e.CRC)
                for e in opened.infolist()
            ]

    assert listing(again) == listing(archive)


@seven_zip
def test_7_zip_opens_it(archive: Path) -> None:
    done = subprocess.run(["7z", "t", f"-p{PASSPHRASE}", str(archive)], capture_output=True)
    assert done.returncode == 0, done.stdout
    assert b"Everything is Ok" in done.stdout


@seven_zip
@pytest.mark.parametrize("given", ["k7mp-3xwd-9rtz-hq4c-wn2f", PASSPHRASE[:-1], "x"])
def test_7_zip_refuses_another_passphrase(archive: Path, given: str) -> None:
    done = subprocess.run(["7z", "t", f"-p{given}", str(archive)], capture_output=True)
    assert done.returncode
    assert b"Wrong password" in done.stdout + done.stderr


@seven_zip
def test_7_zip_takes_the_longest_passphrase(files: list[DiscFile], tmp_path: Path) -> None:
    longest = ("aB3-" * 25)[:99]
    write_archive_of(files, tmp_path / "a.zip", longest)
    done = subprocess.run(["7z", "t", f"-p{longest}", str(tmp_path / "a.zip")], capture_output=True)
    assert done.returncode == 0, done.stdout


def test_what_it_takes_is_known_before(archive: Path, files: list[DiscFile]) -> None:
    images = [file.source for file in files if isinstance(file.source, Path)]
    packed = packed_sizes(images)
    size = archive.stat().st_size
    assert size <= archive_bound(files, packed) < archive_bound(files, {})
    # of the images, exactly what their entries hold: salt, check and authentication beside it
    with AESZipFile(archive) as opened:
        held = {e.filename: e.compress_size - 28 for e in opened.infolist()}
    for file in files:
        if isinstance(file.source, Path):
            assert held[file.joliet] == packed[file.source]


def test_a_source_that_changed(files: list[DiscFile], tmp_path: Path) -> None:
    source = next(f.source for f in files if isinstance(f.source, Path))
    source.write_bytes(bytes(source.stat().st_size))
    target = tmp_path / "out" / "a.zip"
    with pytest.raises(InputError, match=f"{source.name} changed while"):
        write_archive_of(files, target, PASSPHRASE)
    source.unlink()
    with pytest.raises(InputError, match=f"{source.name}, which belongs on the disc"):
        write_archive_of(files, target, PASSPHRASE)
    assert list(target.parent.iterdir()) == []


def test_a_passphrase_of_other_letters_reaches_no_archive(
    files: list[DiscFile], tmp_path: Path
) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_archive_of(files, tmp_path / "out" / "a.zip", "合言葉は長くて誰も知らないものです")
    assert not (tmp_path / "out").exists()


def test_what_does_not_open_again(
    files: list[DiscFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = AESZipFile.close

    def damaged(self: AESZipFile) -> None:
        if self.mode == "w" and self.fp:
            self.fp.seek(2000)
            self.fp.write(b"\0")
            self.fp.seek(0, 2)
        close(self)

    monkeypatch.setattr(AESZipFile, "close", damaged)
    target = tmp_path / "out" / "DELIVERY.ZIP"
    with pytest.raises(InputError, match="DELIVERY.ZIP, read back"):
        write_archive_of(files, target, PASSPHRASE)
    assert list(target.parent.iterdir()) == []
