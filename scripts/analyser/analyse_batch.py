"""Analyse the coded scans of a batch with the research reference analyser."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.analyser.analysis import Analysis, analyse
from bonescint.analyser.coded_scan import read_scan
from bonescint.analyser.gate import scan_fault, skeleton_fault
from bonescint.analyser.outlines import outlines
from bonescint.analyser.weights import VERSION
from bonescint.builtin import BUILTIN
from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.resources import both

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def analyse_batch(dicom: Path, report: Path, table: Path, regions: Path, marks: Path) -> None:
    """Write one row per case of a batch, its index by region, and spots and outlines of regions.

    Parameters
    ----------
    dicom
        The batch's folder of coded files, one folder a case.
    report
        The batch's report, which names every case and its tracer.
    table, regions, marks
        Tables to write (docs/en/tables.md). A case that is refused has its reason in the first
        one and no row in the others.
    """
    tracers = {row["code"]: row["tracer"] for row in read_rows(report)}
    # a file of its own: other words of the statistics make no batch run again
    said = both("analyser_use", "disclaimer")
    rows: list[dict[str, object]] = []
    parts: list[dict[str, object]] = []
    drawn: list[dict[str, object]] = []
    for code, tracer in sorted(tracers.items()):
        found, why = analysed(dicom / code)
        status = "analysed" if found else "missing" if why == "no_picture" else "not_analysed"
        row: dict[str, object] = {"code": code, "tracer": tracer, "software": BUILTIN}
        row |= {"version": VERSION, "status": status, "reason": why, "disclaimer": said}
        if found:
            row |= {"bsi": f"{found.bsi:.3f}", "hotspots": found.hotspots}
            row["confidence"] = f"{found.confidence:.3f}"
            parts += _of_case(code, said, _regions(found))
            drawn += _of_case(code, said, _marks(found))
        rows.append(row)
    write_rows(table, columns("analysed"), rows)
    write_rows(regions, columns("analysed_regions"), parts)
    write_rows(marks, columns("analysed_marks"), drawn)
    number = sum(row["status"] == "analysed" for row in rows)
    logger.info("%d cases, %d analysed", len(rows), number)


def analysed(folder: Path) -> tuple[Analysis | None, str]:
    """Return the analysis of one case, or None and the reason why there is none.

    Parameters
    ----------
    folder
        The case's folder of coded files.
    """
    scan = read_scan(folder)
    if why := scan_fault(scan):
        return None, why
    (spacing,) = scan.spacings
    found = analyse(scan.views, spacing)
    if why := skeleton_fault(found):
        return None, why
    return found, ""


def _of_case(
    code: str, said: str, rows: Iterable[dict[str, object]]
) -> Iterator[dict[str, object]]:
    """Yield the rows of one case. The first one says what the values must not be used for."""
    for n, row in enumerate(rows):
        yield {"code": code, "disclaimer": "" if n else said} | row


def _regions(found: Analysis) -> Iterator[dict[str, object]]:
    for region, bsi in found.by_region.items():
        spots = sum(spot.region == region for spot in found.spots)
        yield {"region": region, "bsi": f"{bsi:.3f}", "hotspots": spots}


def _marks(found: Analysis) -> Iterator[dict[str, object]]:
    for spot in found.spots:
        yield {
            "view": spot.view.lower(),
            "mark": "spot",
            "region": spot.region,
            "probability": f"{spot.probability:.2f}",
            "area_mm2": f"{spot.area:.0f}",
            "points": f"{spot.row:.0f} {spot.column:.0f}",
        }
    for view, region, points in outlines(found):
        said = "/".join(f"{row:.0f} {column:.0f}" for row, column in points)
        yield {"view": view.lower(), "mark": "outline", "region": region, "points": said}


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        analyse_batch(
            dicom=Path(snakemake.input.dicom),
            report=Path(snakemake.input.report),
            table=Path(snakemake.output.table),
            regions=Path(snakemake.output.regions),
            marks=Path(snakemake.output.marks),
        )
