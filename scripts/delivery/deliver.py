"""Compare what is to be handed over with what was verified: each byte, each code (R28)."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.choice import SELECTION
from bonescint.custody.deliveries import delivery_contents
from bonescint.custody.volumes import FOLDER, read_build
from bonescint.delivery.contents import codes_wanted, content_faults, mark_faults
from bonescint.delivery.incomplete import left_out
from bonescint.delivery.plan import TABLE, stopped_in, volume_faults
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def deliver(
    sheet: Path,
    dicom: Path,
    reports: list[Path],
    incomplete: Path,
    language: str,
    synthetic: bool = False,
    selection: Path = SELECTION,
    planned: Path = TABLE,
    volumes: Path = FOLDER,
    receipt: Path | None = None,
) -> None:
    """Check images, sheet and volumes. Cases that are not chosen or left out need not be there.

    Parameters
    ----------
    sheet, dicom
        The partner's sheet and results/dicom, in which every file counts.
    reports
        results/anonymization/{batch}.csv.
    incomplete
        results/hospital/incomplete.csv.
    synthetic
        Whether the study is of simulated data.
    selection
        results/cohort/selection.csv: cases that are not chosen are in no delivery.
    planned
        results/hospital/planned.csv: patients who asked to be in no further delivery, and cases on
        the volumes.
    receipt
        JSON with the numbers, written if no fault was found.

    Raises
    ------
    InputError
        If an image is missing, changed, foreign, renamed or present twice, if a code has only an
        image or only a row, if images are not of the study's kind, or if a volume is not what was
        planned and built.
    """
    left = left_out(incomplete, selection) | stopped_in(planned)
    codes = codes_wanted(reports, left)
    found = delivery_contents([dicom], language)
    tabled = delivery_contents([sheet], language).tabled
    found = replace(found, images=found.files, imaged=found.imaged - left, tabled=tabled)
    faults = [
        *mark_faults([dicom], synthetic, language),
        *content_faults(found, reports, codes, language),
        *volume_faults(read_build(volumes), planned, language),
    ]
    if faults:
        raise InputError(faults)
    if receipt:
        with replacing(receipt) as stream:
            json.dump({"cases": len(codes), "images": len(found.images)}, stream)
            stream.write("\n")
    logging.getLogger(__name__).info("%d cases, %d images", len(codes), len(found.images))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        deliver(
            sheet=Path(snakemake.input.sheet),
            dicom=Path(snakemake.params.dicom),
            reports=[Path(path) for path in snakemake.input.reports],
            incomplete=Path(snakemake.input.incomplete),
            selection=Path(snakemake.input.selection),
            language=snakemake.params.language,
            synthetic=snakemake.params.synthetic,
            planned=Path(snakemake.input.planned),
            volumes=Path(snakemake.input.volumes).with_suffix(""),
            receipt=Path(snakemake.output.receipt),
        )
