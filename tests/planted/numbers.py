"""Identifiers in numbers: numeric strings, ages and dates, arrays whose bytes spell text."""

from pydicom import DataElement

from tests.planted.bytes import BIG, EXPLICIT, IMPLICIT, element, sequence
from tests.planted.corpus import Case, Maker
from tests.planted.objects import Path

_WINDOW = ("EnergyWindowInformationSequence", 0, "EnergyWindowRangeSequence", 0)
# numeric strings that stay, where the corpus's objects have them
STRINGS: tuple[Path, ...] = (
    ("PatientSize",), ("PatientWeight",), ("CountsAccumulated",), ("CountRate",),
    ("TableHeight",), ("TableTraverse",), ("ActualFrameDuration",), ("ScanVelocity",),
    ("ScanLength",), ("SeriesNumber",), ("AcquisitionNumber",), ("InstanceNumber",),
    ("ImagesInAcquisition",), ("WindowCenter",), ("WindowWidth",), ("SliceLocation",),
    ("SpatialResolution",), ("RescaleSlope",), ("RescaleIntercept",),
    ("LossyImageCompressionRatio",), ("PixelSpacing",),
    (*_WINDOW, "EnergyWindowLowerLimit"),
    ("RadiopharmaceuticalInformationSequence", 0, "RadionuclideTotalDose"),
    ("RadiopharmaceuticalInformationSequence", 0, "RadiopharmaceuticalVolume"),
    ("DetectorInformationSequence", 0, "RadialPosition"),
    ("DetectorInformationSequence", 0, "StartAngle"),
    ("DetectorInformationSequence", 0, "FocalDistance"),
    ("DetectorInformationSequence", 0, "ZoomCenter"),
)  # fmt: skip
# the patient's own numbers in disguise, tried in turn
_OWN = (
    ("ID", lambda case: case.patient.patient_id),
    ("ID without zeros", lambda case: case.patient.patient_id.lstrip("0")),
    ("ID with a sign", lambda case: "+" + case.patient.patient_id.lstrip("0")),
    ("birth date", lambda case: case.patient.birth),
    ("accession number", lambda case: case.patient.accession),
    ("telephone", lambda case: case.patient.telephone.replace("-", "")),
    ("ID with a decimal point", lambda case: case.patient.patient_id.lstrip("0") + ".0"),
    ("ID with an exponent", lambda case: case.patient.patient_id.lstrip("0") + "E0"),
    ("negative ID", lambda case: "-" + case.patient.patient_id.lstrip("0")),
)
# vectors that stay: tag, VR
VECTORS = (
    (0x00540010, "US"), (0x00540020, "US"), (0x00540030, "US"), (0x00540050, "US"),
    (0x00540060, "US"), (0x00540070, "US"), (0x00540080, "US"), (0x00540090, "US"),
    (0x00540100, "US"), (0x00280009, "AT"),
)  # fmt: skip
# binary attributes of one value, with a text where the number should be
SINGLE = (
    (0x00280106, "US"), (0x00280107, "US"), (0x00280120, "US"), (0x00280121, "US"),
    (0x00540031, "US"), (0x00540051, "US"), (0x00540061, "US"), (0x00540071, "US"),
    (0x00540081, "US"), (0x00540101, "US"), (0x00189073, "FD"),
)  # fmt: skip
# tables and arrays of words that no analysis of a planar scan needs
ARRAYS = (
    (0x00281101, "US"), (0x00281201, "OW"), (0x00281202, "OW"), (0x00281203, "OW"),
    (0x00281221, "OW"), (0x00281408, "OW"), (0x00189087, "FD"), (0x00282000, "OB"),
    (0x00287FE0, "UT"), (0x00186060, "FL"), (0x00189295, "OB"), (0x00720078, "UL"),
    (0x0028301D, "UL"), (0x00283006, "US"), (0x7FE00003, "UL"), (0x7FE00001, "OV"),
    (0x7FE00002, "OV"), (0x54000110, "OW"), (0x00200100, "IS"), (0x0028110A, "US"),
)  # fmt: skip


def number_places(make: Maker) -> None:
    """Add files with identifiers in numbers."""
    _own_numbers(make)
    _not_numbers(make)
    _vectors(make)
    _arrays(make)


