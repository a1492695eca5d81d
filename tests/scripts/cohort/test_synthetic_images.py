"""What the configuration says of the images is held against what every one of them says."""

from pathlib import Path

import pydicom
import pytest
from scripts.cohort.filter_opt_out import refuse_other_kind
from scripts.ingest.index_dicom import index_dicom

from bonescint.errors import InputError
from bonescint.files import read_rows
from tests.unit.dicom.samples import nm_file


def indexed(folder: Path, *marks: str, **header: str) -> Path:
    """Return the index of images with these values of Synthetic Data; empty = no such element."""
    for number, mark in enumerate(marks):
        path = nm_file(folder / "hospital" / f"{number}.dcm", number)
        dataset = pydicom.dcmread(path)
        if mark:
            dataset.add_new("SyntheticData", "CS", mark)
        for keyword, value in header.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
    (folder / "hospital" / "notes.txt").write_text("what is no image says nothing")
    tables = [folder / f"{name}.csv" for name in ("index", "unindexed")]
    index_dicom(folder / "hospital", *tables, folder / "receipt.json", 1)
    return tables[0]


@pytest.mark.parametrize(
    ("marks", "synthetic", "counts"),
    [
        (["YES", "YES"], True, ()),
        (["", "NO"], False, ()),
        (["YES", "", "NO"], True, ("2", "3")),
        (["", ""], True, ("2", "2")),
        (["", "YES"], False, ("1", "2")),
        (["yes"], False, ("1", "1")),
    ],
)
def test_both_ways(
    tmp_path: Path, marks: list[str], synthetic: bool, counts: tuple[str, ...]
) -> None:
    index = indexed(tmp_path, *marks)
    if not counts:
        refuse_other_kind(index, synthetic, "ja")
        return
    for language in ("ja", "en"):
        with pytest.raises(InputError) as refused:
            refuse_other_kind(index, synthetic, language)
        (said,) = refused.value.problems
        assert "study.synthetic" in said and "(0008,001C)" in said and "inputs.dicom" in said
        assert all(f"{n} " in said for n in counts)


def test_other_persons_in_a_header_are_known_on_this_side(tmp_path: Path) -> None:
    index = indexed(
        tmp_path,
        "",
        OperatorsName="技師^一郎",
        ReferringPhysicianName="IRAI^ISHI",
        InstitutionName="架空大学病院",
        InstitutionalDepartmentName="核医学科",
    )
    (row,) = read_rows(index)
    assert row["staff"] == "IRAI^ISHI\\技師^一郎"
    assert row["institution"] == "架空大学病院\\核医学科"
