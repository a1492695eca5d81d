"""Write resources/nm_attributes.csv and nm_codes.csv from nm_decisions.csv and the standard.

Run by hand, in a separate environment (the project itself needs neither package):

    python -m venv /tmp/tables
    /tmp/tables/bin/pip install highdicom==0.28.2 dicom-anonymizer==2.1.0
    /tmp/tables/bin/python tools/generate_nm_attributes.py

highdicom (MIT) holds the modules of each IOD with their Types, dicom-anonymizer (BSD) the actions
of PS3.15 Table E.1-1, pydicom the coded concepts. An attribute of the two IODs that
nm_decisions.csv does not name gets the strictest decision that its Type allows, so nothing stays by
oversight.
"""

import csv
import json
from pathlib import Path

import highdicom
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as e11
from pydicom.datadict import dictionary_VM, dictionary_VR, tag_for_keyword
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

ROOT = Path(__file__).resolve().parents[1]
STANDARD = Path(highdicom.__file__).parent / "_standard"
IODS = {"type_nm": "nuclear-medicine-image", "type_sc": "secondary-capture-image"}
STRICTEST_FIRST = ["1", "1C", "2", "2C", "3"]
# optional modules that are removed as a whole: their Types hold only where the module is present
DROPPED_MODULES = (
    "acquisition-context", "clinical-trial", "device", "enhanced-patient-orientation",
    "frame-extraction", "icc-profile", "image-plane", "multi-frame-overlay", "overlay-plane",
    "specimen", "synchronization",
)  # fmt: skip
SOURCE = "PS3.3 modules, PS3.15 E.1-1 2026c"
# code sequence -> context groups whose codes may stay
CODE_LISTS = {
    "RadionuclideCodeSequence": [18],
    "RadiopharmaceuticalCodeSequence": [25],
    "AdministrationRouteCodeSequence": [11],
    "ViewCodeSequence": [26],
    "PatientOrientationCodeSequence": [19],
    "PatientOrientationModifierCodeSequence": [20],
    "PatientGantryRelationshipCodeSequence": [21],
    "AnatomicRegionSequence": [4],
    "PurposeOfReferenceCodeSequence": [7202],
    "DerivationCodeSequence": [7203],
}
# in real files SNOMED's older codes have these designators
SRT_ALIASES = ["SRT", "99SDM", "SNM3"]
# older codes that the current context groups do not map. Sources:
# G-5190, G-5191 (gantry): the code meanings in Siemens' files; in CID 21 F-10470 and F-10480
# replaced them. F-10440: CID 19 before 2016. T-11000: SNOMED's topography.
# R-10206, R-10214: the radiographic views (CID 4010), which cameras write for the side that faces
# the detector (bonescint.dicom.view_codes)
OLDER_CODES = {
    "PatientGantryRelationshipCodeSequence": {"G-5190": "headfirst", "G-5191": "feet-first"},
    "PatientOrientationCodeSequence": {"F-10440": "erect"},
    "AnatomicRegionSequence": {"T-11000": "Skeletal system"},
    "ViewCodeSequence": {"R-10206": "Anterior projection", "R-10214": "Posterior projection"},
}


def profile_actions() -> dict[tuple[int, int], str]:
    """Return tag -> action of the basic profile (X, Z, D, U and their combinations)."""
    return {
        tag: name.removesuffix("_TAGS").replace("_STAR", "*").replace("_", "/")
        for name in vars(e11)
        if name.endswith("_TAGS") and name != "ALL_TAGS"
        for tag in getattr(e11, name)
        if len(tag) == 2
    }


def types_of(iod: str) -> dict[str, str]:
    """Return keyword path -> strictest Type of an IOD's modules (the dropped ones left out)."""
    modules = json.loads((STANDARD / "iod_module_map.json").read_text())[iod]
    attributes = json.loads((STANDARD / "module_attribute_map.json").read_text())
    types: dict[str, str] = {}
    for module in modules:
        dropped = module["key"].startswith(DROPPED_MODULES)
        for attribute in attributes[module["key"]]:
            path = "/".join([*attribute["path"], attribute["keyword"]])
            found = "3" if dropped else attribute["type"]
            known = types.get(path, "3")
            types[path] = min(found, known, key=STRICTEST_FIRST.index)
    return types


def by_type(type_nm: str, type_sc: str) -> str:
    """Return the strictest decision that the Types allow, for attributes without a decision."""
    # 1C and 2C: their condition is about a part that is removed, so the attribute is removed too
    if "1" in (type_nm, type_sc):
        raise SystemExit("a Type 1 attribute needs a decision of its own in nm_decisions.csv")
    return "empty" if "2" in (type_nm, type_sc) else "remove"


def write_attributes() -> None:
    """Write resources/nm_attributes.csv."""
    with (ROOT / "tools/nm_decisions.csv").open(encoding="utf-8", newline="") as stream:
        decided = {row["path"]: row for row in csv.DictReader(stream)}
    types = {column: types_of(iod) for column, iod in IODS.items()}
    actions = profile_actions()
    paths = set(decided)
    for known in types.values():
        # below an attribute that is removed as a whole nothing needs its own decision
        paths |= {
            p
            for p in known
            if "/" not in p or decided.get(p.rpartition("/")[0], {}).get("decision") == "keep"
        }
    rows = []
    for path in paths:
        keywords = path.split("/")
        tags = [tag_for_keyword(keyword) for keyword in keywords]
        if None in tags:
            # newer than pydicom's dictionary: not in the list, and therefore removed
            continue
        leaf = tags[-1]
        here = {column: known.get(path, "") for column, known in types.items()}
        own = decided.get(path)
        rows.append(
            {
                "path": "/".join(f"({t >> 16:04X},{t & 0xFFFF:04X})" for t in tags),
                "keyword": "/".join(keywords),
                "vr": dictionary_VR(leaf).replace(" or ", "/"),
                "vm": dictionary_VM(leaf),
                **here,
                "ps315": actions.get((leaf >> 16, leaf & 0xFFFF), ""),
                "decision": own["decision"] if own else by_type(**here),
                "why": own["why"] if own else "not needed for the study",
                "source": SOURCE if any(here.values()) else "in neither IOD; seen in real files",
            }
        )
    write(ROOT / "resources/nm_attributes.csv", sorted(rows, key=lambda row: row["path"]))


def write_codes() -> None:
    """Write resources/nm_codes.csv: the codes that may stay, each with its standard meaning."""
    older = mapping["SCT"]
    rows = []
    for keyword, groups in CODE_LISTS.items():
        for group in groups:
            for scheme, names in cid_concepts[group].items():
                for name in names:
                    for value, (meaning, members) in concepts[scheme][name].items():
                        if group not in members:
                            continue
                        codes = [(scheme, value)]
                        if scheme == "SCT" and value in older:
                            codes += [(alias, older[value]) for alias in SRT_ALIASES]
                        rows += [
                            {"sequence": keyword, "scheme": s, "value": v, "meaning": meaning}
                            for s, v in codes
                        ]
    rows += [
        {"sequence": keyword, "scheme": alias, "value": value, "meaning": meaning}
        for keyword, older_codes in OLDER_CODES.items()
        for value, meaning in older_codes.items()
        for alias in SRT_ALIASES
    ]
    write(
        ROOT / "resources/nm_codes.csv",
        sorted(rows, key=lambda row: (row["sequence"], row["scheme"], row["value"])),
    )


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a table of the project (UTF-8, LF)."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write_attributes()
    write_codes()
