"""Draw the figures of report and workbook from the coded tables and images."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.files import read_rows
from bonescint.joblog import job_log
from bonescint.outputs import fonts
from bonescint.outputs.data import first_cutoffs, shown_cases
from bonescint.outputs.drawn import as_panels, drawn_figures
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import composed
from bonescint.outputs.style import house_style, save
from bonescint.resources import Texts
from bonescint.tables.metric_columns import Values

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def draw_figures(
    tables: Mapping[str, Path],
    dicom: Sequence[Path],
    software: dict[str, dict[str, Any]],
    version_pairs: list[list[str]],
    cutoffs: list[dict[str, float | str]],
    language: str,
    synthetic: bool,
    confidence: float,
    figures: Path,
    values: Values | None = None,
    there: Collection[str] | None = None,
    words: Mapping[str, str] | None = None,
    montage: Mapping[str, Any] | None = None,
    marks: Sequence[Path] = (),
) -> None:
    """Write every figure in the formats that report and workbook show.

    Parameters
    ----------
    tables
        Name -> a table of results/ (docs/en/tables.md), as the figures declare their needs. A table
        that the study does not make has no rows.
    dicom
        The batches' folders, results/dicom/{batch}.
    software
        Software key to ``label``, ``product``, ``version``, ``tracer``, ``metrics``.
    version_pairs
        Software keys [old, new] of the same cases.
    cutoffs
        ``metric`` and ``value``; positive at or above it. The first one of a metric is drawn.
    values
        The study's metrics (`metric_values`); None for the default ones.
    there
        What the study has, for the figures that need it (`study_has`); None for all figures.
    words
        The names of the study's exam, patients, tracers and products (`study_words`).
    montage
        ``cases``, as in `figures.montage` of the configuration; ``list``: the file of codes.
    marks
        The batches' tables of marks of the research reference analysis, where it is used.
    """
    texts = Texts("figures", language)
    labels = Labels(texts, software, synthetic, confidence, values=values, study=words, there=there)
    given: dict[str, Any] = {name: list(read_rows(path)) for name, path in tables.items()}
    given |= {
        "dicom": dicom,
        "marks": list(marks),
        "version_pairs": version_pairs,
        "first_cutoffs": first_cutoffs(cutoffs),
        "montage": shown_cases(montage or {}),
    }
    drawn = drawn_figures(there)
    wanted = {f"{name}.{form}" for name, one in drawn.items() for form in one.formats}
    # A former version drew more files. No run draws them again, so a patient who has declined since
    # would stay in them. Files with other names belong to users.
    for name in drawn_figures(of_report=False):
        for form in ("svg", "png"):
            if f"{name}.{form}" not in wanted:
                (figures / f"{name}.{form}").unlink(missing_ok=True)
    with house_style(), fonts.in_memory():
        for name, picture in as_panels(drawn, given, labels):
            figure = composed(picture, labels)
            save(figure, *(figures / f"{name}.{form}" for form in drawn[name].formats))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        tables = dict(snakemake.input.items())
        draw_figures(
            dicom=[Path(folder) for folder in tables.pop("dicom", [])],
            marks=[Path(path) for path in tables.pop("marks", [])],
            tables={name: Path(path) for name, path in tables.items()},
            software=snakemake.params.software,
            version_pairs=snakemake.params.version_pairs,
            cutoffs=snakemake.params.cutoffs,
            language=snakemake.params.language,
            synthetic=snakemake.params.synthetic,
            confidence=snakemake.params.confidence,
            figures=Path(snakemake.output[0]).parent,
            there=snakemake.params.there,
            words=snakemake.params.words,
            values=snakemake.params.metrics,
            montage=snakemake.params.montage,
        )
