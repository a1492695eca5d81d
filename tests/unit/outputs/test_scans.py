import csv
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from bonescint.dicom.frame_views import frame_views
from bonescint.dicom.view_codes import VIEWS
from bonescint.outputs.scans import read_views
from tests.scripts.outputs.results import write_results, write_scans


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_results(tmp_path_factory.mktemp("results"))
    with (folder / "cases.csv").open(encoding="utf-8") as stream:
        write_scans(folder / "dicom", list(csv.DictReader(stream))[:12])
    return folder


def some_case(results: Path) -> Path:
    return min(path for path in (results / "dicom").glob("*/*") if path.is_dir())


def test_views_come_from_the_view_code_and_not_from_the_order(results: Path) -> None:
    views = read_views(some_case(results))
    assert [view.name for view in views] == ["anterior", "posterior"]
    # the writer put the hot spot on the anterior view and that view last
    assert views[0].pixels.max() > 2 * views[1].pixels.max()


def test_view_of_a_single_view_file_and_of_none() -> None:
    dataset, code = Dataset(), Dataset()
    assert frame_views(dataset) == [""]
    code.CodeValue = "399001007"
    dataset.ViewCodeSequence = [code]
    assert frame_views(dataset) == ["posterior"]


@pytest.mark.parametrize(("scheme", "value"), VIEWS)
def test_a_view_in_any_scheme_that_a_source_uses(scheme: str, value: str) -> None:
    dataset, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator = value, scheme
    dataset.ViewCodeSequence = [code]
    assert frame_views(dataset) == [VIEWS[scheme, value]]


def test_what_is_no_picture_is_passed_over(results: Path, tmp_path: Path) -> None:
    source = next(some_case(results).iterdir())
    colour = dcmread(source)
    colour.PhotometricInterpretation = "RGB"
    colour.save_as(tmp_path / "1.dcm")
    broken = dcmread(source)
    del broken.PixelData
    broken.save_as(tmp_path / "2.dcm")
    assert read_views(tmp_path) == []


@pytest.mark.parametrize("header", [{}, {"PresentationLUTShape": "INVERSE"}])
def test_a_scan_whose_lowest_number_is_white_is_drawn_like_any_other(
    results: Path, tmp_path: Path, header: dict[str, str]
) -> None:
    for name, folder in (("0", "usual"), ("1", "inverted")):
        (tmp_path / folder).mkdir()
        for source in some_case(results).iterdir():
            scan = dcmread(source)
            if folder == "inverted":
                frames = scan.pixel_array
                scan.PixelData = (frames.max() - frames).tobytes()
                scan.PhotometricInterpretation = "MONOCHROME1"
                scan.update(header)
            scan.save_as(tmp_path / folder / f"{name}{source.name}")
    usual, inverted = (read_views(tmp_path / folder) for folder in ("usual", "inverted"))
    assert [view.name for view in usual] == [view.name for view in inverted]
    for one, other in zip(usual, inverted, strict=True):
        difference = one.pixels.astype(int) - other.pixels
        assert difference.min() == difference.max()
