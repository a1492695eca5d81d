"""How long a new passphrase of the ledger's key must be; a key that has a short one opens."""

from pathlib import Path

import pyrage
import pytest

from bonescint.errors import InputError
from bonescint.identity.key import is_wrapped
from tests.unit.ledger_study import KEY, LEDGER, Answers, opened, quick_scrypt, run, settle

Capture = pytest.CaptureFixture[str]


def test_a_short_passphrase_is_asked_for_again(
    codes: dict[str, str], answers: Answers, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    quick_scrypt(monkeypatch)
    answers("elevenchars", "short", "twelve chars", "twelve chars")
    assert run("rewrap") == 0
    assert capsys.readouterr().err.count("12 文字以上") == 2
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "twelve chars")
    assert opened().codes() == codes


def test_a_short_passphrase_from_the_environment_makes_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_scrypt(monkeypatch)
    settle(tmp_path, monkeypatch)
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "elevenchars")
    with pytest.raises(InputError, match="12 文字以上"):
        run("init", "--wrap")
    assert not Path(KEY).exists() and not Path(LEDGER).exists()
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "twelve chars")
    run("init", "--wrap")
    assert is_wrapped(KEY)
    # a key with a short passphrase still opens
    content = pyrage.passphrase.decrypt(Path(KEY).read_bytes(), "twelve chars")
    Path(KEY).write_bytes(pyrage.passphrase.encrypt(content, "short"))
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "short")
    assert len(opened()) == 0
