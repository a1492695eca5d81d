"""Draw a few coded scans, anterior and posterior, by tracer and findings."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import read_rows
from bonescint.joblog import job_log
from bonescint.outputs.data import decided
from bonescint.outputs.figures import montage
from bonescint.outputs.labels import Labels
from bonescint.outputs.scans import read_views
from bonescint.outputs.style import house_style, save
from bonescint.resources import Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def draw_montage(
    cases: Path,
    dicom: list[Path],
    reference: Path,
    language: str,
    synthetic: bool,
    svg: Path,
    png: Path,
    per_cell: int = 2,
) -> None:
    """Write the scan montage; cases whose pictures cannot be shown are passed over.

    Parameters
    ----------
    cases, reference
        results/cases.csv and results/reference.csv.
    dicom
        The batches' folders, results/dicom/{batch}; coded files only.
    language, synthetic
        Of the configuration.
    svg, png
        The figure's two files.
    per_cell
        Cases of each tracer with findings, and as many without.
    """
    truth = decided(read_rows(reference))
    batches = {folder.name: folder for folder in dicom}
    cells: dict[tuple[str, bool | None], list[montage.Scan]] = {}
    passed_over = 0
    # the codes are random, so the first by code are no choice of anyone's
    for row in sorted(read_rows(cases), key=lambda row: row["code"]):
        state = truth.get(row["code"])
        cell = cells.setdefault((row["tracer"], state), [])
        if len(cell) == per_cell or row["batch"] not in batches:
            continue
        views = read_views(batches[row["batch"]] / row["code"])
        if views:
            cell.append(montage.Scan(row["code"], row["tracer"], state, views))
        else:
            passed_over += 1
    logger.info("%d cases drawn, %d not drawable", sum(map(len, cells.values())), passed_over)
    scans = [
        scan
        for key in sorted(cells, key=lambda key: (key[0], (True, False, None).index(key[1])))
        for scan in cells[key]
    ]
    with house_style():
        save(montage.draw(scans, Labels(Texts("figures", language), {}, synthetic)), svg, png)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        draw_montage(
            cases=Path(snakemake.input.cases),
            dicom=[Path(folder) for folder in snakemake.input.dicom],
            reference=Path(snakemake.input.reference),
            language=snakemake.params.language,
            synthetic=snakemake.params.synthetic,
            svg=Path(snakemake.output.svg),
            png=Path(snakemake.output.png),
        )
