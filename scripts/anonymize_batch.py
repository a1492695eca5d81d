"""Write the coded DICOM files of one batch of patients, each verified by its bytes (R15 to R25)."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.deid.batch import (
    COLUMNS,
    REFUSED_COLUMNS,
    Settings,
    quiet_pydicom,
    write_case,
)
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import mistake
from bonescint.deid.uids import UidReplacer
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import open_ledger
from bonescint.joblog import job_log
from bonescint.resources import locate

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def anonymize_batch(
    batch: Path,
    dicom_root: Path,
    ledger_path: Path,
    ledger_key: Path,
    tag_table: Path,
    study_description: str,
    series_description: str,
    secondary_capture: str,
    destination: Path,
    report: Path,
    refused: Path,
) -> None:
    """Write one batch's coded files, its report and the list of what was refused.

    Parameters
    ----------
    batch
        The rows of the batch's patients (columns of private/cohort.csv).
    dicom_root
        The raw tree.
    ledger_path, ledger_key
        The correspondence ledger, opened once.
    tag_table
        The hospital's table (R18).
    study_description, series_description
        The fixed strings (R21).
    secondary_capture
        ``refuse`` or ``keep``: Secondary Capture of Modality NM.
    destination
        Folder of the files, ``<code>/<code>_<nn>.dcm``.
    report
        One row per instance, by code.
    refused
        One row per refused source; on the identified side.

    Raises
    ------
    InputError
        If a patient has no code, a setting is unknown or the tag table cannot be applied.
    """
    if secondary_capture not in ("refuse", "keep"):
        raise InputError(mistake("error.unknown_setting", value=secondary_capture))
    ledger = open_ledger(ledger_path, ledger_key)
    settings = Settings(
        policies=load_policies(locate(tag_table), study_description, series_description),
        uids=UidReplacer(ledger.uid_secret),
        keep_secondary_capture=secondary_capture == "keep",
    )
    cases: dict[str, list[dict[str, str]]] = {}
    without_code = set()
    for row in read_rows(batch):
        code = ledger.code_of(row["subject"])
        if code is None:
            without_code.add(row["subject"])
        else:
            cases.setdefault(code, []).append(row)
    if without_code:
        raise InputError(mistake("error.no_code", count=len(without_code)))
    destination.mkdir(parents=True, exist_ok=True)
    lines, refusals = [], []
    with quiet_pydicom():
        for code in sorted(cases):
            rows = cases[code]
            for row, line, refusal in write_case(code, rows, dicom_root, destination, settings):
                lines.append(line)
                if refusal:
                    detail = {"reason": refusal.reason, "detail": refusal.detail}
                    refusals.append({"path": row["path"], **detail})
    write_rows(refused, REFUSED_COLUMNS, refusals)
    write_rows(report, COLUMNS, lines)
    count = sum(line["status"] == "written" for line in lines)
    logger.info("%d instances of %d cases: %d written", len(lines), len(cases), count)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        anonymize_batch(
            batch=Path(snakemake.input.batch),
            dicom_root=Path(snakemake.params.dicom),
            ledger_path=Path(snakemake.params.ledger["path"]),
            ledger_key=Path(snakemake.params.ledger["key"]),
            tag_table=Path(snakemake.input.tag_table),
            study_description=snakemake.params.descriptions["study"],
            series_description=snakemake.params.descriptions["series"],
            secondary_capture=snakemake.params.secondary_capture,
            destination=Path(snakemake.output.dicom),
            report=Path(snakemake.output.report),
            refused=Path(snakemake.output.refused),
        )
