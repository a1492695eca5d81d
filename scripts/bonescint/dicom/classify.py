"""Find the kind of image that a header describes, and its phase of the examination."""

from bonescint.dicom import tags
from bonescint.dicom.elements import Elements
from bonescint.dicom.photometric import COLOUR_MODELS
from bonescint.dicom.sop_classes import NUCLEAR_MEDICINE, SECONDARY_CAPTURES
from bonescint.dicom.tracer import Verdict
from bonescint.dicom.vocabulary import scan_terms

# Image Type value 3 of the NM IOD (PS3.3 C.8.4.9.1.1)
_KINDS = {
    "WHOLE BODY": "whole_body",
    "TOMO": "spect",
    "GATED TOMO": "spect",
    "RECON TOMO": "spect",
    "RECON GATED TOMO": "spect",
    "STATIC": "static",
    "DYNAMIC": "dynamic",
    "GATED": "dynamic",
}
# the texts nearest to the image come first, because early and late images share a study's texts
_PHASE_LEVELS: tuple[tuple[int, ...], ...] = (
    (tags.ImageComments, tags.SeriesDescription, tags.ImageID),
    (tags.ProtocolName,),
    (
        tags.PerformedProcedureStepDescription,
        tags.StudyDescription,
        tags.RequestedProcedureDescription,
    ),
)
_GENIE_SERIES_NAMES = {0x0009: (0x20,), 0x0011: (0x10, 0x12)}


def image_type_of(header: Elements) -> list[str]:
    """Return the values of Image Type in upper case."""
    return [v.strip().upper() for v in header.text(tags.ImageType).split("\\")]


def find_kind(header: Elements, has_pixel_data: bool) -> Verdict:
    """Return whole_body, spect, static, dynamic, secondary_capture, non_image or other_modality.

    Notes
    -----
    A picture of a screen is a secondary capture even if it is stored as an NM image. It is then
    coloured, or its Image Type is SECONDARY, which the NM IOD forbids.
    """
    if header.text(tags.SOPClassUID) in SECONDARY_CAPTURES:
        return Verdict("secondary_capture", "SOPClassUID Secondary Capture")
    if not has_pixel_data:
        return Verdict("non_image", "no PixelData")
    # the SOP class implies the modality, so a header without Modality is accepted
    silent = not header.text(tags.Modality) and header.text(tags.SOPClassUID) == NUCLEAR_MEDICINE
    if header.text(tags.Modality) != "NM" and not silent:
        return Verdict("other_modality", "Modality is not NM")
    values = image_type_of(header)
    if COLOUR_MODELS.match(header.text(tags.PhotometricInterpretation).upper()):
        return Verdict("secondary_capture", "PhotometricInterpretation is a colour model")
    if values[1:2] == ["SECONDARY"]:
        return Verdict("secondary_capture", "ImageType SECONDARY")
    for value in [*values[2:3], *values]:
        if value in _KINDS:
            radiation = "".join(f"\\{v}" for v in values[3:4] if v in {"EMISSION", "TRANSMISSION"})
            return Verdict(_KINDS[value], f"ImageType {value}{radiation}")
    body_part = header.text(tags.BodyPartExamined).upper()
    if header.text(tags.WholeBodyTechnique) or body_part == "WHOLE BODY":
        where = tags.label(tags.WholeBodyTechnique)
        return Verdict("whole_body", f"{where} or BodyPartExamined")
    return Verdict("static", "no known value in ImageType")


def find_phase(header: Elements) -> Verdict:
    """Return delayed, early or unclear.

    Notes
    -----
    The first level that names a phase decides: image and series, then protocol, then study and
    procedure. A level that names both phases, or the whole three-phase examination, is unclear.
    A whole-body emission image without any name of a phase is delayed, for three reasons: the
    skeleton is imaged hours after the injection by routine; a whole-body pass takes longer than the
    blood-pool phase lasts; consoles label the early pass and not the routine one. Any other kind of
    image stays unclear.
    """
    values = image_type_of(header)
    if "TRANSMISSION" in values:
        return Verdict("unclear", "ImageType TRANSMISSION")
    for number, level in enumerate(_PHASE_LEVELS):
        texts = [(tags.label(tag), header.text(tag)) for tag in level]
        if number == 0:
            genie = header.private("GEMS_GENIE_1", _GENIE_SERIES_NAMES)
            texts += [(f"GEMS_GENIE_1 {where}", text) for where, text in genie]
        said: dict[str, str] = {}
        for where, text in texts:
            for found in scan_terms("phase").find(text) if text else ():
                said.setdefault(found.meaning, f"{where} {found.term}")
        if len(said) == 1:
            return Verdict(*next(iter(said.items())))
        if said:
            return Verdict("unclear", "; ".join(said.values()))
    if "WHOLE BODY" in values:
        return Verdict("delayed", "ImageType WHOLE BODY, no term of an early phase")
    return Verdict("unclear", "no term of a phase")
