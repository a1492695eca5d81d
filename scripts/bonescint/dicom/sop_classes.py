"""The SOP classes that the study tells apart (PS3.4 annex B.5).

Not by pydicom's names: many rules need one and read no image, and to import pydicom takes longer
than they work.
"""

from bonescint.resources import resource_rows

_CLASSES = resource_rows("sop_classes.csv")


def _of_kind(kind: str) -> list[str]:
    return [row["uid"] for row in _CLASSES if row["kind"] == kind]


[NUCLEAR_MEDICINE] = _of_kind("nuclear_medicine")
SECONDARY_CAPTURES = frozenset(_of_kind("secondary_capture"))
SECONDARY_CAPTURE = min(SECONDARY_CAPTURES)  # of one frame: the others' numbers begin with its own
# a DICOMDIR: the list of a medium's files, no image
[MEDIA_DIRECTORY] = _of_kind("media_directory")
