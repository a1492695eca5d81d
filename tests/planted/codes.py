"""Identifiers in coded entries: meanings, schemes, versions, context groups, equivalent codes."""

from collections.abc import Callable

from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.planted.corpus import Case, Maker
from tests.planted.objects import Path

# where the corpus's objects have codes: kind, path of the item
_TRACER = ("RadiopharmaceuticalInformationSequence", 0)
CODES: tuple[tuple[str, Path], ...] = (
    ("siemens", (*_TRACER, "RadionuclideCodeSequence", 0)),
    ("siemens", (*_TRACER, "AdministrationRouteCodeSequence", 0)),
    ("siemens", (*_TRACER, "RadiopharmaceuticalCodeSequence", 0)),
    ("siemens", ("PatientOrientationCodeSequence", 0)),
    ("siemens", ("PatientOrientationCodeSequence", 0, "PatientOrientationModifierCodeSequence", 0)),
    ("siemens", ("PatientGantryRelationshipCodeSequence", 0)),
    ("ge", ("DetectorInformationSequence", 0, "ViewCodeSequence", 0)),
    ("plain", ("AnatomicRegionSequence", 0)),
    ("plain", ("DerivationCodeSequence", 0)),
    ("plain", ("SourceImageSequence", 0, "PurposeOfReferenceCodeSequence", 0)),
)


def _equivalent(item: Dataset, text: str) -> None:
    other = Dataset()
    other.CodeValue, other.CodingSchemeDesignator, other.CodeMeaning = "1", "99HOSP", text
    item.EquivalentCodeSequence = Sequence([other])


def _set(keyword: str, form: str = "{}") -> Callable[[Dataset, str], None]:
    return lambda item, text: setattr(item, keyword, form.format(text))


# fields that stand beside a code which is listed: the code stays wanted
BESIDE: dict[str, Callable[[Dataset, str], None]] = {
    "CodeMeaning": _set("CodeMeaning"),
    "CodingSchemeVersion": _set("CodingSchemeVersion"),
    "MappingResource": _set("MappingResource"),
    "MappingResourceName": _set("MappingResourceName"),
    "MappingResourceUID": _set("MappingResourceUID", "1.2.3.{}"),
    "ContextIdentifier": _set("ContextIdentifier"),
    "ContextUID": _set("ContextUID", "1.2.3.{}"),
    "ContextGroupVersion": _set("ContextGroupVersion", "2019{}"),
    "ContextGroupLocalVersion": _set("ContextGroupLocalVersion", "2019{}"),
    "ContextGroupExtensionCreatorUID": _set("ContextGroupExtensionCreatorUID", "1.2.3.{}"),
    "LongCodeValue": _set("LongCodeValue"),
    "URNCodeValue": _set("URNCodeValue", "urn:oid:1.2.3.{}"),
    "EquivalentCodeSequence": _equivalent,
}
# the code itself is spoilt
INSTEAD: dict[str, Callable[[Dataset, str], None]] = {
    "CodeValue": _set("CodeValue"),
    "CodingSchemeDesignator": _set("CodingSchemeDesignator", "99{}"),
    "CodeValue behind a listed one": lambda item, text: setattr(
        item, "CodeValue", f"{item.CodeValue} {text}"
    ),
    "CodeValue behind a NUL": lambda item, text: setattr(
        item, "CodeValue", f"{item.CodeValue}\0{text}"
    ),
    "CodingSchemeDesignator behind a backslash": lambda item, text: setattr(
        item, "CodingSchemeDesignator", [item.CodingSchemeDesignator, text]
    ),
}
_NUMERIC = ("MappingResourceUID", "ContextUID", "ContextGroupVersion", "ContextGroupLocalVersion",
            "ContextGroupExtensionCreatorUID", "URNCodeValue", "ContextIdentifier")  # fmt: skip


def code_places(make: Maker) -> None:
    """Add files with identifiers in codes."""
    for kind, path in CODES:
        case = make.case("codes", kind)
        for field, plant in BESIDE.items():
            plant(_item(case, path), _text(case, path, field))
        make.done(case)
        for field, plant in INSTEAD.items():
            case = make.case("codes", kind)
            plant(_item(case, path), _text(case, path, field))
            case.unwant(path)
            # a sequence goes with its only item, and an item with the code that names it
            case.unwant(path[:-1])
            make.done(case)
    _schemes(make)


def _item(case: Case, path: Path) -> Dataset:
    level = case.draft.ds
    for keyword, number in zip(path[::2], path[1::2], strict=True):
        level = level[keyword].value[number]
    return level


def _text(case: Case, path: Path, field: str) -> str:
    place = f"{'/'.join(map(str, path))} {field}"
    if field in _NUMERIC:
        return case.plant(place, case.mint.number())
    return case.text(place, ascii_only=field not in ("CodeMeaning", "MappingResourceName"))


def _schemes(make: Maker) -> None:
    """Fill the descriptions of coding schemes and of mapping resources, field by field."""
    for kind in ("siemens", "ge"):
        case = make.case("codes", kind, charset="utf8")
        scheme = Dataset()
        for keyword in (
            "CodingSchemeDesignator", "CodingSchemeRegistry", "CodingSchemeExternalID",
            "CodingSchemeName", "CodingSchemeVersion", "CodingSchemeResponsibleOrganization",
        ):  # fmt: skip
            setattr(scheme, keyword, case.ascii(f"CodingSchemeIdentificationSequence {keyword}"))
        scheme.CodingSchemeUID = f"1.2.3.{case.plant('CodingSchemeUID', case.mint.number())}"
        resource = Dataset()
        resource.CodingSchemeURL = f"https://example/{case.ascii('CodingSchemeURL')}"
        scheme.CodingSchemeResourcesSequence = Sequence([resource])
        case.draft.ds.CodingSchemeIdentificationSequence = Sequence([scheme])
        group = Dataset()
        group.ContextIdentifier = case.ascii("ContextGroupIdentificationSequence")
        group.ContextUID = f"1.2.3.{case.plant('ContextGroup UID', case.mint.number())}"
        case.draft.ds.ContextGroupIdentificationSequence = Sequence([group])
        mapping = Dataset()
        mapping.MappingResource = case.ascii("MappingResourceIdentificationSequence")
        mapping.MappingResourceName = case.text("MappingResourceIdentificationSequence name")
        case.draft.ds.MappingResourceIdentificationSequence = Sequence([mapping])
        make.done(case)
