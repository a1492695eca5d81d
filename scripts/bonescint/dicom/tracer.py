"""Which bone-seeking tracer a header names: the tracer decides the software (R6)."""

from collections.abc import Iterator
from typing import NamedTuple

from bonescint.dicom.elements import Elements
from bonescint.dicom.vocabulary import Found, tracer_codes, tracer_terms

_RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE = 0x00540016
_RADIOPHARMACEUTICAL_CODE_SEQUENCE = 0x00540304
_RADIOPHARMACEUTICAL = 0x00180031
_CODE_VALUE, _CODING_SCHEME, _CODE_MEANING = 0x00080100, 0x00080102, 0x00080104
_PROCEDURE_CODE_SEQUENCES = {
    "ProcedureCodeSequence (0008,1032)": 0x00081032,
    "RequestedProcedureCodeSequence (0032,1064)": 0x00321064,
}
_DESCRIPTIONS = {
    "ProtocolName (0018,1030)": 0x00181030,
    "StudyDescription (0008,1030)": 0x00081030,
    "SeriesDescription (0008,103e)": 0x0008103E,
    "RequestedProcedureDescription (0032,1060)": 0x00321060,
    "PerformedProcedureStepDescription (0040,0254)": 0x00400254,
}
# names of study, series, nuclide, data set and picture; never (0009,xx40), the patient's name
_PRIVATE_NAMES = {0x0009: (0x10, 0x20), 0x0011: (0x0D, 0x10, 0x12, 0x30)}


class Verdict(NamedTuple):
    """A decision about a header and what decided: element and vocabulary term, never free text."""

    value: str
    evidence: str


Field = tuple[str, tuple[Found, ...]]  # the element, and the terms or the code it holds


def _fields(header: Elements) -> Iterator[Field]:
    """Yield what each element says, in the order of its weight."""
    find = tracer_terms().find
    drugs = header.items(_RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE)
    for drug in drugs:
        for code in drug.items(_RADIOPHARMACEUTICAL_CODE_SEQUENCE):
            scheme, value = code.text(_CODING_SCHEME), code.text(_CODE_VALUE)
            if known := tracer_codes().get((scheme, value)):
                yield f"RadiopharmaceuticalCodeSequence {scheme}", (Found(known, value),)
            for text in (value, code.text(_CODE_MEANING)):  # a site's code may be the name itself
                yield "RadiopharmaceuticalCodeSequence", find(text)
    for holder in (*drugs, header):
        yield "Radiopharmaceutical (0018,0031)", find(holder.text(_RADIOPHARMACEUTICAL))
    for where, tag in _DESCRIPTIONS.items():
        yield where, find(header.text(tag))
    for where, tag in _PROCEDURE_CODE_SEQUENCES.items():
        for code in header.items(tag):
            yield where, find(code.text(_CODE_MEANING))
    for where, text in header.private("GEMS_GENIE_1", _PRIVATE_NAMES):
        yield f"GEMS_GENIE_1 {where}", find(text)


def find_tracer(header: Elements) -> Verdict:
    """Return MDP, HMDP, other, unknown or conflict, and the evidence.

    Parameters
    ----------
    header
        Of the instance, sequences and private elements included.

    Notes
    -----
    Evidence in this order: code of the radiopharmaceutical, its name, texts of
    protocol, study, series and procedure, names in private elements. The first element that names
    one tracer is quoted. Another that names another one makes it a conflict, whatever its rank: a
    wrong tracer would give the case to the wrong software, a conflict is listed for a human. A text
    that names two (``HMDP/MDP``) agrees with either and decides nothing by itself. A device's
    Manufacturer is never asked.
    """
    named: dict[str, str] = {}  # tracer to its first evidence
    several: dict[str, set[str]] = {}  # evidence that names more than one
    for where, found in _fields(header):
        tracers = {one.meaning for one in found}
        if len(tracers) == 1:
            named.setdefault(found[0].meaning, f"{where} {found[0].term}")
        elif tracers:
            several[f"{where} {', '.join(one.term for one in found)}"] = tracers
    if len(named) == 1:
        ((tracer, evidence),) = named.items()
        if all(tracer in tracers for tracers in several.values()):
            return Verdict(tracer, evidence)
    if not named and not several:
        return Verdict("unknown", "")
    return Verdict("conflict", "; ".join([*named.values(), *several]))
