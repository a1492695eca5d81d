"""The ledger keeps every code, gives none twice and opens only with its key."""

import multiprocessing
import re
import stat
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.errors import InputError
from bonescint.identity.codes import CODE_PATTERN
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from bonescint.names.ids import normalise
from tests.unit.wrapped import wrapped


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")


@pytest.mark.parametrize(
    "typed",
    ["00012345", "12345", "１２３４５", " 0001-2345 ", "000１２３４５", "12345\u3000", "1234ー5"],
)
def test_spellings_of_one_id_meet(typed: str) -> None:
    assert normalise(typed) == "12345"


def test_ids_that_differ_stay_apart() -> None:
    assert len({normalise(i) for i in ["12345", "123450", "A12345", "0", ""]}) == 5


@given(st.text())
def test_normalise_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_codes_are_random_stable_and_unique(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.assign(["1", "2", "3"])
    assert all(re.fullmatch(CODE_PATTERN, code) for code in first.values())
    again = open_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    assert again.assign(["3", "1", "4"]) | first == again.assign(["1", "2", "3", "4"])
    assert len(set(again.assign(["1", "2", "3", "4"]).values())) == 4
    assert again.subject_of(first["2"]) == "2"
    assert again.code_of("9") is None
    other = create_ledger(tmp_path / "o.age", tmp_path / "o.key").assign(["1", "2", "3"])
    assert other != first  # not derived from the ID


def test_files_are_private_and_encrypted(ledger: Ledger, tmp_path: Path) -> None:
    ledger.assign(["SECRETID77"])
    for name in ("ledger.age", "ledger.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert b"SECRETID77" not in (tmp_path / "ledger.age").read_bytes()


def test_no_second_ledger(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ledger\.age"):
        create_ledger(tmp_path / "ledger.age", tmp_path / "new.key")


def test_open_says_what_is_wrong(ledger: Ledger, tmp_path: Path) -> None:
    path, key = tmp_path / "ledger.age", tmp_path / "ledger.key"
    ledger.assign(["1"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(InputError, match="damaged"):
        open_ledger(path, key)
    path.write_bytes(whole)
    path.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        open_ledger(path, key)
    path.chmod(0o600)
    key.rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"ledger\.key.*missing"):
        open_ledger(path, key)
    create_ledger(tmp_path / "b.age", tmp_path / "b.key")
    with pytest.raises(InputError, match="wrong key"):
        open_ledger(path, tmp_path / "b.key")


def test_altered_entry_breaks_the_chain(ledger: Ledger, tmp_path: Path) -> None:
    codes = ledger.assign(["1", "2"])
    path, key = tmp_path / "ledger.age", tmp_path / "ledger.key"
    identity = pyrage.x25519.Identity.from_str(key.read_text().split()[-1])
    text = pyrage.decrypt(path.read_bytes(), [identity]).decode()
    altered = text.replace(codes["1"], "BS-ZZZZZ")
    path.write_bytes(pyrage.encrypt(altered.encode(), [identity.to_public()]))
    with pytest.raises(InputError, match="chain"):
        open_ledger(path, key)


def test_passphrase_wrapped_key(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ledger.assign(["1"])["1"]
    key = tmp_path / "ledger.key"
    key.write_bytes(wrapped(key.read_bytes(), "a long passphrase"))
    monkeypatch.delenv("BONESCINT_PASSPHRASE", raising=False)
    with pytest.raises(InputError, match="BONESCINT_PASSPHRASE"):
        open_ledger(tmp_path / "ledger.age", key)
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "wrong")
    with pytest.raises(InputError, match="wrong"):
        open_ledger(tmp_path / "ledger.age", key)
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "a long passphrase")
    assert open_ledger(tmp_path / "ledger.age", key).code_of("1") == code


def test_a_code_that_is_in_use_is_drawn_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = ledger.assign(["1"])["1"]
    drawn = iter([used, "BS-AAAAA", used, "BS-AAAAA", "BS-BBBBB"])
    monkeypatch.setattr("bonescint.identity.ledger.new_code", lambda: next(drawn))
    assert set(ledger.assign(["1", "2", "3"]).values()) == {used, "BS-AAAAA", "BS-BBBBB"}
    with pytest.raises(ValueError, match="empty"):
        ledger.assign(["4", ""])
    assert len(ledger) == 3


def _assign(path: Path, key: Path, subjects: list[str]) -> dict[str, str]:
    return open_ledger(path, key).assign(subjects)


def test_writers_at_once_lose_and_double_nothing(ledger: Ledger, tmp_path: Path) -> None:
    path, key = tmp_path / "ledger.age", tmp_path / "ledger.key"
    sets = [[str(i) for i in range(n, n + 20)] for n in (1, 11, 21, 31)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        results = pool.starmap(_assign, [(path, key, s) for s in sets])
    final = open_ledger(path, key)
    assert len(final) == 50
    for codes in results:
        assert all(final.code_of(s) == c for s, c in codes.items())
    assert len({final.code_of(str(i)) for i in range(1, 51)}) == 50
