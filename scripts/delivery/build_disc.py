"""Build the volumes that go to the partner; a former one stays until its successor is whole."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.custody.volumes import CONTENTS, VOLUMES, read_build, remove_build
from bonescint.declared import columns
from bonescint.delivery.disc.layout import Case
from bonescint.delivery.disc.volumes import build_volumes
from bonescint.delivery.gate import cover_lines
from bonescint.delivery.incomplete import partner_rows, rows_sent
from bonescint.delivery.plan import DELIVERED, NEW, REPLACES, cases_of
from bonescint.files import Row, read_rows, write_rows
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def build_disc(
    planned: Path,
    cases: Path,
    reference: Path,
    findings: Path,
    incomplete: Path,
    reports: list[Path],
    study: Mapping[str, Any],
    delivery: Mapping[str, Any],
    language: str,
    volumes: Path,
    contents: Path,
) -> None:
    """Build what is planned; with nothing planned what stands is kept if the partner has it.

    Parameters
    ----------
    planned
        results/hospital/planned.csv.
    cases, reference, findings, incomplete, reports
        As for `plan_delivery`.
    study, delivery, language
        Of the configuration.
    volumes, contents
        Tables to write (docs/en/tables.md). The volumes lie in a folder beside them, with the lists
        that these are copies of: Snakemake deletes outputs before a job, and a volume without its
        list says nothing of who is on it.
    """
    folder = volumes.with_suffix("")
    rows = list(read_rows(planned))
    todo = {row["code"]: row for row in rows if row["state"] in (NEW, REPLACES)}
    if todo:
        decided = {row["code"]: row["decision"] for row in read_rows(incomplete)}
        sent = rows_sent(partner_rows(cases, reference, findings), decided)
        _build(
            [
                replace(case, replaces=todo[case.code]["replaces"])
                for case in cases_of(sent, reports)
                if case.code in todo
            ],
            next(iter(todo.values()))["delivery"],
            study,
            delivery,
            language,
            folder,
        )
    else:
        _keep(folder, {(r["code"], r["sha256"]) for r in rows if r["state"] == DELIVERED})
    build = read_build(folder)
    write_rows(contents, columns("contents"), build.contents)
    write_rows(volumes, columns("volumes"), build.volumes)


def _build(
    cases: list[Case],
    number: str,
    study: Mapping[str, Any],
    delivery: Mapping[str, Any],
    language: str,
    folder: Path,
) -> None:
    cover = cover_lines(study, delivery, date.today(), language)
    settings = delivery.get("disc") or {}
    built = build_volumes(cases, study, number, settings, folder, language, cover, logger.info)
    volume_of = {code: one.number for one in built for code in one.codes}
    of_cases: list[Row] = [
        {
            "volume": str(volume_of[case.code]),
            "code": case.code,
            "images": str(len(case.images)),
            "sha256": case.digest,
            "replaces": case.replaces,
        }
        for case in cases
    ]
    write_rows(folder / CONTENTS, columns("contents"), of_cases)
    write_rows(
        folder / VOLUMES,
        columns("volumes"),
        (
            {name: value for name, value in asdict(one).items() if name not in ("number", "codes")}
            | {"volume": one.number, "cases": len(one.codes)}
            for one in built
        ),
    )


def _keep(folder: Path, delivered: set[tuple[str, str]]) -> None:
    """Leave what the partner has; whoever is on a volume and in no delivery is not left there."""
    logger.info("nothing new to deliver")
    build = read_build(folder)
    if not {(row["code"], row["sha256"]) for row in build.contents} <= delivered:
        remove_build(folder)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        build_disc(
            planned=Path(snakemake.input.planned),
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            findings=Path(snakemake.input.findings),
            incomplete=Path(snakemake.input.incomplete),
            reports=[Path(path) for path in snakemake.input.reports],
            study=snakemake.params.study,
            delivery=snakemake.params.delivery,
            language=snakemake.params.language,
            volumes=Path(snakemake.output.volumes),
            contents=Path(snakemake.output.contents),
        )
