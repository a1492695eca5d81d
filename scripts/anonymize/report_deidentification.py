"""Report what was done to each row of the hospital's table, and k-anonymity (R18, R19, R24)."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.deid import k_anonymity, report
from bonescint.deid.decisions import STATION, decision_line
from bonescint.deid.verdicts import phrases
from bonescint.dicom.tags import StationName, notation
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.resources import locate
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def report_deidentification(
    reports: list[Path],
    tags: list[Path],
    cases: Path,
    hospital_table: Path,
    language: str,
    tag_table: Path,
    rule_counts: Path,
    unlisted: Path,
    instances: Path,
    anonymity: Path,
    unique_cases: Path,
    warnings: Path,
) -> None:
    """Write the verification report of the coded files. No table has identifiers.

    Parameters
    ----------
    reports, tags
        The batches' results/anonymization/{batch}.csv and {batch}.tags.csv.
    cases
        results/cases.csv. A case without written files is not delivered and does not count for
        k-anonymity.
    hospital_table
        The hospital's table (R18).
    tag_table, rule_counts, unlisted, instances
        The outcomes by row of the hospital's table, and by rule; the values that the vocabulary
        lacks, by attribute; the files, by status and reason.
    anonymity, unique_cases, warnings
        k-anonymity over the kept attributes (R24), the unique cases, and the warnings.

    Raises
    ------
    InputError
        If something was done that the hospital's table does not ask for.
    """
    lines = [row for path in reports for row in read_rows(path)]
    done = (row for path in tags for row in read_rows(path))
    written = sum(line["status"] == "written" for line in lines)
    by_tag = report.tag_rows(locate(hospital_table), done, written, language)
    known = list(read_rows(cases))
    coded = [case for case in known if case["instances"] != "0"]
    by_attributes, alone = k_anonymity.assess(coded, known[0] if known else columns("cases"))
    write_rows(tag_table, columns("tag_table"), by_tag)
    write_rows(rule_counts, columns("rule_counts"), report.count_rows(lines))
    write_rows(unlisted, columns("unlisted"), report.unlisted_rows(lines))
    write_rows(instances, columns("instances"), report.instance_rows(lines))
    write_rows(anonymity, columns("k_anonymity"), by_attributes)
    write_rows(unique_cases, columns("unique_cases"), alone)
    write_warnings(warnings, [*_stations(lines), *_warnings(by_tag, by_attributes)])
    logger.info("%d instances written, %d rows of the table", written, len(by_tag))


def _stations(lines: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Yield each Station Name that stops files once, with the decision line that would keep it."""
    waiting = Counter(line["station_sha256"] for line in lines if line["station_sha256"])
    for digest, n in sorted(waiting.items(), key=lambda item: (-item[1], item[0])):
        line = decision_line(digest, STATION)
        phrase = Phrase("deidentification.station", {"n": n, "line": line})
        yield _warning("R18, R24", phrase, tag=notation(StationName))


def _warnings(
    by_tag: Iterable[Mapping[str, Any]], by_attributes: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    """Yield warnings for a person. The warning about ages from 90 is made by check_cases."""
    rows = list(by_tag)
    for row in rows:
        if row["verdict"] == "stricter":
            n = row["removed"] + row["emptied"] + row["unusable"]
            yield _warning("R18", Phrase("deidentification.stricter", {"n": n}), tag=row["tag"])
    for row in rows:
        if n := row["kept_by_decision"]:
            yield _warning("R22, R23", Phrase("deidentification.kept", {"n": n}), tag=row["tag"])
    for row in by_attributes:
        if row["unique"] and row["kind"] in ("single", "full"):
            values = {key: row[key] for key in ("n", "unique", "k")}
            phrase = Phrase("deidentification.unique", values)
            yield _warning("R24", phrase, attributes=phrases(row["attributes"]))


def _warning(rule: str, phrase: Phrase, **where: object) -> dict[str, str]:
    return warning("source.deidentification", rule, phrase, where)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        report_deidentification(
            reports=[Path(path) for path in snakemake.input.reports],
            tags=[Path(path) for path in snakemake.input.tags],
            cases=Path(snakemake.input.cases),
            hospital_table=Path(snakemake.params.hospital_table),
            language=snakemake.params.language,
            tag_table=Path(snakemake.output.tag_table),
            rule_counts=Path(snakemake.output.rule_counts),
            unlisted=Path(snakemake.output.unlisted),
            instances=Path(snakemake.output.instances),
            anonymity=Path(snakemake.output.anonymity),
            unique_cases=Path(snakemake.output.unique_cases),
            warnings=Path(snakemake.output.warnings),
        )
