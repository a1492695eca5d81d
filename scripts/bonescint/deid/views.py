"""Write the known view where the IOD has a place for it (R22: before private groups go)."""

from bonescint.deid.encoding import CodedElements, coded_item, value_of
from bonescint.deid.policy import Policy
from bonescint.dicom import tags
from bonescint.dicom.view_codes import SNOMED_CT


def save_views(elements: CodedElements, policy: Policy, views: list[str]) -> None:
    """Write View Code Sequence for the frames whose view is known. Nothing else is added.

    In the NM IOD the view belongs to a detector (NM Detector Module). In Secondary Capture it
    belongs to the image (SC Image Module). A detector whose frames have different views gets none.

    Parameters
    ----------
    elements
        The coded data set, changed in place.
    views
        ``anterior`` or ``posterior`` for each frame; empty if unknown.
    """
    frames = int(value_of(elements, tags.NumberOfFrames) or 1)
    if not views or len(views) != frames or not all(view in SNOMED_CT for view in views):
        return
    if policy.iod == "sc":
        if len(set(views)) == 1:
            elements[tags.ViewCodeSequence] = "SQ", [coded_item(*SNOMED_CT[views[0]])]
        return
    vector = value_of(elements, tags.DetectorVector)
    numbers = [int.from_bytes(vector[i : i + 2], "little") for i in range(0, len(vector), 2)]
    _, items = elements.get(tags.DetectorInformationSequence, ("SQ", b""))
    if len(numbers) != frames:
        # without a Detector Vector, frames have a known detector only if each has its own
        if isinstance(items, list) and len(items) != frames:
            return
        numbers = list(range(1, frames + 1))
    if min(numbers) < 1:
        return
    if not isinstance(items, list):
        # the sequence is Type 2: new items hold the known view, and the rest is empty
        items = [
            {
                rule.tag: (rule.vr, b"")
                for rule in policy.rules[tags.DetectorInformationSequence].items.values()
                if rule.type == "2"
            }
            for _ in range(max(numbers))
        ]
    seen: dict[int, set[str]] = {}
    for number, view in zip(numbers, views, strict=True):
        seen.setdefault(number, set()).add(view)
    for number, shown in seen.items():
        if number > len(items):
            continue
        if len(shown) == 1:
            items[number - 1][tags.ViewCodeSequence] = "SQ", [coded_item(*SNOMED_CT[shown.pop()])]
        else:
            # the source gave one view to a detector that shows two
            items[number - 1].pop(tags.ViewCodeSequence, None)
    elements[tags.DetectorInformationSequence] = "SQ", items
