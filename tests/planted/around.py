"""Identifiers between and around the elements: preamble, file meta, padding, delimiters, pixels."""

import struct

import numpy as np

from tests.planted.bytes import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    J2K,
    J2K_LOSSLESS,
    JPEG_BASELINE,
    JPEG_LOSSLESS,
    RLE,
    Syntax,
    delimited,
    element,
)
from tests.planted.codecs import CODECS, with_segment
from tests.planted.corpus import SYNTAXES, Case, Maker
from tests.planted.objects import COLUMNS, ROWS

# optional elements of the file meta
META = (
    (0x00020013, "SH"), (0x00020016, "AE"), (0x00020017, "AE"), (0x00020018, "AE"),
    (0x00020026, "UR"), (0x00020027, "UR"), (0x00020028, "UR"), (0x00020035, "AE"),
    (0x00020036, "AE"), (0x00020037, "UR"), (0x00020038, "UR"), (0x00020099, "LO"),
    (0x00020102, "OB"),
)  # fmt: skip
PLAIN_SYNTAXES = (EXPLICIT, IMPLICIT, BIG)
COMPRESSED = (RLE, JPEG_LOSSLESS, J2K_LOSSLESS)
# what a reader that stumbles may say
STUMBLED = ("damaged", "truncated", "not-dicom")
SURPLUS = ("surplus-bytes",)


def around_places(make: Maker) -> None:
    """Add files with identifiers outside the values of attributes."""
    _file(make)
    _between(make)
    _delimiters(make)
    _native_pixels(make)
    _compressed_pixels(make)
    _lossy_pixels(make)


def _file(make: Maker) -> None:
    for syntax in SYNTAXES:
        case = make.case("preamble and tail", syntax=syntax, charset="utf8")
        text = case.ascii("preamble") + case.text("preamble") + case.ascii("preamble end")
        case.draft.preamble = text.encode().rjust(128)
        make.done(case)
    for syntax in (EXPLICIT, IMPLICIT, BIG, DEFLATED):
        case = make.case("preamble and tail", syntax=syntax, charset="utf8", refusals=SURPLUS)
        case.draft.tail = case.text("bytes behind the data set").encode().ljust(32)
        make.done(case)
    for syntax in PLAIN_SYNTAXES:
        case = make.case("file meta", syntax=syntax)
        for tag, vr in META:
            place = f"file meta ({tag >> 16:04X},{tag & 0xFFFF:04X})"
            case.draft.meta.append((tag, vr, case.ascii(place).encode()))
        for tag in (0x00020003, 0x00020012, 0x00020100):
            text = case.plant(f"file meta UID {tag:08X}", case.mint.number())
            case.draft.meta.append((tag, "UI", f"1.2.3.{text}".encode()))
        make.done(case)
    case = make.case("file meta", syntax=EXPLICIT, refusals=("transfer-syntax", *STUMBLED))
    text = case.ascii("transfer syntax behind a NUL")
    case.draft.meta.append((0x00020010, "UI", f"{EXPLICIT.uid}\0{text}".encode()))
    make.done(case)
    for value in (("ISO_IR 192", "{}"), ("{}",)):
        case = make.case("character set", syntax=EXPLICIT, refusals=("charset", "damaged"))
        text = case.ascii(f"SpecificCharacterSet of {len(value)}")
        case.draft.ds.add_new(0x00080005, "CS", [name.format(text) for name in value])
        make.done(case)


