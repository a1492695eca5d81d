"""A study with a ledger and a person at its terminal, for the tests of `bonescint ledger`."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from bonescint.identity.ledger import Ledger, open_ledger
from bonescint.identity.opt_outs import record
from tests.unit.called import call
from tests.unit.study_config import configure

SUBJECTS = ["4711234", "4711235", "A77001"]
LEDGER, KEY, HEAD = "private/ledger.age", "private/ledger.key", "private/ledger.head"
Answers = Callable[..., None]


def run(*arguments: str) -> int:
    return call("ledger", *arguments)


def opened() -> Ledger:
    return open_ledger(LEDGER, KEY, head=HEAD)


def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace scrypt, which is slow on purpose and takes a second or two each time."""

    def digest(passphrase: str) -> bytes:
        return b"age-encryption.org/v1\n" + hashlib.sha256(passphrase.encode()).digest()

    def decrypt(data: bytes, passphrase: str) -> bytes:
        if not data.startswith(digest(passphrase)):
            raise pyrage.DecryptError
        return data.removeprefix(digest(passphrase))[::-1]

    monkeypatch.setattr("pyrage.passphrase.encrypt", lambda data, p: digest(p) + data[::-1])
    monkeypatch.setattr("pyrage.passphrase.decrypt", decrypt)


def settle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the folder a study's without a ledger."""
    monkeypatch.chdir(folder)
    for variable in ("BONESCINT_PASSPHRASE", "BONESCINT_PASSPHRASE_FILE"):
        monkeypatch.delenv(variable, raising=False)
    configure()


def with_patients() -> dict[str, str]:
    """Give the study a ledger of three patients, the second declined; return their codes."""
    run("init")
    ledger = opened()
    codes = ledger.assign(SUBJECTS)
    record(ledger, [{"subject": SUBJECTS[1], "source": "command", "received": "", "by": "self"}])
    return codes


def typist(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Return a function that lines up what the person types, seen and unseen."""

    def line_up(*unseen: str, seen: str = "") -> None:
        left = list(unseen)
        monkeypatch.setattr("getpass.getpass", lambda prompt="": left.pop(0))
        stdin = io.StringIO(seen)
        monkeypatch.setattr(stdin, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", stdin)

    return line_up
