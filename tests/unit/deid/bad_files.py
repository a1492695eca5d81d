"""Damaged, lying and hostile files, each with what may become of it."""

import struct

from pydicom.encaps import generate_frames
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from tests.unit.deid.encoded import (
    BIG,
    BODY,
    FRAMES,
    GOOD,
    IMAGES,
    IMPLICIT,
    ITEM_END,
    PARTS,
    PIXELS,
    ROWS,
    SEQUENCE_END,
    STATION,
    TRACERS,
    UNDEFINED,
    ambiguous_words,
    body_of,
    changed,
    compressed,
    deflated,
    element,
    implicit,
    item,
    j2k_without_progress,
    meta,
    nested,
    rle,
    undefined,
)
from tests.unit.deid.samples import NM, as_file, counts, siemens

OK = {"accepted"}
# name -> file, permitted outcomes
CASES: dict[str, tuple[bytes, set[str]]] = {
    "nothing": (b"", {"not-dicom", "truncated"}),
    "text": ("患者の一覧\n".encode() * 99, {"not-dicom"}),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(999), {"not-dicom"}),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" * 50, {"not-dicom"}),
    "zip": (b"PK\3\4\x14\0\0\0\x08\0" + bytes(range(256)) * 4, {"not-dicom"}),
    "preamble only": (GOOD[:128], {"not-dicom", "truncated"}),
    "DICM only": (GOOD[:132], {"truncated", "damaged"}),
    "meta only": (meta(), {"truncated", "damaged"}),
    "DICOMDIR": (
        meta().replace(NM.encode() + b"\0", b"1.2.840.10008.1.3.10".ljust(len(NM) + 1, b"\0"))
        + element(0x00041220, "SQ", b""),
        {"dicomdir", "sop-class"},
    ),
    # around the data set
    "prefix but no preamble": (GOOD[128:], OK | {"not-dicom"}),
    "meta but no prefix": (GOOD[132:], OK | {"not-dicom"}),
    "explicit data set alone": (BODY, OK),
    "implicit data set alone": (body_of(IMPLICIT), OK),
    "big endian data set alone": (body_of(BIG), OK),
    "no transfer syntax, explicit": (meta("") + BODY, OK),
    "no transfer syntax, implicit": (meta("") + body_of(IMPLICIT), OK),
    "no transfer syntax, big endian": (meta("") + body_of(BIG), OK),
    "no group length": (GOOD[:132] + GOOD[144:], OK),
    **{
        f"group length {n:#x}": (GOOD[:140] + n.to_bytes(4, "little") + GOOD[144:], OK)
        for n in (0, 30, 999, 0xFFFFFFF0)
    },
    "says explicit, is implicit": (meta() + body_of(IMPLICIT), OK),
    "says implicit, is explicit": (meta(ImplicitVRLittleEndian) + BODY, OK),
    "says little, is big": (meta() + body_of(BIG), OK),
    "says big, is little": (meta(ExplicitVRBigEndian) + BODY, OK),
    "says deflated, is not": (meta(DeflatedExplicitVRLittleEndian) + BODY, OK),
    "is deflated, says not": (meta() + deflated(BODY), OK | {"damaged"}),
    **{
        f"says compressed, is not: {syntax.keyword}": (meta(syntax) + BODY, {"pixels-undecodable"})
        for syntax in (JPEGBaseline8Bit, JPEGLosslessSV1, JPEG2000, RLELossless)
    },
    **{
        f"transfer syntax {syntax}": (meta(syntax) + BODY, {"transfer-syntax"})
        for syntax in ("1.2.3.4", "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.1.98")
    },
    "deflated, bytes behind": (
        meta(DeflatedExplicitVRLittleEndian) + deflated(BODY) + b"YAMADA HANAKO",
        {"surplus-bytes"},
    ),
    "deflated, pad byte behind": (
        meta(DeflatedExplicitVRLittleEndian) + deflated(BODY) + b"\0", OK,
    ),
    "deflated, damaged": (
        meta(DeflatedExplicitVRLittleEndian) + deflated(BODY)[:200] + b"\xff" * 99, {"damaged"},
    ),
    "deflated, empty": (meta(DeflatedExplicitVRLittleEndian), {"truncated", "damaged"}),
    "bytes and padding behind": (
        GOOD + element(0xFFFCFFFC, "OB", b"YAMADA  ") + b"YAMADA", {"surplus-bytes"},
    ),
    # order and number of elements
    "elements reversed": (meta() + b"".join(reversed(PARTS.values())), OK | {"damaged"}),
    "pixels first": (
        meta() + PARTS[PIXELS] + b"".join(v for k, v in PARTS.items() if k != PIXELS),
        OK | {"damaged"},
    ),
    "two neighbours swapped": (
        meta() + BODY.replace(
            PARTS[ROWS] + PARTS[0x00280011], PARTS[0x00280011] + PARTS[ROWS]
        ), OK | {"damaged"},
    ),
    "rows twice": (
        changed(PARTS[ROWS] + element(ROWS, "US", b"\x10\0")), {"damaged", "pixel-length"},
    ),
    "pixels twice": (GOOD + PARTS[PIXELS], OK | {"damaged"}),
    "command group": (meta() + implicit(0, b"\4\0\0\0") + BODY, OK | {"damaged"}),
    "item delimiter at the top": (changed(element(0x00081031, "LO", b"x ") + ITEM_END),
                                  OK | {"damaged"}),
    # VR
    "lower-case VR": (changed(element(ROWS, b"us", b"\x20\0")), OK | {"damaged"}),
    "VR of two NULs": (changed(implicit(ROWS, b"\x20\0")), OK | {"damaged"}),
    **{
        f"rows in {vr}": (
            changed(element(ROWS, vr, value)), OK | {"required-attribute", "pixel-format"},
        )
        for vr, value in {
            "UN": b"\x20\0", "OB": b"\x20\0", "LO": b"32", "UL": b"\x20\0\0\0", "SQ": item(b""),
            "FD": struct.pack("<d", float("nan")),
        }.items()
    },
    "odd value length": (changed(element(STATION, "SH", b"NM-ROOM2 ")), OK),
    # image description
    **{
        f"rows of {len(value)} bytes {value.hex()}": (
            changed(element(ROWS, "US", value)), {"pixel-format", "required-attribute"},
        )
        for value in (b"", b"\x20", b"\x20\0\0", b"\x20\0\x20\0", b"\0\0")
    },
    **{
        f"frames {value[:12].decode()}, {len(value)} bytes": (
            changed(element(FRAMES, "IS", value)),
            {"pixel-format", "required-attribute", "pixel-length", "beyond-limits"},
        )
        for value in (
            b"abc ", b"0 ", b"-1", b"-2", b"1.5 ", b"inf ", b"nan ", b"", b"2\\2 ", b"2e0 ",
            b"999999999999", b"9" * 400, "２ ".encode(),
        )
    },
    "frames missing": (
        changed(without=(FRAMES,)), {"pixel-format", "required-attribute", "pixel-length"},
    ),
    **{
        f"bits allocated {n}": (
            changed(element(0x00280100, "US", struct.pack("<H", n))),
            {"pixel-format", "pixel-length"},
        )
        for n in (0, 1, 7, 8, 12, 24, 32, 64, 0xFFFF)
    },
    **{
        f"bits stored {vr} {value.hex()}": (
            changed(element(0x00280101, vr, value)),
            {"pixel-format", "unused-pixel-bits", "required-attribute"},
        )
        for vr, value in (
            ("US", b"\0\0"), ("US", b"\1\0"), ("US", b"\x11\0"), ("US", b"\x0c\0\x0c\0"),
            ("US", b"\x0c\0\x0c"), ("LO", b"abc "),
        )
    },
    **{
        f"high bit {n}": (
            changed(element(0x00280101, "US", b"\x0c\0"),
                    element(0x00280102, "US", struct.pack("<H", n))),
            {"pixel-format", "unused-pixel-bits", "required-attribute"},
        )
        for n in (0, 15, 16, 64, 0xFFFF)
    },
    "samples of three bytes": (
        changed(element(0x00280002, "US", b"\1\0\0")), OK | {"required-attribute", "pixel-format"},
    ),
    "pixel representation in LO": (
        changed(element(0x00280103, "LO", b"x ")), {"required-attribute", "pixel-format"},
    ),
    "image type a number": (
        changed(element(0x00080008, "US", b"\1\0")), {"required-attribute", "pixel-format"},
    ),
    **{
        f"burned in: {value.decode()}": (
            changed(element(0x00280301, "CS", value)), {"burned-in-suspected"},
        )
        for value in (b"YES ", b"yes ", b" YES", b"YES\\NO")
    },
    # pixels
    "no pixels": (changed(without=(PIXELS,)), {"no-pixel-data"}),
    "pixels in an item only": (
        changed(element(0x00880200, "SQ", item(PARTS[PIXELS])), without=(PIXELS,)),
        {"no-pixel-data"},
    ),
    "pixels in an item without length only": (
        changed(element(0x00880200, "SQ", item(PARTS[PIXELS] + ITEM_END, UNDEFINED)
                        + SEQUENCE_END, UNDEFINED), without=(PIXELS,)),
        {"no-pixel-data"},
    ),
    "float pixels": (
        changed(element(0x7FE00008, "OF", bytes(4096)), without=(PIXELS,)), {"no-pixel-data"},
    ),
    "double pixels": (
        changed(element(0x7FE00009, "OD", bytes(8192)), without=(PIXELS,)), {"no-pixel-data"},
    ),
    **{
        f"pixels in {vr}": (
            changed(element(PIXELS, vr, counts().tobytes())), OK | {"pixel-format"},
        )
        for vr in ("OB", "OW", "OF", "UN")
    },
    "native pixels in fragments": (
        changed(element(PIXELS, "OB", item(b"") + item(counts().tobytes()) + SEQUENCE_END,
                        UNDEFINED)),
        OK | {"pixel-length", "pixel-format", "transfer-syntax", "damaged"},
    ),
    "pixels without end": (
        changed(element(PIXELS, "OW", counts().tobytes(), UNDEFINED)),
        {"truncated", "damaged", "pixel-length"},
    ),
    "pixels of 4 GB": (
        changed(element(PIXELS, "OW", counts().tobytes()[:-2], 0xFFFFFFFE)),
        {"pixel-length", "truncated"},
    ),
    # lengths and sequences
    "text of 4 GB": (
        changed(element(0x00081030, "UT", b"abcd", 0xFFFFFFFE)), {"truncated", "damaged"},
    ),
    "private UN without length": (
        changed(element(0x00990010, "LO", b"ACME"),
                element(0x00991001, "UN", item(implicit(0x00100010, b"YAMADA") + ITEM_END,
                                               UNDEFINED) + SEQUENCE_END, UNDEFINED)), OK,
    ),
    **{
        name: (changed(element(TRACERS, "SQ", value, length)), outcomes)
        for name, value, length, outcomes in (
            ("sequence of 3 bytes", b"abc", None, OK | {"damaged"}),
            ("half an item header", item(b"")[:7], None, OK | {"damaged"}),
            ("item longer than its sequence", item(b"", 100), None, OK | {"damaged"}),
            ("element longer than its item",
             item(element(0x00180031, "LO", b"MDP ", 60)), None, OK | {"damaged"}),
            ("element in the stead of an item", element(0x00180031, "LO", b"MDP "), None,
             OK | {"damaged"}),
            ("item without end", item(b"", UNDEFINED) + SEQUENCE_END, UNDEFINED,
             {"damaged", "truncated"}),
            ("sequence without end", item(ITEM_END, UNDEFINED), UNDEFINED,
             {"damaged", "truncated"}),
            ("item without length in a sequence with one",
             item(element(0x00180031, "LO", b"MDP ") + ITEM_END, UNDEFINED), None,
             OK | {"damaged"}),
        )
    },
    "sequences without lengths": (as_file(undefined(siemens())), OK),
    "sequences without lengths, implicit": (
        as_file(undefined(siemens()), ImplicitVRLittleEndian), OK,
    ),
    "nested 24 deep": (changed(nested(24)), OK),
    "nested 24 deep, lengths": (changed(nested(24, defined=True)), OK),
    "nested 2,000 deep": (changed(nested(2000)), {"beyond-limits"}),
    "nested 2,000 deep, lengths": (changed(nested(2000, 0x00101002, True)), OK | {"damaged"}),
    "nested 2,000 deep, private": (
        changed(element(0x00990010, "LO", b"ACME"), nested(2000, 0x00991001)), {"beyond-limits"},
    ),
    "10,000 items": (
        changed(element(IMAGES, "SQ", 10_000 * item(
            element(0x00081150, "UI", NM.encode()) + element(0x00081155, "UI", b"1.2.3.4.")))), OK,
    ),
    # over-long values
    "ID of 60,000 digits": (changed(element(0x00100020, "LO", b"7" * 60_000)), OK),
    "name of 7,000 words": (
        changed(element(0x00100010, "PN", b" ".join(b"Wor%04d" % n for n in range(7000)))), OK,
    ),
    "ambiguous words": (ambiguous_words(), OK),
    # character sets
    **{
        f"character set {name[:12]!r}": (changed(element(0x00080005, "CS", name)), OK)
        for name in (b"", b"KLINGON ", b"ISO_IR 192\\ISO 2022 IR 87", b"\xff\xfe\x80\x81",
                     b"\\".join([b"ISO 2022 IR 87"] * 999))
    },
    # compressed
    "RLE": (as_file(rle(), RLELossless), OK),
    "RLE, cut": (
        as_file(rle(), RLELossless)[:-200], {"pixels-undecodable", "truncated", "damaged"},
    ),
    "RLE, one frame of two": (
        compressed(
            rle(), RLELossless, [next(generate_frames(rle().PixelData, number_of_frames=2))]
        ),
        {"pixels-undecodable", "pixel-length"},
    ),
    "RLE, offsets beyond the end": (
        compressed(rle(), RLELossless, [struct.pack("<16I", 2, 9999, *[9999] * 14)] * 2),
        {"pixels-undecodable"},
    ),
    "JPEG 2000, tile that ends before its data": (j2k_without_progress(), {"pixels-undecodable"}),
}  # fmt: skip