def _between(make: Maker) -> None:
    for turn, syntax in enumerate(PLAIN_SYNTAXES):
        case = make.case("padding", syntax=syntax, charset="utf8")
        draft = case.draft
        # out of order on purpose: a reader that stops here must not lose the rest
        for tag, place in ((0xFFFCFFFC, "at the end"), (0x0020FFFE, "in the middle")):
            data = case.text(f"Data Set Trailing Padding {place}").encode()
            draft.extra.append((tag, element(syntax, 0xFFFCFFFC, "OB", data)))
        make.done(case)
        case = make.case("duplicates", syntax=syntax, charset="utf8", refusals=("damaged",))
        draft = case.draft
        for tag, vr in ((0x00100010, "PN"), (0x00081010, "SH"), (0x00180015, "CS")):
            # the second of two; sorted behind the true one
            draft.add(tag, vr, case.ascii(f"second ({tag >> 16:04X},{tag & 0xFFFF:04X})").encode())
        case.unwant(("StationName",), ("BodyPartExamined",))
        make.done(case)
        case = make.case("group lengths", syntax=syntax, charset="utf8")
        for group in (0x0008, 0x0010, 0x0018, 0x0028, 0x0054):
            data = case.ascii(f"group length {group:04X}").encode()
            case.draft.add(group << 16, "UL", data)
        make.done(case)
        case = make.case("command group", syntax=syntax, charset="utf8", refusals=STUMBLED)
        for number, vr in ((0x0000, "UL"), (0x0600, "AE"), (0x0902, "LO")):
            case.draft.add(number, vr, case.ascii(f"command (0000,{number:04X})").encode())
        make.done(case)
        case = make.case("wrong VRs", "siemens", EXPLICIT, "utf8", ("required-attribute",))
        wrong = (
            (0x00181300, "LO"), (0x00180070, "PN"), (0x00280106, "LO"), (0x00540011, "SH"),
            (0x00101020, "UT"), (0x00185100, "UN"), (0x00080070, "OB"), (0x00540016, "LT"),
        )  # fmt: skip
        for tag, vr in wrong[turn::3]:
            if tag in case.draft.ds:
                case.unwant((case.draft.ds[tag].keyword,))
                del case.draft.ds[tag]
            place = f"({tag >> 16:04X},{tag & 0xFFFF:04X}) as {vr}"
            case.draft.add(tag, vr, case.ascii(place).encode())
        make.done(case)


def _delimiters(make: Maker) -> None:
    """Bytes that a delimiter counts as its own, in sequences that stay and in others."""
    for syntax in PLAIN_SYNTAXES:
        for where in ("item", "sequence", "behind"):
            for tag, keyword in (
                (0x00540012, "EnergyWindowInformationSequence"),
                (0x00400275, ""),
            ):
                case = make.case("delimiters", "siemens", syntax, "utf8", STUMBLED)
                if keyword:
                    del case.draft.ds[tag]
                    case.unwant((keyword,))
                hidden = case.ascii(f"{where} delimiter of ({tag >> 16:04X},{tag & 0xFFFF:04X})")
                item = element(syntax, 0x00540018, "SH", b"Tc99m")
                data = delimited(syntax, tag, item, hidden.encode(), where)
                case.draft.extra.append((tag, data))
                make.done(case)


def _native_pixels(make: Maker) -> None:
    for syntax in PLAIN_SYNTAXES:
        case = make.case("pixels", syntax=syntax, refusals=SURPLUS)
        text = case.ascii("behind the last pixel").encode()
        if not syntax.little:
            text = struct.pack(">4H", *struct.unpack("<4H", text))
        case.draft.ds.PixelData += text + b"\0" * (2048 - len(text))
        make.done(case)
        case = make.case("pixels", syntax=syntax, refusals=("unused-pixel-bits",))
        ds = case.draft.ds
        ds.BitsStored, ds.HighBit = 12, 11
        case.unwant(("BitsStored",), ("HighBit",))
        text = case.ascii("unused bits of the pixels").encode()
        words = np.frombuffer(ds.PixelData, "<u2").copy()
        nibbles = np.frombuffer(text, "u1").repeat(2)
        nibbles[::2] >>= 4
        words[: nibbles.size] |= (nibbles & 15).astype("<u2") << 12
        ds.PixelData = words.tobytes()
        case.image = None
        make.done(case)


