"""Decisions of a file, compared with the list of items and merged into those on record."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bonescint.commands.decision_files import DecisionsFile, Typed
from bonescint.deid.decisions import (
    BLANK,
    CODED,
    COLUMNS,
    IMAGE,
    NOT_STATED,
    RECTANGLES,
    REDACT,
    Decision,
    Standing,
    decision_words,
    parse_decision,
    person,
    read_decisions,
    standings,
)
from bonescint.deid.rectangles import outside, parse_rectangles
from bonescint.errors import InputError
from bonescint.files import BOM, read_rows, replacing
from bonescint.resources import Texts
from bonescint.text.csvfile import typed_rows

DECISIONS = Path("private/review/decisions.tsv")
ITEMS = Path("private/review/items.csv")
_MOST_TOLD = 20  # faults, or items, of one message
_SHORT = 12  # characters of a hash that tell it from others
_NOT_STATED_FOR = "findings"  # only blank findings may be delivered as not stated
_KEPT_BY_CONFIGURATION = frozenset({"private", "overlay"})
ItemRow = Mapping[str, str]
ImageShape = tuple[int, int, int]


class Merged(NamedTuple):
    """What became of the decisions of a file."""

    added: int  # how many are new
    known: int  # how many were on record already
    # the new decision, and the earlier ones of the same person that it replaces
    changed: list[tuple[Decision, tuple[Decision, ...]]]


def read_items(text: Texts) -> tuple[list[ItemRow], str]:
    """Return the rows of private/review/items.csv and the hash of its bytes.

    Raises
    ------
    InputError
        If it has not been made.
    """
    if not ITEMS.is_file():
        raise InputError(text("no_items", file=ITEMS))
    return list(read_rows(ITEMS)), hashlib.sha256(ITEMS.read_bytes()).hexdigest()


def choices_of(row: ItemRow) -> tuple[str, ...]:
    """Return the words that may be decided of an item; none where the configuration decides."""
    if row["kind"] in _KEPT_BY_CONFIGURATION:
        return ()
    words = tuple(decision_words(row["item"]))
    if row["item"] in (IMAGE, CODED):
        words = tuple(word for word in words if word != REDACT)
        # one of the files that share a UID must be chosen before anything is redacted
        return words if row["kind"] == "conflict" else (*words, REDACT)
    if row["item"].startswith(BLANK) and row["detail"] != _NOT_STATED_FOR:
        return tuple(word for word in words if word != NOT_STATED)
    return words


def checked(
    file: DecisionsFile,
    items: Iterable[ItemRow],
    items_sha256: str,
    study: str,
    shape_of: Callable[[ItemRow], ImageShape | None],
    text: Texts,
) -> list[Decision]:
    """Return the decisions of a file; each of them is about an item of the list.

    `shape_of` returns frames, columns and rows of an item's image; None if that cannot be read.

    Raises
    ------
    InputError
        If any of them cannot be taken; then none is taken.
    """
    if file.study != study:
        raise InputError(text("other_study", study=study))
    by_name = _by_name(items)
    gone = [one for one in file.rows if _place_of(one) not in by_name]
    if gone:
        # an item of an older list has changed since; an item of this list cannot be missing
        key = "not_listed" if file.items_sha256 == items_sha256 else "changed_since"
        raise InputError([text(key, n=len(gone)), *_told(map(_named, gone), text)])
    problems: list[str] = []
    found: dict[tuple[str, str], Decision] = {}
    for one in file.rows:
        row = by_name[_place_of(one)]
        decision = _decided(one, row, file)
        if one.decision not in choices_of(row) or decision is None:
            allowed = ", ".join(choices_of(row)) or text("none")
            key = "bad_rectangles" if one.decision == REDACT in choices_of(row) else "bad_decision"
            problems.append(text(key, what=_named(one), allowed=allowed))
            continue
        shape = shape_of(row) if decision.rectangles else None
        if shape and outside(parse_rectangles(decision.rectangles), *shape):
            frames, columns, rows = shape
            said = {"frames": frames, "columns": columns, "rows": rows}
            problems.append(text("outside", what=_named(one), **said))
        before = found.setdefault((decision.item, decision.sha256), decision)
        if before.outcome != decision.outcome:
            problems.append(text("twice", what=_named(one)))
    if problems:
        raise InputError([text("nothing_taken"), *_told(problems, text)])
    return list(found.values())


def _by_name(items: Iterable[ItemRow]) -> dict[tuple[str, str], ItemRow]:
    """Return item and hash -> row; ``redact`` names an image by its source as well."""
    rows = list(items)
    found = {
        (REDACT, digest): row
        for row in rows
        if row["item"] in (IMAGE, CODED)
        for digest in (row["sha256"], row["source_sha256"])
        if digest
    }
    return found | {(row["item"], row["sha256"]): row for row in rows}


def _place_of(one: Typed) -> tuple[str, str]:
    is_image = one.item in (IMAGE, CODED)
    return (REDACT if is_image and one.decision == REDACT else one.item), one.sha256.lower()


def _decided(one: Typed, row: ItemRow, file: DecisionsFile) -> Decision | None:
    item, digest = one.item, one.sha256
    if one.decision == REDACT and item in (IMAGE, CODED):
        # rectangles belong to the source file, whichever file the page shows
        item, digest = IMAGE, row["source_sha256"] or row["sha256"]
    values = (item, digest, one.decision, file.reviewer, file.saved, one.rectangles)
    return parse_decision(dict(zip((*COLUMNS, RECTANGLES), values, strict=True)))


def _named(one: Typed) -> str:
    # item and hash only, and shortened: nothing else that somebody typed into a cell is repeated
    kind, _, code = one.item.partition(":")
    item = f"{kind[:_MOST_TOLD]}:{code[:_MOST_TOLD]}" if code else kind[:_MOST_TOLD]
    return f"{one.place}: {item} {one.sha256[:_SHORT]}…"


def _told(lines: Iterable[str], text: Texts) -> Iterator[str]:
    told = list(lines)
    yield from told[:_MOST_TOLD]
    if len(told) > _MOST_TOLD:
        yield text("more", n=len(told) - _MOST_TOLD)


def withdrawn(
    decisions: Iterable[Decision], items: Iterable[ItemRow]
) -> dict[tuple[str, str, str], Decision]:
    """Return the rectangles that a decision on the whole image takes back, by source and person.

    Rectangles stay if the image has already been redacted with them.
    """
    sources = {
        (row["item"], row["sha256"]): row["source_sha256"]
        for row in items
        if row["item"] == CODED and "redacted" not in row["reason"].split("+")
    }
    drawn = {_whose(one) for one in decisions if one.decision == REDACT}
    found = {
        (IMAGE, sources[one.item, one.sha256], person(one.reviewer)): one
        for one in decisions
        if (one.item, one.sha256) in sources
    }
    return {key: one for key, one in found.items() if key not in drawn}


def merge(decisions: Iterable[Decision], gone: Mapping[tuple[str, str, str], Decision]) -> Merged:
    """Write decisions into the table of those on record, which is replaced as a whole.

    An earlier decision of the same person about the same content is removed, and so is what `gone`
    takes back (`withdrawn`); all else stays. The table may not exist yet.

    Raises
    ------
    InputError
        If the table on record cannot be read; it stays as it is.
    """
    rows: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    if DECISIONS.exists():
        # each row is a decision, and is written back as it was typed
        on_record = read_decisions(DECISIONS), typed_rows(DECISIONS, COLUMNS)
        for decision, (_, row) in zip(*on_record, strict=True):
            rows[_whose(decision)].append(row)
    added = known = 0
    changed = []
    for one in decisions:
        earlier = tuple(filter(None, map(parse_decision, rows[_whose(one)])))
        if earlier and {old.outcome for old in earlier} == {one.outcome}:
            known += 1
            continue
        added += not earlier
        if earlier:
            changed.append((one, earlier))
        rows[_whose(one)] = [dict(zip((*COLUMNS, RECTANGLES), one, strict=True))]
    for whose, one in gone.items():
        earlier = tuple(filter(None, map(parse_decision, rows[whose])))
        if any(old.decision == REDACT for old in earlier):
            changed.append((one, earlier))
            del rows[whose]
    if added or changed:
        _write([row for its in rows.values() for row in its])
    return Merged(added, known, changed)


def _whose(one: Decision) -> tuple[str, str, str]:
    return one.item, one.sha256, person(one.reviewer)


def _write(rows: list[dict[str, str]]) -> None:
    known = (*COLUMNS, RECTANGLES)
    # columns that the hospital added are kept
    others = sorted({key for row in rows for key in row if key and key not in known})
    rows.sort(key=lambda row: [row.get(key) or "" for key in known])
    with replacing(DECISIONS, private=True) as stream:
        stream.write(BOM)
        table = csv.DictWriter(
            stream, [*known, *others], "", "ignore", delimiter="\t", lineterminator="\n"
        )
        table.writeheader()
        table.writerows(rows)


def standing_lines(items: Iterable[ItemRow], reviewers: int, text: Texts) -> Iterator[str]:
    """Yield what is decided, what waits and for whom, and where persons do not agree."""
    found = standings(read_decisions(DECISIONS) if DECISIONS.exists() else [], reviewers)
    by_name = {(one.item, one.sha256): one for one in found}
    seen: set[tuple[str, str]] = set()
    counts: Counter[str] = Counter()
    listed: dict[str, list[str]] = {"disagreed": [], "waits": []}
    for row in items:
        if row["kind"] in _KEPT_BY_CONFIGURATION:
            continue
        own, source = (row["item"], row["sha256"]), (IMAGE, row["source_sha256"])
        seen |= {own, source}
        of_both = [by_name[name] for name in (own, source) if name in by_name]
        # rectangles concern the source, a release the coded file: show a disagreement on either
        of_both.sort(key=lambda one: one.state != "disagreed")
        standing = of_both[0] if of_both else None
        state = standing.state if standing else "undecided"
        if standing and row["kind"] == "image" and own not in by_name and state == "decided":
            state = "undecided"  # the redacted image has still to be looked at
        counts[state] += 1
        if standing and state in listed:
            label = "" if row["kind"] == "doubt" else row["label"]
            listed[state].append(_standing(standing, label))
    yield text("status", n=counts.total(), reviewers=reviewers)
    for state in ("decided", "waits", "disagreed", "undecided"):
        yield text(f"status.{state}", n=counts[state])
        yield from (f"    {line}" for line in _told(listed.get(state, []), text))
    if elsewhere := by_name.keys() - seen:
        yield text("status.elsewhere", n=len(elsewhere))


def _standing(standing: Standing, label: str) -> str:
    said = ", ".join(
        f"{one.reviewer}: {one.decision}" + (f" {one.rectangles}" if one.rectangles else "")
        for one in standing.decisions
    )
    return f"{standing.item} {standing.sha256[:_SHORT]}… {label}".rstrip() + f" ({said})"
