"""docs/*/security.md: its numbers of who is recognised without a name are the demonstration's."""

import re
from io import BytesIO

import numpy as np
import pytest
import yaml
from pydicom import Dataset

from bonescint.deid.instance import deidentify
from bonescint.deid.k_anonymity import assess
from bonescint.demo.patients import sample_patients
from bonescint.demo.scans import whole_body
from bonescint.files import Row
from bonescint.resources import ROOT
from tests.unit.deid.door import SETTINGS

# the rows of the pages, in their order
ROWS = [
    "age",
    "study_date",
    "age+height_cm",
    "age+weight_kg",
    "age+study_date",
    "sex+age+station_name+study_date+height_cm+weight_kg",
    "sex+age+station_name+study_date/month+height_cm+weight_kg",
    "sex+age+station_name+study_date+height_cm/10+weight_kg/10",
    "sex+age/5+station_name+study_date/month+height_cm/5+weight_kg/5",
    "sex+age/10+station_name+study_date/month+height_cm/10+weight_kg/10",
    "sex+age/5+station_name+study_date/month",
    "sex+age/10+station_name+study_date/month",
]
SHOWN = re.compile(r"^\|.*\| (\d+) (?:of|/) (\d+) \|$", re.M)


@pytest.fixture(scope="module")
def cases() -> list[Row]:
    """Return what the coded files of the default demonstration tell of each patient."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    # the images tell none of it
    pixels = np.ones((2, 64, 64), "<u2")
    found = []
    for patient in sample_patients(config["demo"], config["cohort"]):
        if patient.kind == "study":
            code = f"BS-{patient.index:05}"
            scan = whole_body(patient, config["demo"]["seed"], pixels)[0]
            facts = deidentify(_bytes(scan), {"views": ""}, code, SETTINGS).facts
            row = {name: "" if value is None else str(value) for name, value in facts.items()}
            found.append({"code": code} | row)
    return found


def _bytes(scan: Dataset) -> bytes:
    stream = BytesIO()
    scan.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_has_the_numbers_of_the_demonstration(cases: list[Row], language: str) -> None:
    found = {str(row["attributes"]): row for row in assess(cases)[0]}
    text = (ROOT / "docs" / language / "security.md").read_text(encoding="utf-8")
    shown = [(int(alone), int(n)) for alone, n in SHOWN.findall(text)]
    assert shown == [(found[name]["unique"], found[name]["n"]) for name in ROWS]
