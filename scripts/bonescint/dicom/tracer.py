"""Find the bone-seeking tracer that a header names. The tracer decides the software (R6)."""

from collections.abc import Iterator
from typing import NamedTuple

from bonescint.dicom import tags
from bonescint.dicom.elements import Elements
from bonescint.dicom.vocabulary import BONE_TRACERS, FoundTerm, tracer_codes, tracer_terms

_PROCEDURE_CODE_SEQUENCES = (tags.ProcedureCodeSequence, tags.RequestedProcedureCodeSequence)
_DESCRIPTIONS = (
    tags.ProtocolName,
    tags.StudyDescription,
    tags.SeriesDescription,
    tags.RequestedProcedureDescription,
    tags.PerformedProcedureStepDescription,
)
# names of study, series, nuclide, data set and picture; not (0009,xx40), the patient's name
_PRIVATE_NAMES = {0x0009: (0x10, 0x20), 0x0011: (0x0D, 0x10, 0x12, 0x30)}


class Verdict(NamedTuple):
    """A decision about a header, and its evidence: element and vocabulary term, never free text."""

    value: str
    evidence: str


Said = tuple[str, tuple[FoundTerm, ...]]  # an element, and its terms or code


def _fields(header: Elements, tracers: tuple[str, ...]) -> Iterator[Said]:
    """Yield the terms of each element, in the order of the elements' weight."""
    find = tracer_terms(tracers).find
    drugs = header.items(tags.RadiopharmaceuticalInformationSequence)
    for drug in drugs:
        for code in drug.items(tags.RadiopharmaceuticalCodeSequence):
            scheme, value = code.text(tags.CodingSchemeDesignator), code.text(tags.CodeValue)
            if known := tracer_codes(tracers).get((scheme, value)):
                yield f"RadiopharmaceuticalCodeSequence {scheme}", (FoundTerm(known, value),)
            # the code of a site may be the tracer's name
            for text in (value, code.text(tags.CodeMeaning)):
                yield "RadiopharmaceuticalCodeSequence", find(text)
    for holder in (*drugs, header):
        where = tags.label(tags.Radiopharmaceutical)
        yield where, find(holder.text(tags.Radiopharmaceutical))
    for tag in _DESCRIPTIONS:
        yield tags.label(tag), find(header.text(tag))
    for tag in _PROCEDURE_CODE_SEQUENCES:
        for code in header.items(tag):
            yield tags.label(tag), find(code.text(tags.CodeMeaning))
    for where, text in header.private("GEMS_GENIE_1", _PRIVATE_NAMES):
        yield f"GEMS_GENIE_1 {where}", find(text)


def find_tracer(header: Elements, tracers: tuple[str, ...] = BONE_TRACERS) -> Verdict:
    """Return a tracer of the study, other, unknown or conflict, and the evidence.

    Parameters
    ----------
    header
        The header of the instance, with sequences and private elements.
    tracers
        The tracers of the study. Any other one is ``other``.

    Notes
    -----
    The order of the evidence is: code of the radiopharmaceutical, its name, texts of protocol,
    study, series and procedure, names in private elements. The first element that names one tracer
    is quoted. If any other element names a different tracer, the result is a conflict. A wrong
    tracer would give the case to the wrong software, but a conflict is listed for a person. A text
    that names two (``HMDP/MDP``) agrees with each of them and decides nothing by itself. A device's
    Manufacturer is never used.
    """
    named: dict[str, str] = {}  # tracer to its first evidence
    several: dict[str, set[str]] = {}  # evidence that names more than one
    for where, found in _fields(header, tracers):
        said = {one.meaning for one in found}
        if len(said) == 1:
            named.setdefault(found[0].meaning, f"{where} {found[0].term}")
        elif said:
            several[f"{where} {', '.join(one.term for one in found)}"] = said
    if len(named) == 1:
        ((tracer, evidence),) = named.items()
        if all(tracer in said for said in several.values()):
            return Verdict(tracer, evidence)
    if not named and not several:
        return Verdict("unknown", "")
    return Verdict("conflict", "; ".join([*named.values(), *several]))
