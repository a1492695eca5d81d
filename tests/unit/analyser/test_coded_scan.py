"""What is read of a coded case: counts by View Code, spacing, and why a file is left out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from bonescint.analyser.coded_scan import read_scan
from tests.scripts.outputs.results import write_scans


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_scans(tmp_path, [{"code": "BS-22222", "batch": "00"}])
    folder = tmp_path / "00" / "BS-22222"
    change(folder, ImageType=["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"], Modality="NM",
           PixelSpacing=[2.26, 2.26])  # fmt: skip
    return folder


def change(folder: Path, **values: Any) -> None:
    dataset = dcmread(folder / "1.dcm")
    for name, value in values.items():
        setattr(dataset, name, value)
    dataset.save_as(folder / "1.dcm")


def test_views_by_their_codes_with_their_spacing(case: Path) -> None:
    scan = read_scan(case)
    frames = dcmread(case / "1.dcm").pixel_array
    # the posterior view stands first in the file
    assert np.array_equal(scan.views["POSTERIOR"], frames[0])
    assert np.array_equal(scan.views["ANTERIOR"], frames[1])
    assert scan.spacings == {(2.26, 2.26)} and not scan.others


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]}, "not_whole_body"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"]}, "not_whole_body"),
        ({"SeriesDescription": "WB early blood pool"}, "early_phase"),
        ({"ImageID": "blood pool"}, "early_phase"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "no_counts"),
        ({"PresentationLUTShape": "INVERSE"}, "no_counts"),
        ({"PixelData": b"\0\0"}, "no_counts"),
    ],
)
def test_a_file_that_is_no_late_whole_body_scan_is_left_out(
    case: Path, values: dict[str, Any], why: str
) -> None:
    change(case, **values)
    scan = read_scan(case)
    assert (scan.views, scan.others) == ({}, {why})


@pytest.mark.parametrize("spacing", [None, [], "2.26", [2.26, 0]])
def test_an_unknown_spacing_is_none(case: Path, spacing: Any) -> None:
    change(case, PixelSpacing=spacing)
    ((rows, columns),) = read_scan(case).spacings
    assert 0.0 in (rows, columns)


def test_a_case_without_files_has_no_pictures(tmp_path: Path) -> None:
    scan = read_scan(tmp_path / "BS-33333")
    assert (scan.views, scan.spacings, scan.others) == ({}, set(), set())
