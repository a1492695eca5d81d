"""Write the coded DICOM files of one batch of patients, each verified by its bytes (R15 to R25)."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.deid.batch import write_cases
from bonescint.deid.decisions import read_decisions, released_images, released_stations
from bonescint.deid.instance import Settings
from bonescint.deid.keep_private import load_kept
from bonescint.deid.own_vocabulary import read_terms
from bonescint.deid.policy import TableRow, load_policies
from bonescint.deid.rectangles import parse_rectangles
from bonescint.deid.refusal import mistake
from bonescint.deid.uids import UidReplacer
from bonescint.dicom.limits import DEFAULT, Limits
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.errors import InputError
from bonescint.files import read_rows, to_the_disk, write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.resources import locate

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

_REASON = ("reason", "detail", "sha256", "station_sha256")
logger = logging.getLogger(__name__)


def anonymize_batch(
    batch: Path,
    dicom_root: Path,
    ledger: LedgerFiles,
    tag_table: Path,
    study_description: str,
    series_description: str,
    secondary_capture: str,
    lossy: str,
    keep_private: Sequence[Mapping[str, object]],
    vocabulary: str | None,
    decisions: Path,
    destination: Path,
    report: Path,
    tags: Path,
    refused: Path,
    limits: Limits = DEFAULT,
    redactions: Path | None = None,
    reviewers: int = 1,
) -> None:
    """Write one batch's coded files, its report and the list of refused files.

    Parameters
    ----------
    batch
        The rows of the batch's patients (columns of private/cohort.csv).
    dicom_root
        The raw tree.
    ledger, tag_table
        Arguments of `open_ledger`, the hospital's table (R18).
    study_description, series_description
        The fixed strings (R21).
    secondary_capture, lossy
        ``refuse`` or ``keep``: Secondary Capture of Modality NM, and lossy compressed images.
    keep_private, vocabulary
        The recorded decisions that keep private or overlay elements (R22, R23), and the hospital's
        own lines of the vocabulary, if it has any.
    decisions, reviewers
        The decisions about refused images and stations (may not exist). How many must agree.
    destination
        Folder of the files, ``<code>/<code>_<nn>.dcm``.
    report, tags, refused
        One row per instance, by code. The outcomes of each row of the hospital's table, with
        numbers of written files. One row per refused source, on the identified side.
    redactions, limits
        The rectangles that become 0 in the batch's images. The limits of size and number.

    Raises
    ------
    InputError
        If a patient has no code, or the tag table or the decisions cannot be applied.
    """
    book = open_ledger(**ledger)
    kept, own = load_kept(keep_private), read_terms(Path(vocabulary)) if vocabulary else None
    settings = Settings(
        policies=load_policies(locate(tag_table), study_description, series_description, kept, own),
        uids=UidReplacer(book.uid_secret),
        keep_secondary_capture=secondary_capture == "keep",
        keep_lossy=lossy == "keep",
        limits=limits,
        **_decided(decisions, reviewers, redactions),
    )
    cases = _cases(read_rows(batch), book.codes())
    destination.mkdir(parents=True, exist_ok=True)
    lines, refusals = [], []
    outcomes: Counter[tuple[str, str]] = Counter()
    with quiet_pydicom():
        for row, line, table, refusal in write_cases(cases, dicom_root, destination, settings):
            lines.append(line)
            outcomes.update(table.items())
            if refusal:
                reason = {key: getattr(refusal, key) for key in _REASON}
                refusals.append({"path": row["path"], **reason})
    # the reports state that the files exist, so the files must be on the disk before them
    to_the_disk(destination)
    write_rows(refused, columns("refused"), refusals)
    write_rows(tags, columns("tag_outcomes"), _tag_rows(settings.policies["nm"].table, outcomes))
    write_rows(report, columns("anonymization"), lines)
    written = sum(line["status"] == "written" for line in lines)
    logger.info("%d instances of %d cases: %d written", len(lines), len(cases), written)


def _decided(decisions: Path, reviewers: int, redactions: Path | None) -> dict[str, Any]:
    """Return the decisions about images and stations, as arguments of `Settings`."""
    found = read_decisions(decisions, reviewers) if decisions.exists() else []
    return {
        "releases": released_images(found),
        "stations": released_stations(found),
        "redactions": {
            row["sha256"]: parse_rectangles(row["rectangles"])
            for row in (read_rows(redactions) if redactions else ())
        },
    }


def _cases(
    rows: Iterable[dict[str, str]], codes: Mapping[str, str]
) -> list[tuple[str, list[dict[str, str]]]]:
    """Return each code with its patient's rows, sorted by code."""
    by_subject: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_subject.setdefault(row["subject"], []).append(row)
    if without_code := by_subject.keys() - codes.keys():
        raise InputError(mistake("error.no_code", count=len(without_code)))
    return sorted((codes[subject], rows) for subject, rows in by_subject.items())


def _tag_rows(
    table: tuple[TableRow, ...], outcomes: Counter[tuple[str, str]]
) -> Iterator[dict[str, object]]:
    for row in table:
        for tag, outcome in sorted(key for key in outcomes if key[0] == row.tag):
            fixed = {"tag": tag, "keyword": row.keyword, "action": row.action, "outcome": outcome}
            yield {**fixed, "instances": outcomes[tag, outcome]}


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        anonymize_batch(
            batch=Path(snakemake.input.batch),
            dicom_root=Path(snakemake.params.dicom),
            ledger=snakemake.params.ledger,
            tag_table=Path(snakemake.params.tag_table),
            study_description=snakemake.params.descriptions["study"],
            series_description=snakemake.params.descriptions["series"],
            secondary_capture=snakemake.params.secondary_capture,
            lossy=snakemake.params.lossy,
            keep_private=snakemake.params.keep_private,
            vocabulary=snakemake.params.vocabulary,
            decisions=Path(snakemake.params.decisions),
            destination=Path(snakemake.output.dicom),
            report=Path(snakemake.output.report),
            tags=Path(snakemake.output.tags),
            refused=Path(snakemake.output.refused),
            limits=Limits(**snakemake.params.limits),
            redactions=Path(snakemake.input.redactions),
            reviewers=snakemake.params.reviewers,
        )
