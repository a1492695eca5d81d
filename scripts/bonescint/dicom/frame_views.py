"""The view of each frame of a coded file, by the codes that the de-identification writes."""

from pydicom.dataset import Dataset

from bonescint.dicom.view_codes import VIEWS

# each value means one view in all coding schemes, so the scheme need not be checked
_VIEWS = {value: view for (_, value), view in VIEWS.items()}


def _view(item: Dataset) -> str:
    for code in item.get("ViewCodeSequence") or []:
        name = _VIEWS.get(str(code.get("CodeValue", "")))
        if name:
            return name
    return ""


def frame_views(dataset: Dataset) -> list[str]:
    """Return each frame's view, ``anterior``, ``posterior`` or empty.

    Parameters
    ----------
    dataset
        A coded NM object. Detector Vector names the detector of each frame. The detector's item, or
        else the file itself, holds the View Code Sequence.
    """
    n_frames = int(dataset.get("NumberOfFrames") or 1)
    detectors = dataset.get("DetectorInformationSequence") or []
    vector = dataset.get("DetectorVector")
    if vector is None:
        vector = []
    vector = [vector] if isinstance(vector, int) else list(vector)
    views = []
    for frame in range(n_frames):
        detector = int(vector[frame]) if frame < len(vector) else min(frame + 1, len(detectors))
        item = detectors[detector - 1] if 0 < detector <= len(detectors) else Dataset()
        views.append(_view(item) or _view(dataset))
    return views
