"""Identifiers in private groups, odd and repeating groups, icons, overlays and curves."""

from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.planted.bytes import BIG, EXPLICIT, IMPLICIT, Syntax, element, sequence
from tests.planted.corpus import Case, Maker

# known holders of identifiers: creator, group, element, VR
VENDORS = (
    ("GEMS_GENIE_1", 0x0009, 0x40, "LO"), ("GEMS_GENIE_1", 0x0009, 0x42, "LO"),
    ("GEMS_GENIE_1", 0x0009, 0x12, "LO"), ("GEMS_GENIE_1", 0x0011, 0x14, "LO"),
    ("GEMS_GENIE_1", 0x0013, 0x1F, "LO"), ("GEMS_GENIE_1", 0x0033, 0x08, "LO"),
    ("GEMS_XELPRV_01", 0x0033, 0x10, "LO"), ("GEMS_XELPRV_01", 0x0033, 0x16, "SH"),
    ("GEMS_XELPRV_01", 0x0033, 0x19, "LO"), ("GEMS_XELPRV_01", 0x0033, 0x6F, "LO"),
    ("TOSHIBA_MEC_OT3", 0x7019, 0x73, "LO"), ("TOSHIBA_MEC_OT3", 0x7019, 0x85, "LO"),
    ("TOSHIBA_MEC_OT3", 0x0009, 0x00, "LO"), ("TOSHIBA_MEC_OT3", 0x0011, 0x01, "SH"),
    ("SIEMENS MED NM", 0x0031, 0x01, "LO"), ("SIEMENS MED NM", 0x0041, 0x40, "LT"),
    ("SIEMENS MED NM", 0x0041, 0x01, "OB"), ("SIEMENS MED NM", 0x0055, 0x04, "LO"),
    ("SIEMENS MED NM", 0x0057, 0x01, "LO"), ("SIEMENS MED NM", 0x0033, 0x24, "UN"),
    ("ELSCINT1", 0x0003, 0x01, "OW"), ("ADAC_IMG", 0x0019, 0x02, "LO"),
    ("HERMES NM", 0x0021, 0x01, "UT"), ("SPI", 0x0009, 0x10, "LO"),
)  # fmt: skip
# groups the standard forbids or that stand behind the pixels
ODD_GROUPS = (0x0003, 0x0005, 0x0007, 0x0001, 0x0009, 0x0015, 0x2001, 0x5533, 0x6001, 0x7053,
              0x7FDF, 0x7FE1, 0x7FE3, 0xFFFF)  # fmt: skip
SYNTAXES = (EXPLICIT, IMPLICIT, BIG)
# repeating groups: elements that hold text, and their VRs
OVERLAY = ((0x0022, "LO"), (0x1500, "LO"), (0x4000, "LT"), (0x0060, "CS"), (0x0066, "AT"))
CURVE = ((0x0022, "LO"), (0x0020, "CS"), (0x0030, "SH"), (0x0040, "SH"), (0x2500, "LO"),
         (0x2610, "US"))  # fmt: skip


def private_places(make: Maker) -> None:
    """Add files with identifiers in groups that no list keeps."""
    _vendors(make)
    _groups(make)
    _repeating(make)
    _icons(make)


def _vendors(make: Maker) -> None:
    for start in range(0, len(VENDORS), 4):
        case = make.case("private")
        ds = case.draft.ds
        for creator, group, offset, vr in VENDORS[start : start + 4]:
            block = ds.private_block(group, creator, create=True)
            place = f"{creator} ({group:04X},xx{offset:02X}) {vr}"
            binary = vr in ("OB", "OW", "UN")
            block.add_new(offset, vr, case.ascii(place).encode() if binary else case.text(place))
        make.done(case)
    for _ in range(4):
        case = make.case("private")
        ds = case.draft.ds
        # the creator's own words; a sequence; the patient's elements inside it; UN that is one
        block = ds.private_block(0x0019, case.ascii("private creator"), create=True)
        inner = Dataset()
        inner.PatientName, inner.PatientID = case.text("private sequence PN"), case.text("ID")
        nested = inner.private_block(0x0021, case.ascii("creator in private item"), create=True)
        nested.add_new(0x01, "LO", case.text("element in private item"))
        nested.add_new(0x02, "UN", case.ascii("UN in private item").encode())
        block.add_new(0x10, "SQ", Sequence([inner]))
        block.add_new(0x11, "UI", f"1.2.{case.plant('private UID', case.mint.number())}")
        block.add_new(0x12, "DA", case.plant("private date", case.mint.day()))
        block.add_new(0x13, "DS", case.plant("private number", case.mint.number()))
        make.done(case)


