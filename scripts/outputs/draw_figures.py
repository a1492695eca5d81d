"""Draw the study's figures from the coded tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import read_rows
from bonescint.joblog import job_log
from bonescint.outputs.data import first_cutoffs
from bonescint.outputs.figures import (
    bland_altman,
    distribution,
    flow,
    forest,
    roc,
    version_slope,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.style import house_style, save
from bonescint.resources import Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def draw_figures(
    flow_table: Path,
    reference: Path,
    measurements: Path,
    accuracy: Path,
    at_cutoffs: Path,
    curves: Path,
    version_measurement: Path,
    software: dict[str, dict[str, str]],
    pairs: list[list[str]],
    cutoffs: list[dict[str, float | str]],
    language: str,
    synthetic: bool,
    confidence: float,
    figures: Path,
) -> None:
    """Write flow, roc, forest, bland_altman, version_slope and distribution as SVG and PNG.

    Parameters
    ----------
    flow_table, reference, measurements, accuracy, at_cutoffs, curves, version_measurement
        Tables of results/ (docs/en/tables.md); `at_cutoffs` is results/metrics/cutoffs.csv.
    software
        Software key to ``label``, ``product``, ``version``, ``tracer``.
    pairs
        Software keys [old, new] of the same cases.
    cutoffs
        ``metric`` and ``value``; positive at or above it. The first of a metric is drawn.
    language, synthetic, confidence
        Of the configuration.
    figures
        The folder they go to.
    """
    labels = Labels(Texts("figures", language), software, synthetic, confidence)
    tables = (flow_table, reference, measurements, accuracy, at_cutoffs, curves)
    rows = {table: list(read_rows(table)) for table in (*tables, version_measurement)}
    cut = first_cutoffs(cutoffs)
    measured, truth = rows[measurements], rows[reference]
    with house_style():
        drawn = {
            "flow": flow.draw(rows[flow_table], labels),
            "roc": roc.draw(rows[curves], rows[accuracy], cut, labels),
            "forest": forest.draw(rows[accuracy], rows[at_cutoffs], cut, labels),
            "bland_altman": bland_altman.draw(
                measured, truth, rows[version_measurement], pairs, labels
            ),
            "version_slope": version_slope.draw(measured, truth, pairs, cut, labels),
            "distribution": distribution.draw(measured, truth, cut, labels),
        }
        for name, figure in drawn.items():
            save(figure, figures / f"{name}.svg", figures / f"{name}.png")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        draw_figures(
            flow_table=Path(snakemake.input.flow),
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            accuracy=Path(snakemake.input.accuracy),
            at_cutoffs=Path(snakemake.input.cutoffs),
            curves=Path(snakemake.input.curves),
            version_measurement=Path(snakemake.input.version_measurement),
            software=snakemake.params.software,
            pairs=snakemake.params.pairs,
            cutoffs=snakemake.params.cutoffs,
            language=snakemake.params.language,
            synthetic=snakemake.params.synthetic,
            confidence=snakemake.params.confidence,
            figures=Path(snakemake.output.flow_svg).parent,
        )
