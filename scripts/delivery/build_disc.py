"""Build the volumes for the partner. Former ones stay until their successors are whole."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.custody.volumes import CONTENTS, STAMP, VOLUMES, Build, read_build, remove_build
from bonescint.declared import columns
from bonescint.delivery.contents import changed_images
from bonescint.delivery.disc.layout import Case
from bonescint.delivery.disc.volumes import Volume, build_volumes
from bonescint.delivery.gate import cover_lines
from bonescint.delivery.incomplete import partner_rows, rows_sent
from bonescint.delivery.plan import DELIVERED, NEW, REPLACES, cases_of
from bonescint.errors import InputError
from bonescint.files import read_rows, replacing, write_rows
from bonescint.joblog import job_log
from bonescint.provenance import settings_stamp

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
    stamps: Sequence[str | None] = (),
) -> None:
    """Build the planned volumes, unless the existing ones are these or the partner has them.

    Encryption gives another image each time, but the existing one may already be burned.

    Parameters
    ----------
    planned
        results/hospital/planned.csv.
    cases, reference, findings, incomplete, reports
        As for `plan_delivery`.
    study, delivery, language
        Of the configuration.
    volumes, contents
        Tables to write (docs/en/tables.md). They are copies of the lists that lie with the volumes
        in a folder beside them. Snakemake deletes outputs before a job, but without a list nobody
        could tell who is on a volume.
    stamps
        Stamps of passphrase and program. If one changes, the disc is built again.

    Raises
    ------
    InputError
        If an image is not the one that was verified, or the volumes cannot be built.
    """
    folder = volumes.with_suffix("")
    rows = list(read_rows(planned))
    delivered = {(r["code"], r["sha256"]) for r in rows if r["state"] == DELIVERED}
    going = {row["code"]: row for row in rows if row["state"] in (NEW, REPLACES)}
    build = read_build(folder)
    if going:
        decided = {row["code"]: row["decision"] for row in read_rows(incomplete)}
        sent = rows_sent(partner_rows(cases, reference, findings), decided)
        wanted = [
            replace(case, replaces=going[case.code]["replaces"])
            for case in cases_of(sent, reports)
            if case.code in going
        ]
        cover = cover_lines(study, delivery, date.today(), language)
        settings = delivery.get("disc") or {}
        number = next(iter(going.values()))["delivery"]
        of_cases = [[case.code, case.digest, case.replaces] for case in wanted]
        stamp = settings_stamp(
            {"cases": of_cases, "number": number, "study": study, "settings": settings}
            | {"language": language, "cover": cover, "stamps": stamps}
        )
        if _is_built(build, stamp):
            logger.info("these volumes stand already")
        else:
            # nobody looks at a volume again before it is recorded, so its images are compared here
            images = [image for case in wanted for image in case.images]
            if changed := list(changed_images(images, reports, language)):
                raise InputError(changed)
            how = (settings, folder, language, cover, logger.info)
            built = build_volumes(wanted, study, number, *how)
            # without a stamp a build that is killed from here on is not taken for the former one
            (folder / STAMP).unlink(missing_ok=True)
            _write_lists(built, wanted, folder)
            with replacing(folder / STAMP) as stream:
                json.dump({"stamp": stamp}, stream)
    elif build.is_whole and build.digests.items() <= delivered:
        logger.info("nothing new to deliver")
    else:  # the volumes hold cases that are in no delivery, so they must not stay
        remove_build(folder)
    build = read_build(folder)
    write_rows(contents, columns("contents"), build.contents)
    write_rows(volumes, columns("volumes"), build.volumes)


def _is_built(build: Build, stamp: str) -> bool:
    """Tell whether the existing volumes were built from the same data and are unchanged."""
    path = build.folder / STAMP
    said = json.loads(path.read_text(encoding="utf-8")) if build and path.exists() else {}
    return said.get("stamp") == stamp and not any(build.changed())


def _write_lists(built: Sequence[Volume], cases: Sequence[Case], folder: Path) -> None:
    """Write the lists beside the images."""
    volume_of = {code: one.number for one in built for code in one.codes}
    write_rows(
        folder / CONTENTS,
        columns("contents"),
        (
            {
                "volume": volume_of[case.code],
                "code": case.code,
                "images": len(case.images),
                "sha256": case.digest,
                "replaces": case.replaces,
            }
            for case in cases
        ),
    )
    write_rows(
        folder / VOLUMES,
        columns("volumes"),
        (
            {name: value for name, value in asdict(one).items() if name not in ("number", "codes")}
            | {"volume": one.number, "cases": len(one.codes)}
            for one in built
        ),
    )


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
            stamps=[snakemake.params.passphrase, snakemake.params.code],
        )
