"""Make the simulated cohort: raw DICOM, lists, exports and readings of invented patients."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.demo.cohort import write_scans, write_truth
from bonescint.demo.manifest import begin_demo, list_demo
from bonescint.demo.patients import sample_patients
from bonescint.demo.results import SOFTWARE, read_scans, run_software
from bonescint.demo.tables import (
    type_again,
    write_export,
    write_opt_out,
    write_participants,
    write_reading,
)
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def make_demo_cohort(
    dicom: Path,
    participants: Path,
    opt_out: Path,
    exports: dict[str, Path],
    second: dict[str, Path],
    readings: dict[str, Path],
    truth: Path,
    settings: dict[str, Any],
    cohort: dict[str, Any],
    preceding_study: str,
    workers: int,
) -> None:
    """Write everything that a hospital would bring, for patients of the analytic phantom.

    Parameters
    ----------
    dicom
        The raw folder.
    participants, opt_out
        The two lists (R5, R12).
    exports
        Software key -> its export.
    second
        Software key -> the same export typed by a second person (double entry).
    readings
        Reader key -> the report, in the readers' order.
    truth
        The truth about the phantom: true BSI, lesions, and why each patient is included or not.
    settings, cohort
        The configuration's `demo` and `cohort`.
    preceding_study
        Study number of the participants.
    workers
        The number of processes that write scans.
    """
    begin_demo(truth.parent)
    seed = int(settings["seed"])
    patients = sample_patients(settings, cohort)
    files = write_scans(dicom, patients, seed, workers)
    write_truth(truth, patients, files)
    write_participants(participants, patients, preceding_study)
    write_opt_out(opt_out, patients)
    for software, path in exports.items():
        write_export(path, software, run_software(patients, software, seed))
    for software, path in second.items():
        type_again(exports[software], path)
    reports = read_scans(patients, seed)
    for i, (reader, path) in enumerate(readings.items()):
        write_reading(path, i, reports[reader])
    tables = (participants, opt_out, truth, *exports.values(), *second.values())
    list_demo(truth.parent, [dicom, *tables, *readings.values()])
    logger.info("SYNTHETIC: %d patients, %d DICOM files", len(patients), sum(files.values()))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        make_demo_cohort(
            dicom=Path(snakemake.output.dicom),
            participants=Path(snakemake.output.participants),
            opt_out=Path(snakemake.output.opt_out),
            exports={name: Path(getattr(snakemake.output, name)) for name in SOFTWARE},
            second={"bonenavi": Path(snakemake.output.bonenavi_second)},
            readings={
                f"reader{i}": Path(getattr(snakemake.output, f"reader{i}")) for i in (1, 2, 3)
            },
            truth=Path(snakemake.output.truth),
            settings=snakemake.params.demo,
            cohort=snakemake.params.cohort,
            preceding_study=snakemake.params.preceding_study,
            workers=snakemake.threads,
        )
