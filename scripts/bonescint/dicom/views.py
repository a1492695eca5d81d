"""Find anterior or posterior for each frame. A wrong label is worse than none."""

import re
from collections.abc import Iterator

from bonescint.dicom import tags
from bonescint.dicom.elements import Elements
from bonescint.dicom.tracer import Verdict
from bonescint.dicom.view_codes import VIEWS
from bonescint.dicom.vocabulary import scan_terms
from bonescint.text.numbers import whole_number

_TEXTS = (tags.ImageID, tags.ImageType, tags.SeriesDescription, tags.ImageComments)
# GE's acquisition names its two images by detector: E in front of the patient, F behind
_GENIE_NAME = re.compile(r"(WHOLE[ _]?BODY)_([EF])")
_GENIE_VIEWS = {"E": "anterior", "F": "posterior"}
_WITHIN = 20.0  # degrees; a detector further from 0 or 180 has an oblique view


def _coded_view(detector: Elements) -> Iterator[tuple[str, str]]:
    for code in detector.items(tags.ViewCodeSequence):
        scheme, value = code.text(tags.CodingSchemeDesignator), code.text(tags.CodeValue)
        if view := VIEWS.get((scheme, value)):
            yield view, f"ViewCodeSequence {scheme} {value}"
        else:  # a site's own text, such as in scheme 99NMG
            for tag in (tags.CodeValue, tags.CodeMeaning):
                for found in scan_terms("view").find(code.text(tag)):
                    yield found.meaning, f"ViewCodeSequence {found.term}"


def _geometric_view(detector: Elements) -> Iterator[tuple[str, str]]:
    """Yield the view by Start Angle (0 is the patient's back) and by the image plane's normal.

    The plane's rows and columns span the picture as seen by the detector. Their cross product
    points from the detector into the patient. For a detector in front this is +y, to the back
    (PS3.3 C.7.6.2). Both rules agree on the real Siemens files, also for oblique detectors.
    """
    angles = detector.numbers(tags.StartAngle, 1)
    if len(angles) == 1:
        for centre, view in ((0.0, "posterior"), (180.0, "anterior")):
            if abs((angles[0] - centre + 180.0) % 360.0 - 180.0) <= _WITHIN:
                yield view, f"DetectorInformationSequence StartAngle {centre:.0f}"
    plane = detector.numbers(tags.ImageOrientationPatient, 6)
    if len(plane) == 6:
        towards_back = plane[2] * plane[3] - plane[0] * plane[5]
        if abs(towards_back) >= 0.93:  # cos 20 degrees
            view = "anterior" if towards_back > 0 else "posterior"
            yield view, "DetectorInformationSequence ImageOrientationPatient"


def _detector_per_frame(header: Elements, frames: int, detectors: int) -> list[int]:
    """Return the detector item (from 0) of each frame; empty if the header does not tell."""
    vector = header.integers(tags.DetectorVector) or [1]
    one_window = len(set(header.integers(tags.EnergyWindowVector))) <= 1
    if not one_window or len(vector) != frames or not 1 <= min(vector) <= max(vector) <= detectors:
        return []
    return [v - 1 for v in vector]


def _text_view(header: Elements) -> Iterator[tuple[str, str]]:
    """Yield the view in names of a single frame: GE's data set name, then image and series text."""
    genie = header.private("GEMS_GENIE_1", {0x0011: (0x12, 0x10)})
    texts = [(f"GEMS_GENIE_1 {where}", text) for where, text in genie]
    texts += [(tags.label(tag), header.text(tag)) for tag in _TEXTS]
    for where, text in texts:
        if match := _GENIE_NAME.fullmatch(text.upper()):
            yield _GENIE_VIEWS[match[2]], f"{where} {match[0]}"
        for found in scan_terms("view").find(text):
            yield found.meaning, f"{where} {found.term}"


def find_views(header: Elements) -> Verdict:
    """Return ``anterior``, ``posterior``, the two in frame order joined by ``+``, or empty.

    Notes
    -----
    The order of the evidence is: the detector's view code, its angle and image plane, GE's private
    data set name, names and descriptions. The first view found is quoted. If another one
    contradicts it, the view stays empty and a person decides. Two frames get views only through
    Detector Vector, because a description does not tell their order. Manufacturer is never used.
    """
    frames = whole_number(header.text(tags.NumberOfFrames) or "1") or 0
    detectors = header.items(tags.DetectorInformationSequence)
    per_frame: list[list[tuple[str, str]]] = []
    if frames in {1, 2} and detectors:
        order = _detector_per_frame(header, frames, len(detectors))
        for number in order:
            item = detectors[number]
            per_frame.append([*_coded_view(item), *_geometric_view(item)])
    if frames == 1:
        per_frame = [[*(per_frame[0] if per_frame else []), *_text_view(header)]]
    answers = [list(dict.fromkeys(view for view, _ in frame)) for frame in per_frame]
    if any(len(views) > 1 for views in answers):
        said = dict.fromkeys(evidence for frame in per_frame for _, evidence in frame)
        return Verdict("", f"conflict: {'; '.join(said)}")
    views = [view for frame in answers for view in frame]
    if len(views) != frames or len(set(views)) != frames or not views:
        return Verdict("", "")
    quoted = dict.fromkeys(frame[0][1] for frame in per_frame)
    return Verdict("+".join(views), "; ".join(quoted))
