"""Two readers, one result: byte ranges and pydicom give the same file or the same refusal."""

import dataclasses
import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_files
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescint.deid import instance
from bonescint.deid.instance import Coded
from bonescint.deid.ranges import Unusual, read_ranges
from bonescint.deid.refusal import Refused
from bonescint.demo.patients import sample_patients
from bonescint.demo.scans import whole_body
from bonescint.resources import ROOT
from tests.unit.deid.bad_files import CASES
from tests.unit.deid.door import SETTINGS, coded
from tests.unit.deid.encoded import GOOD, IMPLICIT, STATION, changed, element, encode, undefined
from tests.unit.deid.samples import as_file, ge, plant, siemens
from tests.unit.deid.test_random import BASE, trees

SETTINGS = dataclasses.replace(SETTINGS, keep_secondary_capture=True)
REAL = Path(os.environ.get("BONESCINT_REAL_DATA", ROOT.parent / "shared" / "data" / "real"))
# test_bad_input.py tells files that hang the program from files that raise
HANGING = {"JPEG 2000, tile that ends before its data", "ambiguous words"}


def _never(*_: object) -> None:
    raise Unusual


def outcome(data: bytes, views: str, reader) -> object:
    """Return what one reader makes of a file: bytes and report, or the refusal's reason."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instance, "read_ranges", reader)
        try:
            done: Coded = coded(data, views, SETTINGS)
        except Refused as refusal:
            return refusal.reason
        except Exception as error:
            return type(error).__name__
        return done.data, done.facts, done.table


def assert_alike(data: bytes, views: str = "") -> None:
    assert outcome(data, views, read_ranges) == outcome(data, views, _never)


def is_usual(data: bytes) -> bool:
    try:
        read_ranges(data)
    except Unusual:
        return False
    return True


SAMPLES = {
    "two frames": siemens(),
    "one frame": ge(),
    "identifiers everywhere": plant(siemens()),
    "no lengths": undefined(plant(siemens())),
}


@pytest.mark.parametrize("views", ["", "anterior+posterior", "posterior"])
@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian]
)
@pytest.mark.parametrize("name", SAMPLES)
def test_samples(name, syntax, views):
    data = as_file(SAMPLES[name], syntax)
    assert is_usual(data)
    assert_alike(data, views)


@pytest.mark.parametrize("name", [name for name in CASES if name not in HANGING])
def test_bad_files(name):
    assert_alike(CASES[name][0])


@pytest.mark.parametrize("station", ["Köln", "Götz"])
def test_texts_in_the_declared_character_set(station):
    data = changed(
        element(0x00080005, "CS", b"ISO_IR 100"),
        element(0x00100010, "PN", "Götz^Änne".encode("latin-1")),
        element(STATION, "SH", station.encode("latin-1")),
    )
    assert is_usual(data)
    assert_alike(data)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    extra=trees(3),
    syntax=st.sampled_from([ExplicitVRLittleEndian, ImplicitVRLittleEndian]),
    loose=st.booleans(),
)
def test_random_data_sets(extra, syntax, loose):
    data = encode({**BASE, **extra}, syntax, loose)
    assert is_usual(data)
    assert_alike(data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_headers(data):
    source = data.draw(st.sampled_from([GOOD, IMPLICIT, as_file(undefined(siemens()))]))
    at = data.draw(st.integers(132, len(source) - 1024))
    cut = data.draw(st.integers(0, 4))
    put = data.draw(st.one_of(st.binary(max_size=4), st.just(source[at : at + cut + 4])))
    assert_alike(source[:at] + put + source[at + cut :])


def test_scans_of_the_phantom():
    cohort = {"exam_from": "2019-06-01", "exam_to": "2019-09-30", "sex": "F"}
    demo = {"seed": 5, "women_per_tracer": 8, "with_findings": 8}
    noise = np.random.default_rng(3)
    fast = 0
    for patient in sample_patients(demo, cohort):
        pixels = noise.poisson(4, (2, 64, 64)).astype("<u2")
        for ds in whole_body(patient, 5, pixels):
            buffer = BytesIO()
            ds.save_as(buffer, enforce_file_format=True)
            fast += is_usual(buffer.getvalue())
            assert_alike(buffer.getvalue(), "anterior+posterior")
    assert fast >= 16


@pytest.mark.real_data
def test_real_files():
    paths = [Path(path) for path in get_testdata_files("*") if Path(path).is_file()]
    if REAL.is_dir():
        paths += [path for path in REAL.rglob("*") if path.is_file()]
    differing = []
    for path in sorted(paths):
        data = path.read_bytes()
        # most of the large ones are pictures in colour and dose grids
        if len(data) < 300_000 and outcome(data, "", read_ranges) != outcome(data, "", _never):
            differing.append(path.name)
    assert differing == []


@pytest.mark.real_data
@pytest.mark.parametrize(
    "name",
    ["nm-nema/NM1_UNC", "nm-qc/Background", "nm-qc/MaxCountRate.dcm",
     "nm-qc/UNIFORMIDAD_1_Ok.dcm", "nm-openrem/NM-NmIm-Siemens-s1-1.dcm"],
)  # fmt: skip
def test_real_scans_take_the_fast_way(name):
    if not (REAL / name).is_file():
        pytest.skip(f"no real files: {name} is absent (BONESCINT_REAL_DATA)")
    data = (REAL / name).read_bytes()
    assert is_usual(data)
    assert_alike(data, "anterior")