def _groups(make: Maker) -> None:
    for turn, group in enumerate(ODD_GROUPS):
        # pydicom may not get past the lowest and the highest of them
        reasons = ("damaged", "truncated") if group in (0x0001, 0xFFFF) else ()
        case = make.case("odd groups", syntax=SYNTAXES[turn % 3], charset="utf8", refusals=reasons)
        where = f"group {group:04X}"
        case.draft.add(group << 16 | 0x10, "LO", case.ascii(f"{where} creator").encode())
        case.draft.add(group << 16 | 0x1001, "LO", case.text(f"{where} element").encode())
        # an element of a block that nobody reserved
        case.draft.add(group << 16 | 0x2201, "LO", case.text(f"{where} no creator").encode())
        case.draft.add(group << 16 | 0x1002, "UN", case.text(f"{where} UN").encode())
        make.done(case)
    for syntax in SYNTAXES:
        # a sequence written as UN: implicit inside, whatever is outside
        case = make.case("odd groups", syntax=syntax, charset="utf8")
        inner = Syntax("", implicit=True, little=syntax.little)
        item = element(inner, 0x00100010, "PN", case.text("PN in a UN sequence").encode())
        for tag in (0x00400275, 0x00081032, 0x00191010):
            body = sequence(inner, tag, [item])[8:]
            case.draft.add(tag, "UN", body)
        for tag in (0x00104000, 0x00204000, 0x00181030, 0x00081080):
            text = case.text(f"UN ({tag >> 16:04X},{tag & 0xFFFF:04X})").encode()
            case.draft.add(tag, "UN", text)
        make.done(case)


def _repeating(make: Maker) -> None:
    for turn, group in enumerate((0x6000, 0x6002, 0x601E, 0x60FE)):
        case = make.case("overlays", syntax=SYNTAXES[turn % 3], charset="utf8")
        for number, vr in OVERLAY:
            _add(case, group, number, vr)
        case.draft.add(group << 16 | 0x0010, "US", case.draft.syntax.numbers("H", 8))
        case.draft.add(group << 16 | 0x0011, "US", case.draft.syntax.numbers("H", 8))
        case.draft.add(group << 16 | 0x3000, "OW", case.ascii(f"{group:04X} data").encode())
        make.done(case)
    for turn, group in enumerate((0x5000, 0x5002, 0x501E)):
        case = make.case("curves", syntax=SYNTAXES[turn % 3], charset="utf8")
        for number, vr in CURVE:
            _add(case, group, number, vr)
        case.draft.add(group << 16 | 0x200C, "OW", case.ascii(f"{group:04X} audio").encode())
        case.draft.add(group << 16 | 0x3000, "OW", case.ascii(f"{group:04X} data").encode())
        make.done(case)


def _add(case: Case, group: int, number: int, vr: str) -> None:
    text = case.text(f"({group:04X},{number:04X}) {vr}", ascii_only=vr != "LO").encode()
    case.draft.add(group << 16 | number, vr, text)


def _icons(make: Maker) -> None:
    for kind in ("siemens", "ge"):
        case = make.case("icons", kind)
        icon = Dataset()
        icon.Rows, icon.Columns, icon.BitsAllocated, icon.BitsStored = 3, 3, 8, 8
        icon.HighBit, icon.PixelRepresentation, icon.SamplesPerPixel = 7, 0, 1
        icon.PhotometricInterpretation = "PALETTE COLOR"
        for keyword in ("Red", "Green", "Blue"):
            place = f"icon {keyword} lookup table"
            table = f"{keyword}PaletteColorLookupTable"
            setattr(icon, f"{table}Descriptor", [4, 0, 16])
            setattr(icon, f"{table}Data", case.ascii(place).encode())
        icon.PixelData = case.ascii("icon pixels").encode() + b" "
        icon["PixelData"].VR = "OB"
        case.draft.ds.IconImageSequence = Sequence([icon])
        block = case.draft.ds.private_block(0x0009, "GEIIS", create=True)
        block.add_new(0x10, "SQ", Sequence([icon]))
        make.done(case)
