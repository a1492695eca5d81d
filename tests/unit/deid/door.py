"""One instance through the de-identification, with the settings of most tests."""

import dataclasses
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescint.deid.instance import Coded, Settings, deidentify
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import UidReplacer
from bonescint.resources import ROOT
from tests.unit.deid.samples import CODE, SECRET, as_file

TABLE = ROOT / "resources/tag_table.csv"
POLICIES = load_policies(TABLE, "BONE SCINTIGRAPHY", "WHOLE BODY")
SETTINGS = Settings(POLICIES, UidReplacer(SECRET), keep_secondary_capture=False)
NATIVE = (
    ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
)  # fmt: skip


def by_table(table: Path, **more: object) -> Settings:
    """Return the settings with another table of the hospital, or with decisions."""
    return dataclasses.replace(SETTINGS, policies=load_policies(table, "STUDY", "SERIES", **more))


def coded(source: Dataset | bytes, views: str = "", settings: Settings = SETTINGS) -> Coded:
    """Return the coded form of an instance or a file."""
    data = source if isinstance(source, bytes) else as_file(source)
    return deidentify(data, {"views": views}, CODE, settings)


def written(source: Dataset | bytes, settings: Settings = SETTINGS) -> Dataset:
    """Return the coded file, read again."""
    return dcmread(BytesIO(coded(source, settings=settings).data))


def refusal(source: Dataset | bytes, settings: Settings = SETTINGS) -> Refused:
    """Return why a file is not coded."""
    with pytest.raises(Refused) as refused:
        coded(source, settings=settings)
    return refused.value
