"""Answer keys: what of a file must go, what must stay, and what the study forbids to keep.

Of the planted corpus its maker knows what was hidden and what is wanted. Of the demonstration's raw
files the generator writes the patient's identifiers into the places that are named here; whatever
else stands in a file an analysis may want.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydicom import DataElement, Dataset

from bonescint.resources import resource_rows
from tests.planted.corpus import PlantedFile
from tests.planted.person import Person
from tests.scorecard.scorer import Check, Path, Written, as_text, digest

# demands of the study that forbid what the challenge asks for
KEPT_DATE = "study date is kept (R24)"
FIXED = "descriptions are fixed texts (R21)"
PRIVATE = "private elements go (R22)"
TYPED = "no typed text stays (R18)"
CODED = "file is refused by design"
# keyword -> HIPAA category of the demonstration's identifying texts
IDENTIFYING = {
    "IssuerOfPatientID": "R", "AccessionNumber": "R", "StudyID": "R", "InstitutionName": "B",
    "InstitutionAddress": "B", "InstitutionalDepartmentName": "B", "DeviceSerialNumber": "M",
    "PerformedProcedureStepID": "R", "ModifyingSystem": "R", "SourceOfPreviousValues": "R",
    "PatientID": "H", "PatientComments": "A",
}  # fmt: skip
DESCRIPTIONS = ("StudyDescription", "SeriesDescription")
# what people type at will; PS3.15 has it cleaned, the study has it removed
FREE_TEXT = ("AdditionalPatientHistory", "ImageComments", "RequestedProcedureDescription")
# goes with the ID it is about
ABOUT_AN_ID = ("TypeOfPatientID",)
# how agents and their nuclide are typed -> the standard's word; the first that is found counts
SAME = {
    "hmdp": "oxidronate", "クリアボーン": "oxidronate", "mdp": "medronate", "pyp": "pyrophosphate",
    "テクネピロリン酸": "pyrophosphate", "99m": "tc99m",
}  # fmt: skip
# private elements into which the generator writes name or ID
PRIVATE_NAMES = {0x00091040: "A", 0x00311001: "A", 0x00411040: "H"}
_STANDARD = "1.2.840.10008."


@cache
def _types() -> dict[tuple[str, ...], str]:
    """Return keywords from the root -> Type in the NM IOD."""
    rows = resource_rows("nm_attributes.csv")
    return {tuple(row["keyword"].split("/")): row["type_nm"] for row in rows}


def of_planted(file: PlantedFile, name: str) -> Iterator[Check]:
    """Yield the key of a file of the planted corpus; one that is no image has none.

    Parameters
    ----------
    file
        The file.
    name
        What it is called in the folder that a tool is given.
    """
    if file.patient is None:
        return
    demand = CODED if file.refusals else ""
    source = Written(file.data)
    for text, category in _secrets(file.patient):
        action = "date_shifted" if category == "HIPAA-C" else "text_removed"
        yield Check(name, action, (), text, category)
    for plant in file.plants:
        yield Check(name, "text_removed", (), plant.text, _kind(plant.text))
    yield from _uids(source.ds, (), name, demand)
    if source.ds.get("PatientID") == file.patient.patient_id:
        yield _patient(name, file.patient.patient_id, demand)
    if not file.kind:
        return
    for path, value in file.wanted.items():
        # as it was typed is as good as the standard's term here
        typed = (source.text(path),) if source.text(path) else ()
        if value.startswith("["):
            value = "\\".join(part.strip("'") for part in value[1:-1].split(", "))
        yield Check(name, "text_retained", path, value, "TCIA-RESEARCH-K", demand, typed)
    for element in source.ds:
        # a spoilt attribute has no Type any more
        if (element.keyword,) in file.wanted or element.keyword in ("PatientName", "PatientID"):
            yield from _by_type(element, (element.keyword,), name, demand)
    image = file.image if file.image is not None else source.pixels()
    if image is not None:
        yield Check(name, "pixels_retained", (), digest(image), "TCIA-PIXEL-K", demand)


def _secrets(who: Person) -> Iterator[tuple[str, str]]:
    yield from ((text, "HIPAA-A") for text in (*who.family, *who.given, who.physician))
    yield who.patient_id, "HIPAA-H"
    yield who.birth, "HIPAA-C"
    yield who.accession, "HIPAA-R"
    yield who.telephone, "HIPAA-D"
    yield who.institution, "HIPAA-B"


def _kind(text: str) -> str:
    return "HIPAA-R" if any(c.isdigit() for c in text) else "HIPAA-A"


def of_demonstration(data: bytes, name: str) -> Iterator[Check]:
    """Yield the key of a raw file of the demonstration.

    Parameters
    ----------
    data
        The file.
    name
        As for `of_planted`.
    """
    source = Written(data)
    ds = source.ds
    is_screen = "BurnedInAnnotation" in ds
    demand = CODED if is_screen else ""
    yield _patient(name, str(ds.PatientID), demand)
    names = [part for group in str(ds.PatientName).split("=") for part in group.split("^")]
    yield from (Check(name, "text_removed", (), part, "HIPAA-A") for part in names if len(part) > 2)
    yield Check(name, "text_removed", (), str(ds.PatientID), "HIPAA-H")
    yield Check(name, "date_shifted", (), str(ds.PatientBirthDate), "HIPAA-C")
    yield from _uids(ds, (), name, demand)
    for path, element in _leaves(ds, ()):
        yield from _by_type(element, path, name, demand)
        yield from _by_content(element, path, name, demand)
    image = source.pixels()
    if is_screen:
        # the lines with name, ID and date; the generator draws them there
        yield Check(name, "pixels_hidden", (), "40,280,320,640", "TCIA-PIXEL-C")
    elif image is not None:
        yield Check(name, "pixels_retained", (), digest(image), "TCIA-PIXEL-K", demand)


def _patient(name: str, patient_id: str, demand: str) -> Check:
    return Check(name, "patid_consistent", ("PatientID",), patient_id, "HIPAA-H", demand)


def _leaves(ds: Dataset, at: Path) -> Iterator[tuple[Path, DataElement]]:
    for element in ds:
        step = element.keyword or int(element.tag)
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from _leaves(item, (*at, step, number))
        elif element.keyword != "PixelData":
            yield (*at, step), element


def _uids(ds: Dataset, at: Path, name: str, demand: str) -> Iterator[Check]:
    """Yield that each UID that is none of the standard's changes, and everywhere to the same."""
    for path, element in _leaves(ds, at):
        if element.VR == "UI" and isinstance(element.value, str) and element.value:
            if element.value.startswith(_STANDARD) or element.tag.is_private:
                continue
            uid = as_text(element.value)
            yield Check(name, "uid_changed", path, uid, "DICOM-P15-BASIC-U")
            yield Check(name, "uid_consistent", path, uid, "DICOM-P15-BASIC-U", demand)


