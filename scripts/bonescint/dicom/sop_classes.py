"""The SOP classes that the study needs to distinguish (PS3.4 annex B.5).

They are not taken from pydicom. Many rules need one and read no image, and importing pydicom would
take longer than their work.
"""

from bonescint.resources import resource_rows

_CLASSES = resource_rows("sop_classes.csv")


def _of_kind(kind: str) -> list[str]:
    return [row["uid"] for row in _CLASSES if row["kind"] == kind]


[NUCLEAR_MEDICINE] = _of_kind("nuclear_medicine")
SECONDARY_CAPTURES = frozenset(_of_kind("secondary_capture"))
SECONDARY_CAPTURE = min(SECONDARY_CAPTURES)  # of one frame; the UIDs of the others begin with it
# a DICOMDIR is the list of a medium's files and no image
[MEDIA_DIRECTORY] = _of_kind("media_directory")
