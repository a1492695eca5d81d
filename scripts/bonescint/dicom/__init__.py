"""Raw DICOM: reading headers fast, and telling tracer, view, phase and kind from their contents."""

from bonescint.dicom.elements import Elements
from bonescint.dicom.headers import Header, Unreadable, read_header
from bonescint.dicom.index import classify, index_row
from bonescint.dicom.tracer import Verdict, find_tracer
from bonescint.dicom.tree import index_tree, walk
from bonescint.dicom.views import find_views
from bonescint.text.charset import decode

__all__ = [
    "Elements",
    "Header",
    "Unreadable",
    "Verdict",
    "classify",
    "decode",
    "find_tracer",
    "find_views",
    "index_row",
    "index_tree",
    "read_header",
    "walk",
]
