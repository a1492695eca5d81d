"""`bonescint private`: what a person must see before something is kept by a decision."""

import argparse
import json
import struct
import sys
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands.unlisted import Unlisted, raw_level
from bonescint.dicom.vrs import FORMATS
from bonescint.resources import Texts
from bonescint.text.width import without_controls

if TYPE_CHECKING:
    from pydicom import Dataset

_SHOWN = 40
_DECIDED = 'decided_by: "", date: "", reason: ""'


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "private",
        help="list private elements and overlays, or (--values) what the vocabulary does not list, "
        "for a decision to keep one / 残すかどうかの判断のため、プライベート属性とオーバーレイ、"
        "または用語表にない値を一覧にする",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--values",
        action="store_true",
        help="values that the vocabulary does not list, station names / 用語表にない値と装置の名前",
    )
    parser.add_argument("--language", choices=["ja", "en"], default="ja")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List the files and return 0, or 1 if one of them cannot be read."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    from bonescint.dicom.elements import Elements

    text = Texts("private", options.language)
    print(text("may_identify"), file=sys.stderr)
    if not options.values:
        print(text("how_to"), file=sys.stderr)
    unlisted = Unlisted(text)
    unread = 0
    for path in options.files:
        try:
            # no element after the pixels is ever kept
            source = dcmread(path, stop_before_pixels=True)
        except (InvalidDicomError, OSError, EOFError, ValueError, KeyError, NotImplementedError):
            print(text("not_readable", file=path), file=sys.stderr)
            unread += 1
            continue
        level, charset = raw_level(source), Elements(source).charset
        if options.values:
            unlisted.read(source, level, charset)
            continue
        lines = list(_lines(source, level, charset, text))
        print(f"# {path}", *(lines or [f"# {text('nothing')}"]), sep="\n")
    if options.values:
        print(*(list(unlisted.lines()) or [f"# {text('nothing_unlisted')}"]), sep="\n")
    return 1 if unread else 0


def _lines(
    source: "Dataset",
    level: dict[int, tuple[str | None, bytes]],
    charset: tuple[str, ...],
    text: Texts,
) -> Iterator[str]:
    """Yield a comment on each element, and the line of configuration that would keep it."""
    from bonescint.deid.private import KeptPrivate, overlay_bitmap
    from bonescint.text.charset import decode

    read = partial(decode, charset=charset)
    little = source.original_encoding[1] is not False
    for tag, (vr, value) in level.items():
        group, element = tag >> 16, tag & 0xFFFF
        creator, shown = "", ""
        if group & 1 and element >= 0x1000:
            _, holder = level.get(tag & 0xFFFF0000 | element >> 8, (None, b""))
            creator = read(holder).strip(" \0")
            vr = vr or _dictionary_vr(tag, creator)
            decision, shown = _private(tag, vr, value, creator, little, read)
        elif group & 0xFF00 == 0x6000 and element == 0x3000:
            digest = sha256(overlay_bitmap(vr, value, little)).hexdigest()
            decision = f'{{group: "{group:04X}", element: "3000", sha256: [{digest}], {_DECIDED}}}'
            overlays = {group: frozenset([digest])}
            if plane := KeptPrivate(overlays=overlays).overlay(group, level, little):
                rows, columns = (
                    int.from_bytes(plane[group << 16 | at][1], "little") for at in (0x10, 0x11)
                )
                shown = f"{rows} x {columns}"
            else:
                decision = "unfit.overlay"
        else:
            continue
        what = [f"({group:04X},{element:04X})", creator, vr or "--", f"{len(value)} bytes", shown]
        yield "# " + without_controls("  ".join(what), "?")
        yield f"#   {text(decision)}" if decision in text else f"- {decision}"


def _private(
    tag: int, vr: str | None, value: bytes, creator: str, little: bool, read: Callable[[bytes], str]
) -> tuple[str, str]:
    """Return the line that would keep a private element, or why there is none; and its value."""
    from bonescint.deid.keep_private import CREATOR, MOST_NUMBERS
    from bonescint.deid.private import (
        KNOWN_HOLDERS,
        NUMBER_VRS,
        TEXT_VRS,
        PrivateDecision,
        pattern_digest,
        why_not,
    )

    place = f'creator: {json.dumps(creator)}, group: "{tag >> 16:04X}", element: "{tag & 0xFF:02X}"'
    if vr in NUMBER_VRS:
        if form := FORMATS.get(vr):
            size = struct.calcsize(form)
            order = "<" if little else ">"
            words = struct.iter_unpack(order + form, value[: len(value) // size * size])
            values = [f"{n:g}" if isinstance(n, float) else str(n) for (n,) in words]
        else:
            values = read(value).strip(" \0").split("\\")
        shown, vm = " ".join(values), len(values)
        numbers = PrivateDecision(creator, vr, vm, frozenset()).written(vr, value, little, read)
        why = "unfit.number" if numbers is None or vm > MOST_NUMBERS else ""
        rest = f"vm: {vm}"
    elif vr in TEXT_VRS:
        shown = read(value).strip(" \0")
        why = why_not(shown)
        rest = f"sha256: [{pattern_digest(shown)}]"
    else:
        return "unfit.vr", ""
    if not value.strip(b" \0") and vr not in FORMATS:
        why = "unfit.empty"
    elif not CREATOR.fullmatch(creator):
        why = "unfit.creator"
    elif (creator, tag & 0xFF) in KNOWN_HOLDERS:
        why = "unfit.known"
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return why or f"{{{place}, vr: {vr}, {rest}, {_DECIDED}}}", shown


def _dictionary_vr(tag: int, creator: str) -> str | None:
    """Return the VR that pydicom knows for a private element of a file with implicit VR."""
    from pydicom.datadict import private_dictionary_VR

    try:
        return private_dictionary_VR(tag, creator)
    except KeyError:
        return None
