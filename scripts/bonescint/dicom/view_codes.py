"""The codes of the two views of a whole-body scan (PS3.16 CID 26), for reading and writing."""

from typing import NamedTuple


class ViewCode(NamedTuple):
    """An item of View Code Sequence."""

    scheme: str
    value: str
    meaning: str


# the codes that are written to a coded file
SNOMED_CT = {
    "anterior": ViewCode("SCT", "399321004", "Anterior projection"),
    "posterior": ViewCode("SCT", "399001007", "Posterior projection"),
}
# older codes of SNOMED 3 and SNOMED RT; vendors use three names of this scheme
_BEFORE = {
    "G-5215": "anterior",
    "R-10206": "anterior",
    "G-5216": "posterior",
    "R-10214": "posterior",
}
# by scheme and value
VIEWS = {(code.scheme, code.value): view for view, code in SNOMED_CT.items()} | {
    (scheme, value): view for scheme in ("SRT", "SNM3", "99SDM") for value, view in _BEFORE.items()
}
