"""Patients, images and tables of three small studies that are not the demonstration's."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from pydicom.dataset import Dataset, FileDataset

from bonescint.demo.headers import make_object
from bonescint.demo.patients import Patient, sample_patients
from bonescint.demo.scans import WHOLE_BODY, add_acquisition
from bonescint.dicom.sop_classes import NUCLEAR_MEDICINE
from bonescint.resources import ROOT, SYNTHETIC

SEED = 20240401
_WINDOW = {"exam_from": "2019-06-01", "exam_to": "2019-09-30"}


class Scan(NamedTuple):
    """What the headers of a study's images say, beside the patient."""

    agent: str
    study: str
    series: str
    image_type: Sequence[str] = WHOLE_BODY


BONE = Scan("Tc-99m HMDP", "Whole Body Bone", "WB delayed 3h")
LIVER = Scan(
    "Tc-99m phytate", "肝シンチ", "肝臓 前面・後面", ("ORIGINAL", "PRIMARY", "STATIC", "EMISSION")
)


def patients(n: int, tracer: str, sexes: str = "F") -> list[Patient]:
    """Return patients of whom every second has metastases."""
    settings = {"seed": SEED, "women_per_tracer": n, "with_findings": n}
    drawn = [one for one in sample_patients(settings, _WINDOW) if one.kind == "study"]
    ill = [one for one in drawn if one.metastases][: n // 2]
    well = [one for one in drawn if not one.metastases][: n - n // 2]
    pairs = [one for pair in zip(ill, well, strict=False) for one in pair]
    return [
        replace(one, index=i, sex=sexes[i // 2 % len(sexes)], tracer=tracer, vendor="siemens")
        for i, one in enumerate(pairs)
    ]


def write_images(folder: Path, people: Iterable[Patient], scan: Scan) -> None:
    """Write one object of two views a patient: little of everything, but a whole header."""
    for patient in people:
        ds = _image(patient, scan)
        path = folder / patient.patient_id / "IM000001"
        path.parent.mkdir(parents=True)
        ds.save_as(path, enforce_file_format=True)


def _image(patient: Patient, scan: Scan) -> FileDataset:
    ds = make_object(
        patient,
        SEED,
        sop_class=NUCLEAR_MEDICINE,
        series="image",
        series_number=1,
        instance=1,
        image_type=scan.image_type,
        description=scan.series,
        minutes=180,
    )
    rng = np.random.default_rng([SEED, patient.index])
    # as dark as a body in the middle and empty at the rim, where letters would be looked for
    expected = np.zeros((2, 128, 48))
    expected[:, 8:120, 12:36] = 6
    for _ in patient.metastases:
        row, column = rng.integers(16, 110), rng.integers(14, 32)
        expected[:, row : row + 3, column : column + 3] = 30
    add_acquisition(ds, patient, SEED, rng.poisson(expected).astype(np.uint16))
    ds.StudyDescription = ds.RequestedProcedureDescription = scan.study
    if scan is not BONE:
        ds.BodyPartExamined, ds.AdditionalPatientHistory = "LIVER", "大腸癌術後"
    drug = Dataset()
    drug.Radiopharmaceutical = scan.agent
    ds.RadiopharmaceuticalInformationSequence = [drug]
    ds.DetectorVector, ds.NumberOfDetectors = [1, 2], 2
    ds.DetectorInformationSequence = [_detector("ANT", "180"), _detector("POST", "0")]
    return ds


def _detector(view: str, angle: str) -> Dataset:
    named, item = Dataset(), Dataset()
    named.CodeValue, named.CodingSchemeDesignator, named.CodeMeaning = view, "99NMG", view
    item.ViewCodeSequence, item.StartAngle = [named], angle
    return item


def write_table(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write a table of the hospital: UTF-8 with its mark, one header a key."""
    table = [{**row, "備考": SYNTHETIC} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, table[0])
        writer.writeheader()
        writer.writerows(table)


def write_declined(path: Path, people: Iterable[Patient]) -> None:
    """Write the list of patients who declined, with one ID that belongs to no patient."""
    rows = [(one.patient_id, "2024-11-05", "本人", "", "") for one in people]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([("患者ID", "申出日", "申出者", "理由", "続柄"), *rows])


def measured(people: Iterable[Patient], lag: float, *names: str) -> list[dict[str, object]]:
    """Return what a version measures: more of each with more metastases, and some noise.

    Parameters
    ----------
    people
        The patients.
    lag
        What tells one version from another.
    names
        Headers: of a number, and of a count.
    """
    number, count = names
    rows = []
    for patient in people:
        rng = np.random.default_rng([SEED, patient.index, round(100 * lag)])
        n = len(patient.metastases)
        found: dict[str, object] = {"ID": patient.patient_id, "Date": f"{patient.exam:%Y-%m-%d}"}
        found[number] = f"{0.3 * n * lag + rng.uniform(0, 0.9):.2f}"
        found[count] = int(rng.poisson(0.4 + n * lag))
        rows.append(found)
    return rows


def read(people: Iterable[Patient], reader: int) -> list[dict[str, object]]:
    """Return what a reader writes of each patient: now and then one is missed, or none counted."""
    rows = []
    for patient in people:
        missed = patient.index % 7 == 3 * reader
        n = 0 if missed else len(patient.metastases)
        said = f"転移を {n} か所に認める。" if n else "転移を認めない。"
        rows.append(
            {
                "患者ID": patient.patient_id,
                "検査日": f"{patient.exam:%Y-%m-%d}",
                "転移数": n,
                "転移の有無": "有" if n else "無",
                "所見": said,
            }
        )
    return rows


def configuration(**parts: dict[str, Any]) -> dict[str, Any]:
    """Return the default configuration with some of its parts changed, without the demonstration.

    Parameters
    ----------
    parts
        Top-level key -> what changes in it, key by key; `software`, `readers` whole.
    """
    config: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    del config["demo"]
    config["deidentification"]["batch_size"] = 3
    del config["study"]["design"]  # what the demonstration states of itself
    config["metrics"] |= {"primary": None, "families": {}, "subgroups": None}
    for key, part in parts.items():
        if key in ("software", "readers") or not isinstance(config[key], dict):
            config[key] = part
        else:
            config[key] |= part
    return config


def write_config(folder: Path, config: Mapping[str, Any]) -> None:
    """Write the configuration of a study."""
    text = yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
