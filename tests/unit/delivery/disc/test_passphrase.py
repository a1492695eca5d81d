"""A passphrase that nobody finds by trying, in a file that nobody else reads."""

import os
import stat
from pathlib import Path

import pytest

from bonescint.delivery.disc import passphrase as module
from bonescint.delivery.disc.passphrase import (
    check_strength,
    disc_passphrase,
    generated_passphrase,
    write_passphrase_file,
)
from bonescint.errors import InputError
from tests.unit.delivery.disc.small import PASSPHRASE


@pytest.mark.parametrize(
    "strong",
    [
        PASSPHRASE,
        "violet anchor pebble march",
        "Kumo-no-ue-ni-neko-ga-7",
        "my password is a heron on a rusty crane",
        "x" + "8Jk2-Lm9q" * 2 + "Wz-Tt",
    ],
)
def test_strong(strong: str) -> None:
    assert check_strength(strong) == []


@pytest.mark.parametrize(
    "weak, why",
    [
        ("合言葉は長くて誰も知らないものですよね", "ASCII"),
        ("ｋ７ｍｐ－３ｘｗｄ－９ｒｔｚ－ｈｑ４ｃ", "ASCII"),
        ("k7mp-3xwd-9rtz-hq4c-\x07n2e", "ASCII"),
        ("k7mp-3xwd-9rtz-hq4c\u00a0wn2e", "ASCII"),
        (" k7mp-3xwd-9rtz-hq4c-wn2e", "No space"),
        ("", "20 to 99"),
        ("k7mp-3xwd-9rtz-hq4c", "20 to 99"),
        ("k7mp-3xwd-" * 10, "20 to 99"),
        ("violetanchorpebblemarch", "two kinds"),
        ("82736450918273645546372", "two kinds"),
        ("aaaaaaaaaaaaaaaaaaaaa-", "repeats"),
        ("k7mp-3xwdk7mp-3xwdk7mp-3xwd", "repeats"),
        ("a1-a1-b1-b1-a1-b1-a1-b1", "repeats"),
        ("correct horse battery staple", "everybody knows"),
        ("C0rrect-H0rse-Battery-Staple!1", "everybody knows"),
        ("P@ssw0rdP@ssword-Passw0rd!", "everybody knows"),
        ("abcdefghijklmnopqrst-12345", "everybody knows"),
        ("1qaz2wsx3edc4rfv-1qaz2WSX", "everybody knows"),
        ("wagahai-wa-neko-de-aru", "everybody knows"),
    ],
)
def test_weak(weak: str, why: str) -> None:
    told = check_strength(weak)
    assert any(why in one for one in told), told
    assert not weak.strip() or weak not in "".join(told)


def test_a_generated_one_is_strong_and_new() -> None:
    made = {generated_passphrase() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        assert check_strength(one) == []
        assert len(one) == 29
        assert not set(one) & set("01lIoO")


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_passphrase_file(tmp_path / "p", PASSPHRASE)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "p").stat().st_mode) == 0o600
    assert disc_passphrase(tmp_path / "p") == PASSPHRASE


def test_an_existing_file_stays(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("p", "link"):
        with pytest.raises(InputError, match="exists already"):
            write_passphrase_file(tmp_path / name, PASSPHRASE)
    assert (tmp_path / "p").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("mode", [0o777, 0o644, 0o640])
def test_a_place_that_holds_no_modes(
    mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = os.fstat

    def as_on_fat(descriptor: int) -> os.stat_result:
        found = list(true(descriptor))
        found[0] = stat.S_IFREG | mode
        return os.stat_result(found)

    monkeypatch.setattr(module.os, "fstat", as_on_fat)
    with pytest.raises(InputError, match=r"FAT.*/mnt/c.*No file was left"):
        write_passphrase_file(tmp_path / "p", PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(InputError, match=r"No space left.*No file was left"):
        write_passphrase_file(tmp_path / "p", PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read(mode: int, tmp_path: Path) -> None:
    write_passphrase_file(tmp_path / "p", PASSPHRASE)
    (tmp_path / "p").chmod(mode)
    with pytest.raises(InputError, match="chmod 600"):
        disc_passphrase(tmp_path / "p")


@pytest.mark.parametrize(
    "written, wrong",
    [
        (PASSPHRASE.encode(), ""),
        (b"\xef\xbb\xbf" + PASSPHRASE.encode() + b"\r\n", ""),
        (b"", "20 to 99"),
        (b"short\n", "20 to 99"),
        ("合言葉は長くて誰も知らないものですよね".encode("cp932"), "ASCII"),
        (PASSPHRASE.encode() + b"\nsecond line\n", "ASCII"),
    ],
)
def test_a_file_that_a_person_wrote(written: bytes, wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.touch(0o600)
    path.write_bytes(written)
    if not wrong:
        assert disc_passphrase(str(path)) == PASSPHRASE
        return
    with pytest.raises(InputError, match=wrong) as refused:
        disc_passphrase(path)
    assert str(path) in str(refused.value)
    assert PASSPHRASE not in str(refused.value)


def test_no_passphrase_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="delivery.disc.passphrase_file"):
        disc_passphrase(None)
    with pytest.raises(InputError, match="does not exist"):
        disc_passphrase(tmp_path / "p")


def test_that_of_the_ledger_is_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "the ledger's own passphrase")
    write_passphrase_file(tmp_path / "p", PASSPHRASE)
    assert disc_passphrase(tmp_path / "p") == PASSPHRASE
