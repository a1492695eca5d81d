"""Mutated files with planted identifiers through both doors, and what must never happen."""

import io
import logging
import signal
import struct
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bonescint.deid.folder import deidentify_folder
from bonescint.deid.instance import Settings, deidentify
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import UidReplacer
from bonescint.dicom.headers import Header, read_header
from bonescint.dicom.index import index_row
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.files import read_rows
from bonescint.resources import ROOT, Texts
from tests.planted.mutated import Whole, mutated, wholes
from tests.planted.search import Haystack

SECRET = b"0123456789abcdef0123456789abcdef"
CODE = "BS-7K3M2"
# a file takes milliseconds
SECONDS = 20
_DELIMITERS = (b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0")
_SYNTAXES = (
    b"1.2.840.10008.1.2\0\0\0", b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0",
    b"1.2.840.10008.1.2.5\0",
)  # fmt: skip
_CHARSETS = (b"ISO_IR 192", b"ISO_IR\x00100", b"ISO_IR 13\0", b"\0" * 10, b"ISO_IR 87\\")
_LENGTHS = (0, 1, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 1 << 20)


@dataclass
class Findings:
    """What a run has seen.

    Parameters
    ----------
    outcomes
        Files by what became of them.
    faults
        What must not be: one line each, with the number that makes the file again.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class _TooLong(BaseException):
    """An exception that no handler of the program catches."""


def damaged(whole: Whole, number: int) -> bytes:
    """Return a mutation of a file: what media do to it, then what a liar does.

    Parameters
    ----------
    whole
        The file.
    number
        Which of its mutations.
    """
    rng = np.random.default_rng([number, 17])
    data = bytearray(mutated(whole, number) if rng.random() < 0.5 else whole.head + whole.body)
    for _ in range(int(rng.integers(1, 4))):
        _STEPS[int(rng.integers(len(_STEPS)))](data, rng)
    return bytes(data)


def _flip(data: bytearray, rng: np.random.Generator) -> None:
    for at in rng.integers(132, max(len(data), 133), int(rng.integers(1, 9))):
        if at < len(data):
            data[at] ^= 1 << int(rng.integers(8))


def _length(data: bytearray, rng: np.random.Generator) -> None:
    at = int(rng.integers(132, max(len(data) - 8, 133)))
    # where a VR stands, a length follows
    for vr in (b"SQ\0\0", b"OW\0\0", b"LO", b"PN", b"UI", b"DS"):
        if (found := data.find(vr, at)) > 0 and rng.random() < 0.5:
            size = _LENGTHS[int(rng.integers(len(_LENGTHS)))]
            at = found + len(vr)
            packed = struct.pack("<I", size) if len(vr) == 4 else struct.pack("<H", size & 0xFFFF)
            data[at : at + len(packed)] = packed
            return
    data[at : at + 4] = struct.pack("<I", _LENGTHS[int(rng.integers(len(_LENGTHS)))])


def _delimiter(data: bytearray, rng: np.random.Generator) -> None:
    old, new = (_DELIMITERS[int(i)] for i in rng.integers(0, len(_DELIMITERS), 2))
    at = data.find(old, int(rng.integers(len(data))))
    if at >= 0:
        data[at : at + 4] = new if rng.random() < 0.5 else bytes(4)


def _cut(data: bytearray, rng: np.random.Generator) -> None:
    del data[int(rng.integers(100, max(len(data), 101))) :]


def _syntax(data: bytearray, rng: np.random.Generator) -> None:
    at = data.find(b"\2\0\x10\0UI")
    if at > 0:
        length = int.from_bytes(data[at + 6 : at + 8], "little")
        new = _SYNTAXES[int(rng.integers(len(_SYNTAXES)))]
        data[at + 6 : at + 8 + length] = struct.pack("<H", len(new)) + new


def _charset(data: bytearray, rng: np.random.Generator) -> None:
    at = data.find(b"\x08\0\5\0CS")
    if at > 0:
        length = int.from_bytes(data[at + 6 : at + 8], "little")
        new = _CHARSETS[int(rng.integers(len(_CHARSETS)))]
        data[at + 6 : at + 8 + length] = struct.pack("<H", len(new)) + new


def _twice(data: bytearray, rng: np.random.Generator) -> None:
    """Put an element there again, or change it with its neighbour."""
    places = [at for at in range(140, min(len(data) - 16, 4000)) if data[at + 4 : at + 6].isupper()]
    if len(places) > 3:
        first, second, third = sorted(int(at) for at in rng.choice(places, 3, replace=False))
        if rng.random() < 0.5:
            data[second:second] = data[first:second]
        else:
            data[first:third] = data[second:third] + data[first:second]


_STEPS = (_flip, _length, _delimiter, _cut, _syntax, _charset, _twice)


@contextmanager
def no_hang(seconds: int) -> Iterator[None]:
    """Raise through every handler if a file keeps the program busy."""

    def give_up(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def settings() -> Settings:
    """Return the settings of a study that accepts what it can."""
    policies = load_policies(ROOT / "resources/tag_table.csv", "BONE SCINTIGRAPHY", "WHOLE BODY")
    return Settings(policies, UidReplacer(SECRET), keep_secondary_capture=True)


def attempt(data: bytes, secrets: tuple[str, ...], place: Path, given: Settings) -> str:
    """Send a file through the index and the de-identification.

    Parameters
    ----------
    data
        The file.
    secrets
        What must not be found in anything that comes of it.
    place
        Of the file while it is indexed.
    given
        The settings.

    Returns
    -------
    str
        ``written``, the reason of the refusal, or what is wrong, in capitals.
    """
    said, log = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    written, outcome = b"", ""
    try:
        with no_hang(SECONDS), redirect_stdout(said), redirect_stderr(said), quiet_pydicom():
            place.write_bytes(data)
            header = read_header(place)
            if isinstance(header, Header):
                index_row(header, "a", len(data))
            else:
                outcome = header.detail
                if header.reason == "unreadable":
                    return f"CRASH of the index: {header.detail}"
            written = deidentify(data, {"views": ""}, CODE, given).data
            reason = "written"
    except Refused as refusal:
        reason, outcome = refusal.reason, outcome + refusal.detail
        if f"reason.{reason}" not in Texts("deid", "en"):
            return f"CRASH: no words for {reason}"
    except _TooLong:
        return "HANG"
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        if type(error).__name__ == "HeaderFault":
            return "refused by the index"
        return f"CRASH: {type(error).__name__} at {where}"
    finally:
        logging.getLogger().removeHandler(handler)
    beside = f"{said.getvalue()}{log.getvalue()}{outcome}"
    haystack = Haystack(written) if written else None
    for secret in secrets:
        if secret in beside or (haystack and haystack.has(secret)):
            return f"LEAK of {secret!r}"  # the persons are invented
    return reason


def fuzz(seconds: float, seed: int, place: Path, files: int | None = None) -> Findings:
    """Mutate until the time is over.

    Parameters
    ----------
    seconds, files
        When to end.
    seed
        Number of the first mutation.
    place
        A file that may be overwritten.
    """
    found, given, sources = Findings(), settings(), wholes()
    end, number = time.monotonic() + seconds, seed
    while time.monotonic() < end and (files is None or number < seed + files):
        whole = sources[number % len(sources)]
        outcome = attempt(damaged(whole, number), whole.secrets, place, given)
        found.outcomes[outcome] += 1
        if outcome[:4].isupper():
            found.faults.append(f"{number} {whole.name}: {outcome}")
        number += 1
    return found


def fuzz_folder(number: int, files: int, place: Path) -> list[str]:
    """Send a folder of mutated files through the whole ``deidentify``, and return what is wrong.

    Parameters
    ----------
    number
        Of the first mutation.
    files
        How many.
    place
        A new folder.
    """
    raw, out = place / "raw", place / "out"
    raw.mkdir(parents=True)
    sources = wholes()
    secrets = set()
    for at in range(number, number + files):
        whole = sources[at % len(sources)]
        # the patients' names in it are their own
        (raw / f"{at}.dcm").write_bytes(damaged(whole, at))
        secrets.update(whole.secrets)
    said = io.StringIO()
    with no_hang(SECONDS + files), redirect_stdout(said), redirect_stderr(said):
        deidentify_folder(
            source=raw, destination=out, settings=settings(), codes=None, declined=frozenset(),
            jobs=1, language="en", progress=lambda *_: None,
        )  # fmt: skip
    rows = list(read_rows(out / "report.csv"))
    wrong = [f"{row['source']}: {row['detail']}" for row in rows if row["reason"] == "unexpected"]
    if len(rows) != files:
        wrong.append(f"{len(rows)} rows of {files} files")
    report = (out / "report.csv").read_text(encoding="utf-8-sig") + said.getvalue()
    beside = {row["destination"] for row in rows if row["destination"]}
    written = {path.relative_to(out).as_posix() for path in out.rglob("*.dcm")}
    wrong += [f"{name} is not in the report" for name in written ^ beside]
    # of the source's name only a number is there
    return wrong + [f"LEAK of {text!r}" for text in secrets if len(text) > 4 and text in report]