def _put(case: Case, path: Path, value: str) -> None:
    level = case.draft.ds
    for keyword, number in zip(path[:-1:2], path[1:-1:2], strict=True):
        level = level[keyword].value[number]
    tag = DataElement(path[-1], "SH", "").tag
    # as text, because pydicom checks numbers; a file without VRs does not show it
    level.add(DataElement(tag, "LO", value))
    case.unwant(path)


def _own_numbers(make: Maker) -> None:
    for turn, path in enumerate(STRINGS):
        what, number = _OWN[turn % len(_OWN)]
        kind = "tomographic" if path == ("SliceLocation",) else "siemens"
        # the number may be dropped or the file refused; a required one leaves no choice
        case = make.case("own numbers", kind, IMPLICIT, refusals=("residual-identifier",))
        value = case.plant(f"{'/'.join(map(str, path))} {what}", number(case))
        several = {"PixelSpacing", "ZoomCenter"}
        _put(case, path, f"1\\{value}" if path[-1] in several else value)
        make.done(case)


def _not_numbers(make: Maker) -> None:
    """Text in numeric strings, ages and dates; behind a number; too many values."""
    forms = ("{}", "12 {}", "12\0{}", "12\\{}")
    for turn in range(0, len(STRINGS), 4):
        for way in range(len(forms)):
            case = make.case("not numbers", "siemens", IMPLICIT)
            for step, path in enumerate(STRINGS[turn : turn + 4]):
                form = forms[(way + step) % len(forms)]
                text = case.ascii(f"{'/'.join(map(str, path))} {form!r}")
                _put(case, path, form.format(text))
            make.done(case)
    for keyword, value in {"PatientAge": "071Y", "StudyDate": "20190701"}.items():
        for form in ("{}", "{} {}", "{}\0{}", "{}\\{}"):
            case = make.case("not numbers", "siemens", IMPLICIT)
            text = case.ascii(f"{keyword} {form!r}")
            _put(case, (keyword,), form.format(value, text) if form != "{}" else text)
            make.done(case)


def _spelled(case: Case, tag: int, vr: str, what: str, multiple: int) -> bytes:
    """Return a text as the bytes of an array, filled up to whole values."""
    keyword = f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {vr} {what}"
    text = case.ascii(keyword).encode()
    return text + b" " * (-len(text) % multiple)


def _vectors(make: Maker) -> None:
    for turn, (tag, vr) in enumerate(VECTORS):
        for syntax in (EXPLICIT, (IMPLICIT, BIG)[turn % 2]):
            # a vector that fits no frame may be mended, or the file refused
            case = make.case("vectors", "tomographic", syntax, "utf8", ("required-attribute",))
            ds = case.draft.ds
            keyword = ds[tag].keyword
            value = ds[tag].value
            right = [int(v) for v in (value if not isinstance(value, int) else [value])]
            if vr == "AT":
                head = b"".join(syntax.numbers("HH", v >> 16, v & 0xFFFF) for v in right)
            else:
                head = syntax.numbers(f"{len(right)}H", *right)
            del ds[tag]
            case.draft.add(tag, vr, head + _spelled(case, tag, vr, "further values", 4))
            case.unwant((keyword,))
            make.done(case)
    for start in range(0, len(SINGLE), 2):
        case = make.case("vectors", "tomographic", EXPLICIT, "utf8")
        for tag, vr in SINGLE[start : start + 2]:
            if tag in case.draft.ds:
                case.unwant((case.draft.ds[tag].keyword,))
                del case.draft.ds[tag]
            case.draft.add(tag, vr, _spelled(case, tag, vr, "of one value", 8))
        make.done(case)


def _arrays(make: Maker) -> None:
    for syntax in (EXPLICIT, IMPLICIT, BIG):
        case = make.case("arrays", "siemens", syntax, "utf8")
        for tag, vr in ARRAYS:
            case.draft.add(tag, vr, _spelled(case, tag, vr, "array", 8))
        for tag in (0x00283000, 0x00283010):
            body = element(syntax, 0x00283002, "US", syntax.numbers("3H", 4, 0, 16))
            body += element(syntax, 0x00283003, "LO", case.ascii(f"{tag:08X} explanation").encode())
            body += element(syntax, 0x00283006, "OW", _spelled(case, tag, "OW", "LUT data", 8))
            case.draft.extra.append((tag, sequence(syntax, tag, [body])))
        make.done(case)