def _compressed_pixels(make: Maker) -> None:
    for syntax in COMPRESSED:
        case = make.case("codestreams", syntax=syntax)
        text = case.ascii("behind the codestream").encode()
        case.draft.frame = lambda stream, text=text: stream + text
        make.done(case)
        # pydicom counts fragments; one too many is no image any more
        reasons = ("pixels-undecodable", "pixel-length", *STUMBLED)
        case = make.case("codestreams", syntax=syntax, refusals=reasons)
        case.draft.fragments = [case.ascii("a fragment too many").encode()]
        make.done(case)
        case = make.case("codestreams", syntax=syntax, refusals=reasons)
        case.draft.offsets = case.ascii("basic offset table").encode()
        make.done(case)
        case = make.case("codestreams", syntax=syntax)
        case.draft.offsets = b"".join(
            struct.pack("<I", number) for number in _offsets(case)
        )  # the true table, behind which a text follows
        text = case.ascii("behind the basic offset table").encode()
        case.refusals = frozenset(reasons)
        case.draft.offsets += text
        make.done(case)
        case = make.case("codestreams", syntax=syntax, refusals=(*SURPLUS, *STUMBLED))
        case.draft.delimiter = case.ascii("sequence delimiter of the pixels").encode()
        make.done(case)
        case = make.case("codestreams", syntax=syntax, refusals=SURPLUS)
        case.draft.tail = case.ascii("behind the compressed pixels").encode()
        make.done(case)
    for syntax, markers in (
        (JPEG_LOSSLESS, (0xFE, 0xE0, 0xE1, 0xED, 0xEE)),
        (J2K_LOSSLESS, (0x64,)),
    ):
        for marker in markers:
            case = make.case("codestreams", syntax=syntax)
            _comment(case, marker)
            make.done(case)


def _offsets(case: Case) -> list[int]:
    """Return the true offsets of the frames."""
    draft = case.draft
    value, at, offsets = draft.ds.PixelData, 0, []
    for start in range(0, len(value), ROWS * COLUMNS * 2):
        frame = value[start : start + ROWS * COLUMNS * 2]
        size = len(CODECS[draft.syntax.uid](frame, ROWS, COLUMNS))
        offsets.append(at)
        at += 8 + size + size % 2
    return offsets


def _comment(case: Case, marker: int) -> None:
    text = case.ascii(f"codestream marker {marker:02X}").encode()
    # JPEG 2000: a registration value in front of the text
    body = b"\0\1" + text if marker == 0x64 else text
    case.draft.frame = with_segment(marker, body)


def _lossy_pixels(make: Maker) -> None:
    """Add lossy streams, which are decoded like any other, with what rides along in them."""

    def lossy(syntax: Syntax) -> Case:
        case = make.case("lossy codestreams", "ge", syntax)
        ds = case.draft.ds
        if syntax is JPEG_BASELINE:
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
            case.unwant(("BitsAllocated",), ("BitsStored",), ("HighBit",))
            ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype("u1").tobytes()
        case.image = None
        return case

    for marker in (0xFE, 0xE0, 0xE1, 0xE2, 0xEC, 0xEE, 0xEF, 0xF0, 0xFD, 0x01):
        case = lossy(JPEG_BASELINE)
        _comment(case, marker)
        if marker in (0xF0, 0xFD, 0x01):
            # reserved by the standard: a decoder may stumble
            case.refusals = frozenset(("pixels-undecodable",))
        make.done(case)
    table = lossy(JPEG_BASELINE)
    text = table.ascii("a quantisation table that no component uses").encode()
    body = bytes([3]) + (text * 8)[:64]
    table.draft.frame = with_segment(0xDB, body)
    make.done(table)
    for marker in (0x64, 0x63):
        case = lossy(J2K)
        _comment(case, marker)
        case.refusals = frozenset(("pixels-undecodable",) if marker == 0x63 else ())
        make.done(case)
    for syntax in (JPEG_BASELINE, J2K):
        case = lossy(syntax)
        text = case.ascii("behind the end of the image").encode()
        case.draft.frame = lambda stream, text=text: stream + text
        make.done(case)
        case = lossy(syntax)
        case.refusals = frozenset(("pixels-undecodable", "pixel-length", *STUMBLED))
        case.draft.fragments = [case.ascii("a second fragment").encode()]
        make.done(case)
        case = lossy(syntax)
        case.refusals = frozenset(("pixels-undecodable", "pixel-length", *STUMBLED))
        case.draft.offsets = case.ascii("basic offset table").encode()
        make.done(case)
        case = lossy(syntax)
        case.refusals = frozenset(SURPLUS)
        case.draft.tail = case.ascii("behind the compressed pixels").encode()
        make.done(case)
        case = lossy(syntax)
        case.draft.delimiter = case.ascii("sequence delimiter of the pixels").encode()
        case.refusals = frozenset((*SURPLUS, *STUMBLED))
        make.done(case)
