"""Lines of JSON, chained by hashes of the line before: nothing can be changed unnoticed."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import both

# the hash of a line stands last, so that it covers all bytes of the line before it
_SEALED = re.compile(r'(\{.*), "hash": "([0-9a-f]{64})"\}')

Entry = dict[str, Any]


def sealed(entry: Entry, previous: str) -> str:
    """Return an entry as a line with its hash and that of the line before (empty for the first)."""
    body = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    return f'{body[:-1]}, "hash": "{_chained(previous, body)}"}}'


def verified(text: str) -> tuple[list[str], list[Entry], int | None]:
    """Return lines and entries of a text, and the number of the first entry that breaks the chain.

    Parameters
    ----------
    text
        Lines that end with a line feed. Other characters that may end lines are part of a value.

    Raises
    ------
    ValueError
        If the text is not of this form.
    """
    lines = text.removesuffix("\n").split("\n")
    entries: list[Entry] = json.loads(f"[{','.join(lines)}]")
    if len(entries) != len(lines) or not all("hash" in e and "kind" in e for e in entries):
        raise ValueError("no entries")
    previous = ""
    for n, (line, entry) in enumerate(zip(lines, entries, strict=True)):
        found = _SEALED.fullmatch(line)
        previous = _chained(previous, f"{found[1]}}}" if found else _body(entry))
        if entry["hash"] != previous or entry["n"] != n:
            return lines, entries, n
    return lines, entries, None


def read_head(head: Path) -> tuple[int, str] | None:
    """Return the number of entries and the last hash at the last use; None without a record.

    Parameters
    ----------
    head
        The record, which lies in the study and not beside the ledger.
    """
    try:
        n, _, last = head.read_text(encoding="ascii").strip().partition(" ")
        return int(n), last
    except FileNotFoundError:
        return None
    except ValueError:
        raise InputError(both("identity", "bad_head", file=head)) from None


def write_head(head: Path, entries: Iterable[Entry]) -> None:
    """Record number and last hash of entries. No entries mean that a creation is under way."""
    entries = list(entries)
    last = f" {entries[-1]['hash']}" if entries else ""
    with replacing(head) as stream:
        stream.write(f"{len(entries)}{last}\n")


def _body(entry: Entry) -> str:
    """Return what the hash covers in a line of an early ledger, where it was not the last key."""
    body = {key: value for key, value in entry.items() if key != "hash"}
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


def _chained(previous: str, body: str) -> str:
    return hashlib.sha256(f"{previous}{body}".encode()).hexdigest()