def _by_type(element: DataElement, path: Path, name: str, demand: str) -> Iterator[Check]:
    """Yield what the attribute's Type in the NM IOD asks for at its place."""
    kind = _types().get(tuple(step for step in path if isinstance(step, str)), "")
    if kind.startswith("1") and not element.is_empty:
        yield Check(name, "tag_retained", path, "", "DICOM-IOD-1", demand)
        yield Check(name, "text_notnull", path, "", "DICOM-IOD-1", demand)
    elif kind == "2":
        yield Check(name, "tag_retained", path, "", "DICOM-IOD-2", demand)


def _by_content(element: DataElement, path: Path, name: str, demand: str) -> Iterator[Check]:
    """Yield what must become of an element of the demonstration by what stands in it."""
    keyword, texts = element.keyword, list(_texts(element))
    if not texts or element.VR in ("UI", "TM", "OW", "OB", "UN") or keyword in ABOUT_AN_ID:
        return  # for UIDs see `_uids`; a time of day may go or stay
    if "OriginalAttributesSequence" in path and element.VR != "DT":
        yield from (Check(name, "text_removed", path, t, "DICOM-P15-BASIC-C") for t in texts)
    elif element.VR == "PN":
        yield from (Check(name, "text_removed", path, text, "HIPAA-A") for text in texts)
    elif element.VR in ("DA", "DT"):
        kept = KEPT_DATE if path == ("StudyDate",) else ""
        yield Check(name, "date_shifted", path, texts[0], "HIPAA-C", kept)
    elif keyword in IDENTIFYING:
        category = f"HIPAA-{IDENTIFYING[keyword]}"
        yield from (Check(name, "text_removed", path, text, category) for text in texts)
    elif element.tag.group in range(0x6000, 0x6100):
        return  # a label's name and ID may stand nowhere in the file, which is asked above
    elif element.tag in PRIVATE_NAMES:
        category = f"HIPAA-{PRIVATE_NAMES[int(element.tag)]}"
        yield Check(name, "text_removed", path, texts[0], category)
    elif element.tag.is_private:
        if not element.tag.is_private_creator:
            demand = demand or PRIVATE
            yield Check(name, "text_retained", path, texts[0], "TCIA-PTKB-K", demand)
    elif keyword in FREE_TEXT:
        yield Check(name, "text_retained", path, texts[0], "TCIA-P15-DESC-C", demand or TYPED)
    elif keyword in DESCRIPTIONS:
        yield Check(name, "text_retained", path, texts[0], "TCIA-P15-DESC-C", demand or FIXED)
    elif keyword == "CodeMeaning" or "ViewCodeSequence" in path:
        yield Check(name, "text_notnull", path, "", "TCIA-RESEARCH-K", demand)
    elif keyword != "SpecificCharacterSet":  # what is written in another one is not lost
        value = "\\".join(texts)
        same = tuple(word for typed, word in SAME.items() if typed in value.lower())[:1]
        yield Check(name, "text_retained", path, value, "TCIA-RESEARCH-K", demand, same)


def _texts(element: DataElement) -> Iterator[str]:
    value: Any = element.value
    several: Iterable[Any] = value if element.VM > 1 else [value]
    for one in several:
        if one not in (None, "") and not isinstance(one, bytes):
            yield str(one)
