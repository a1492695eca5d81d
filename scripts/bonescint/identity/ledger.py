"""The correspondence ledger: code <-> patient, encrypted, append-only (R16, R17).

The file is age-encrypted (the age specification, v1) to the identity in the key file, so the
standard ``age -d -i KEY LEDGER`` opens it, and destroying the key destroys every copy.
Inside: JSON lines chained by SHA-256. The secret for the replacement of UIDs (R20) lies in it too
and dies with it.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage

from bonescint.errors import InputError
from bonescint.files import replacing

# no I L O 0 1: a code is read aloud and copied by hand
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 5
CODE_PATTERN = rf"BS-[{ALPHABET}]{{{CODE_LENGTH}}}"


def new_code() -> str:
    """Return a random code; whether it was given before is for the caller to see (R17)."""
    return "BS-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _sealed(entry: dict[str, object], previous: str) -> dict[str, object]:
    body = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    return entry | {"hash": hashlib.sha256(f"{previous}{body}".encode()).hexdigest()}


class Ledger:
    """An opened ledger; `open_ledger` and `create_ledger` make one.

    Parameters
    ----------
    path
        The encrypted file.
    identity
        The age identity it is encrypted to.
    entries
        Its lines in order, the chain already verified.
    """

    def __init__(
        self, path: Path, identity: "pyrage.x25519.Identity", entries: list[dict[str, object]]
    ) -> None:
        self.path = path
        self._identity = identity
        self._entries = entries
        self._codes = {str(e["subject"]): str(e["code"]) for e in entries if e["kind"] == "patient"}
        self._subjects = {code: subject for subject, code in self._codes.items()}

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def uid_secret(self) -> bytes:
        """The 32 random bytes under which UIDs are replaced (R20)."""
        return bytes.fromhex(str(self._entries[0]["uid_secret"]))

    def code_of(self, subject: str) -> str | None:
        """Return the code of a normalised patient ID, None if it has none."""
        return self._codes.get(subject)

    def subject_of(self, code: str) -> str | None:
        """Return the normalised patient ID behind a code, None if the code was never given."""
        return self._subjects.get(code)

    def digest(self, payload: bytes) -> str:
        """Return an HMAC of `payload` under the ledger's secret, for receipts that tell nothing."""
        return hmac.new(self.uid_secret, payload, "sha256").hexdigest()

    def assign(self, subjects: Iterable[str]) -> dict[str, str]:
        """Give every subject a code and return subject -> code; a code once given stays (R16).

        New patients are shuffled before they are numbered, codes are drawn at random and never
        twice: neither tells anything of the ID, the date or the order of arrival (R17). The file
        is locked, read again, extended and replaced in one step.

        Parameters
        ----------
        subjects
            Normalised patient IDs.
        """
        subjects = list(dict.fromkeys(subjects))
        if "" in subjects:
            raise ValueError("an empty patient ID cannot get a code")
        with _locked(self.path):
            # another process may have added patients since this one opened the ledger
            fresh = Ledger(self.path, self._identity, _read(self.path, self._identity))
            self._entries, self._codes, self._subjects = (
                fresh._entries,
                fresh._codes,
                fresh._subjects,
            )
            new = [s for s in subjects if s not in self._codes]
            secrets.SystemRandom().shuffle(new)
            for subject in new:
                code = new_code()
                while code in self._subjects:
                    code = new_code()
                entry: dict[str, object] = {
                    "n": len(self._entries),
                    "kind": "patient",
                    "subject": subject,
                    "code": code,
                }
                self._entries.append(_sealed(entry, str(self._entries[-1]["hash"])))
                self._codes[subject] = code
                self._subjects[code] = subject
            if new:
                _write(self.path, self._identity, self._entries)
        return {s: self._codes[s] for s in subjects}


def create_ledger(path: Path, key: Path) -> Ledger:
    """Create an empty ledger and its key, both mode 0600.

    Parameters
    ----------
    path, key
        Where they go; neither may exist, for a new ledger gives new codes.

    Raises
    ------
    InputError
        If one of them exists already.
    """
    if path.exists() or key.exists():
        raise InputError(_both("exists", path=path, key=key))
    identity = pyrage.x25519.Identity.generate()
    head: dict[str, object] = {
        "n": 0,
        "kind": "ledger",
        "format": 1,
        "uid_secret": secrets.token_hex(32),
    }
    entries = [_sealed(head, "")]
    key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(path):
        with replacing(key) as stream:
            os.fchmod(stream.fileno(), 0o600)
            stream.write(f"# public key: {identity.to_public()}\n{identity}\n")
        _write(path, identity, entries)
    return Ledger(path, identity, entries)


def open_ledger(path: str | Path, key: str | Path) -> Ledger:
    """Open the ledger and verify its chain.

    Parameters
    ----------
    path, key
        The encrypted ledger and its age identity, plain or wrapped by a passphrase; the passphrase
        is read from the environment variable BONESCINT_PASSPHRASE (never a parameter: Snakemake
        would store it).

    Raises
    ------
    InputError
        If a file is missing, readable by others, damaged, or the key or passphrase does not fit.
    """
    path, key = Path(path), Path(key)
    for file in (path, key):
        if not file.exists():
            raise InputError(_both("missing", file=file))
        if file.stat().st_mode & 0o077:
            raise InputError(_both("mode", file=file))
    identity = _identity(key)
    return Ledger(path, identity, _read(path, identity))


def _identity(key: Path) -> "pyrage.x25519.Identity":
    data = key.read_bytes()
    if data.startswith(b"age-encryption.org/"):
        passphrase = os.environ.get("BONESCINT_PASSPHRASE")
        if not passphrase:
            raise InputError(_both("passphrase", key=key))
        try:
            data = pyrage.passphrase.decrypt(data, passphrase)
        except pyrage.DecryptError:
            raise InputError(_both("wrong_passphrase", key=key)) from None
    lines = [
        line
        for line in data.decode("ascii", "replace").split()
        if line.startswith("AGE-SECRET-KEY-1")
    ]
    try:
        return pyrage.x25519.Identity.from_str(lines[0])
    except (IndexError, pyrage.IdentityError):
        raise InputError(_both("bad_key", key=key)) from None


def _read(path: Path, identity: "pyrage.x25519.Identity") -> list[dict[str, object]]:
    try:
        text = pyrage.decrypt(path.read_bytes(), [identity]).decode("utf-8")
        entries = [json.loads(line) for line in text.splitlines()]
    except (pyrage.DecryptError, ValueError):
        raise InputError(_both("damaged", file=path)) from None
    previous = ""
    for n, entry in enumerate(entries):
        body = {k: v for k, v in entry.items() if k != "hash"}
        if entry.get("n") != n or _sealed(body, previous) != entry:
            raise InputError(_both("chain", file=path, n=n))
        previous = entry["hash"]
    if not entries or entries[0].get("kind") != "ledger":
        raise InputError(_both("damaged", file=path))
    return entries


def _write(
    path: Path, identity: "pyrage.x25519.Identity", entries: list[dict[str, object]]
) -> None:
    text = "".join(json.dumps(e, sort_keys=True, ensure_ascii=False) + "\n" for e in entries)
    with replacing(path, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(pyrage.encrypt(text.encode(), [identity.to_public()]))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _both(key: str, /, **values: object) -> str:
    # the ledger is opened by jobs and by hand, before any language is chosen: both languages
    from bonescint.resources import Texts

    return " / ".join(Texts("identity", language)(key, **values) for language in ("ja", "en"))
