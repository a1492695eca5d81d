"""A name drawn into a picture: a person draws rectangles, and the workflow follows."""

import shutil
from pathlib import Path

import numpy as np
import pydicom

from bonescint.deid.decisions import COLUMNS
from bonescint.files import read_rows
from tests.unit.deid.test_burned_in import FONTS, stencil
from tests.workflow.runner import configure, jobs, ran, snakemake

CODED = "results/anonymization/instances.csv"


def test_rectangles_are_made_black_in_the_batch_that_has_the_image(study: Path) -> None:
    shutil.copytree(study / "demo" / "dicom", study / "raw")
    configure(study, lambda c: c["inputs"].update(dicom="raw"))
    chosen = next(r for r in read_rows(study / "private" / "cohort.csv") if r["views"])
    path = study / "raw" / chosen["path"]
    source = pydicom.dcmread(path)
    frames = source.pixel_array.reshape(-1, source.Rows, source.Columns).copy()
    pen = stencil(frames.shape[1:], "YAMADA HANAKO", FONTS[0], 16, (6, 8)) > 0
    frames[0][pen] = 255
    source.PixelData = frames.tobytes()
    source.save_as(path)
    snakemake(study, CODED)
    tables = sorted((study / "private" / "refused").glob("*.csv"))
    ((batch, refused),) = [(t.stem, row) for t in tables for row in read_rows(t)]
    assert refused["reason"] == "burned-in-suspected"

    decisions = study / "private" / "review" / "decisions.tsv"
    decisions.parent.mkdir(exist_ok=True)
    row, column = (np.nonzero(pen.any(axis=axis))[0] for axis in (1, 0))
    box = f"1:{column[0]},{row[0]},{np.ptp(column) + 1},{np.ptp(row) + 1}"

    def decide(rectangles: str) -> list[str]:
        lines = ["\t".join([*COLUMNS, "rectangles"])]
        lines.append(f"image\t{refused['sha256']}\tredact\tA\t2026-01-15\t{rectangles}")
        decisions.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ran(snakemake(study, CODED))

    assert decide(box).count("anonymize_batch") == 1
    assert list(read_rows(tables[int(batch)])) == []
    report = read_rows(study / "results" / "anonymization" / f"{batch}.csv")
    files = [study / "results" / "dicom" / batch / row["file"] for row in report if row["file"]]
    (coded,) = [ds for f in files if (ds := pydicom.dcmread(f)).get("ImageType")[0] == "DERIVED"]
    frames[0, row[0] : row[-1] + 1, column[0] : column[-1] + 1] = 0
    assert np.array_equal(coded.pixel_array.reshape(frames.shape), frames)
    assert coded.BurnedInAnnotation == "NO"
    assert jobs(snakemake(study, "-n", CODED)) == {}
    # other rectangles give another image, and only that batch runs
    assert decide(f"{box};1:0,0,2,2").count("anonymize_batch") == 1
    (again,) = [ds for f in files if (ds := pydicom.dcmread(f)).get("ImageType")[0] == "DERIVED"]
    assert again.SOPInstanceUID != coded.SOPInstanceUID
