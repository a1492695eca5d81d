"""One row of the index per readable instance: identity, description and how it was classified."""

from bonescint.dicom.classify import find_kind, find_phase
from bonescint.dicom.elements import Elements
from bonescint.dicom.headers import Header
from bonescint.dicom.tracer import find_tracer
from bonescint.dicom.views import find_views

_TEXTS = {
    "sop_class_uid": 0x00080016,
    "sop_instance_uid": 0x00080018,
    "study_instance_uid": 0x0020000D,
    "series_instance_uid": 0x0020000E,
    "modality": 0x00080060,
    "manufacturer": 0x00080070,
    "model": 0x00081090,
    "image_type": 0x00080008,
    "number_of_frames": 0x00280008,
    "patient_id": 0x00100020,
    "patient_name": 0x00100010,
    "patient_birth_date": 0x00100030,
    "patient_sex": 0x00100040,
    "patient_age": 0x00101010,
    "patient_size": 0x00101020,
    "patient_weight": 0x00101030,
    "study_date": 0x00080020,
    "study_time": 0x00080030,
}
_PATIENT_ID, _OTHER_PATIENT_IDS, _OTHER_PATIENT_IDS_SEQUENCE = 0x00100020, 0x00101000, 0x00101002
_NUMBERS = {"rows": 0x00280010, "columns": 0x00280011}


def classify(header: Elements, has_pixel_data: bool) -> dict[str, str]:
    """Return kind, phase, views and tracer, each with its evidence.

    Parameters
    ----------
    header
        Of the instance: ``Elements(dataset)``.
    has_pixel_data
        Whether Pixel Data follow.
    """
    verdicts = {
        "kind": find_kind(header, has_pixel_data),
        "phase": find_phase(header),
        "views": find_views(header),
        "tracer": find_tracer(header),
    }
    row = {name: verdict.value for name, verdict in verdicts.items()}
    return row | {f"{name}_evidence": verdict.evidence for name, verdict in verdicts.items()}


def index_row(header: Header, path: str, size: int) -> dict[str, str]:
    """Return the row of an instance (docs/en/tables.md, private/index.csv).

    Parameters
    ----------
    header
        What `read_header` read.
    path
        Relative to the raw folder, with ``/``.
    size
        Of the file, in bytes.
    """
    elements = Elements(header.dataset)
    row = {"path": path, "size": str(size), "transfer_syntax_uid": header.transfer_syntax_uid}
    row |= {column: elements.text(tag) for column, tag in _TEXTS.items()}
    row |= {
        column: "".join(map(str, elements.integers(tag)[:1])) for column, tag in _NUMBERS.items()
    }
    others = [elements.text(_OTHER_PATIENT_IDS)]
    others += [item.text(_PATIENT_ID) for item in elements.items(_OTHER_PATIENT_IDS_SEQUENCE)]
    row["other_patient_ids"] = "\\".join(filter(None, others))
    return row | classify(elements, header.has_pixel_data)
