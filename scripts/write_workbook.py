"""Write the study's workbook: every table and figure in one file for Excel."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.joblog import job_log
from bonescint.outputs import workbook
from bonescint.outputs.results import TABLES, labels_for, read_results

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_workbook(
    tables: dict[str, Path],
    warnings: list[Path],
    provenance: Path,
    figures: list[Path],
    study: dict[str, Any],
    software: dict[str, dict[str, str]],
    language: str,
    book: Path,
) -> None:
    """Write results/study.xlsx.

    Parameters
    ----------
    tables
        Name to path, of `bonescint.outputs.results.TABLES`.
    warnings, provenance
        The stages' warnings and results/provenance.json.
    figures
        PNG files in the order they are shown.
    study
        ``id``, ``title`` and ``synthetic`` of the configuration.
    software
        Software key to ``label``, ``product``, ``version``, ``tracer``.
    language
        ``ja`` or ``en``.
    book
        The file to write.
    """
    results = read_results(warnings=warnings, provenance=provenance, **tables)
    words = labels_for("workbook", results, study, software, language)
    workbook.write(book, results, figures, study, *words)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_workbook(
            tables={name: Path(snakemake.input[name]) for name in TABLES},
            warnings=[Path(path) for path in snakemake.input.warnings],
            provenance=Path(snakemake.input.provenance),
            figures=[Path(path) for path in snakemake.input.figures],
            study=snakemake.params.study,
            software=snakemake.params.software,
            language=snakemake.params.language,
            book=Path(snakemake.output.workbook),
        )
