"""Read the recorded decisions of the configuration that keep private elements (R22, R23)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bonescint.deid.private import (
    BITMAP,
    KNOWN_HOLDERS,
    LONGEST_TEXT,
    NUMBER_VRS,
    TEXT_VRS,
    KeptPrivate,
    PrivateDecision,
    pattern_digest,
)
from bonescint.errors import InputError
from bonescint.resources import both

MOST_NUMBERS = 64
_PIXEL_GROUP = 0x7FE0
_HEX = {2: re.compile("[0-9A-Fa-f]{2}"), 4: re.compile("[0-9A-Fa-f]{4}")}
_DIGEST = re.compile("[0-9a-f]{64}")
CREATOR = re.compile(r"[!-\[\]-~]([ -\[\]-~]{0,62}[!-\[\]-~])?")
_RECORD = frozenset({"group", "element", "sha256", "decided_by", "date", "reason"})


def load_kept(entries: Sequence[Mapping[str, object]]) -> KeptPrivate:
    """Read the decisions of the configuration (``deidentification.keep_private``).

    Parameters
    ----------
    entries
        One decision each. For a private element: creator, group, element, vr, sha256 or vm. For an
        overlay: group, element and sha256. For both: decided_by, date, reason.

    Raises
    ------
    InputError
        With every mistake in every entry, in both languages. Values are not repeated.
    """
    decisions: dict[tuple[str, int, int], PrivateDecision] = {}
    overlays: dict[int, frozenset[str]] = {}
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        is_overlay = "creator" not in entry
        keys = list(_overlay_mistakes(entry) if is_overlay else _private_mistakes(entry))
        if keys:
            problems += [both("private", key, n=number) for key in keys]
            continue
        group = int(str(entry["group"]), 16)
        listed = entry.get("sha256")
        digests = frozenset(listed if isinstance(listed, list) else [])
        if is_overlay:
            repeated = group in overlays
            overlays[group] = digests
        else:
            creator, vr, vm = str(entry["creator"]), str(entry["vr"]), int(str(entry.get("vm", 1)))
            place = creator, group, int(str(entry["element"]), 16)
            repeated = place in decisions
            if (creator, place[2]) in KNOWN_HOLDERS:
                problems.append(both("private", "entry.known_holder", n=number))
            decisions[place] = PrivateDecision(creator, vr, vm, digests)
        if repeated:
            problems.append(both("private", "entry.repeated", n=number))
    if problems:
        raise InputError(problems)
    return KeptPrivate(decisions, overlays)


def _private_mistakes(entry: Mapping[str, object]) -> Iterator[str]:
    creator, group, element = (entry.get(key) for key in ("creator", "group", "element"))
    vr = str(entry.get("vr"))
    if not isinstance(creator, str) or not CREATOR.fullmatch(creator):
        yield "entry.creator"
    if not _is_hex(group, 4) or not int(str(group), 16) & 1 or not 8 < int(str(group), 16) < 0xFFFF:
        yield "entry.group"
    elif int(str(group), 16) > _PIXEL_GROUP:
        yield "entry.behind_pixels"
    if not _is_hex(element, 2):
        yield "entry.element"
    if vr in NUMBER_VRS:
        vm = entry.get("vm", 1)
        if "sha256" in entry:
            yield "entry.number_with_digest"
        if not isinstance(vm, int) or isinstance(vm, bool) or not 1 <= vm <= MOST_NUMBERS:
            yield "entry.vm"
    elif vr in TEXT_VRS:
        yield from _digest_mistakes(entry)
        if "vm" in entry:
            yield "entry.text_with_vm"
        # the pattern of a text of digits alone would approve every ID of that length
        if any(pattern_digest("0" * n) in _listed(entry) for n in range(LONGEST_TEXT + 1)):
            yield "entry.digits_only"
    else:
        yield "entry.vr"
    yield from _record_mistakes(entry, _RECORD | {"creator", "vr", "vm"})


def _overlay_mistakes(entry: Mapping[str, object]) -> Iterator[str]:
    group = entry.get("group")
    if not _is_hex(group, 4) or int(str(group), 16) not in range(0x6000, 0x6020, 2):
        yield "entry.overlay_group"
    if entry.get("element") != f"{BITMAP:04X}":
        yield "entry.overlay_element"
    yield from _digest_mistakes(entry)
    yield from _record_mistakes(entry, _RECORD)


def _digest_mistakes(entry: Mapping[str, object]) -> Iterator[str]:
    listed = _listed(entry)
    if not listed or not all(isinstance(d, str) and _DIGEST.fullmatch(d) for d in listed):
        yield "entry.sha256"


def _record_mistakes(entry: Mapping[str, object], known: frozenset[str]) -> Iterator[str]:
    """Yield the mistakes in the record of who decided, when and why."""
    if set(entry) - known:
        yield "entry.unknown_key"
    for key in ("decided_by", "reason"):
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            yield f"entry.{key}"
    when = entry.get("date")
    try:
        if not isinstance(when, str) or date.fromisoformat(when).isoformat() != when:
            yield "entry.date"
    except ValueError:
        yield "entry.date"


def _listed(entry: Mapping[str, object]) -> list[object]:
    value = entry.get("sha256")
    return value if isinstance(value, list) else []


def _is_hex(value: object, digits: int) -> bool:
    return isinstance(value, str) and _HEX[digits].fullmatch(value) is not None
