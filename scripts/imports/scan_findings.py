"""Join the readers' findings of a case and scan them for text that may identify a person (R27)."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.delivery.review import digest, joined, known_people, read_findings, scan_text
from bonescint.delivery.staff import listed_staff
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def scan_findings(
    findings: dict[str, Path], consented: Path, staff: Path | None, language: str, table: Path
) -> None:
    """Write one row per case: the text as it would be sent, its sha256, the kinds of hits.

    Parameters
    ----------
    findings
        Reader -> private/findings/{reader}.csv.
    consented
        private/consented.csv: the known names and IDs of all patients, because a report may name
        another patient; physicians, operators and institutions as in the headers.
    staff
        A text file with one name per line, or None.
    language
        Language of the joined text.
    """
    names: set[str] = set()
    ids: set[str] = set()
    people = set(listed_staff(staff)) if staff else set()
    institutions: set[str] = set()
    for row in read_rows(consented):
        names.add(row["patient_name"])
        ids |= {row["patient_id"], row["subject"]}
        people.add(row.get("staff", ""))
        institutions.add(row.get("institution", ""))
    known = known_people(names, ids, _parted(people), _parted(institutions))
    rows = []
    for code, readings in sorted(read_findings(findings).items()):
        text = joined(readings, language)
        kinds = "+".join(scan_text(text, known))
        rows.append({"code": code, "sha256": digest(text), "kinds": kinds, "findings": text})
    write_rows(table, columns("findings"), rows)
    hits = sum(bool(row["kinds"]) for row in rows)
    logging.getLogger(__name__).info("%d cases with findings, %d with a hit", len(rows), hits)


def _parted(values: set[str]) -> set[str]:
    return {part for value in values for part in value.split("\\") if part.strip()}


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        scan_findings(
            findings=dict(
                zip(snakemake.params.readers, map(Path, snakemake.input.findings), strict=True)
            ),
            consented=Path(snakemake.input.consented),
            staff=Path(staff) if (staff := snakemake.params.staff) else None,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
        )
