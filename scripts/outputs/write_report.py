"""Write the study's report: one self-contained page."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.joblog import job_log
from bonescint.outputs import report
from bonescint.outputs.results import labels_for, read_results
from bonescint.resources import Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_report(
    inputs: Mapping[str, Any],
    study: dict[str, Any],
    software: dict[str, dict[str, str]],
    language: str,
    page: Path,
    words: Mapping[str, str] | None = None,
    there: Collection[str] | None = None,
    unanswered: Mapping[str, list[str]] | None = None,
) -> None:
    """Write results/report.html. It contains no list of cases.

    Parameters
    ----------
    inputs
        The inputs of `bonescint.outputs.results.read_results`.
    """
    results = read_results(inputs, unanswered)
    labels = labels_for(Texts("report", language), results, study, software, words, there)
    report.write_page(page, results, study, labels)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_report(
            inputs=dict(snakemake.input.items()),
            study=snakemake.params.study,
            software=snakemake.params.software,
            language=snakemake.params.language,
            words=snakemake.params.words,
            there=snakemake.params.there,
            unanswered=snakemake.params.unanswered,
            page=Path(snakemake.output.report),
        )
