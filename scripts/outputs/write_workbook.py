"""Write the study's workbook: every table and figure in one file for Excel."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.files import Row, read_rows
from bonescint.joblog import job_log
from bonescint.outputs.results import labels_for, read_results
from bonescint.outputs.workbook.writing import CASE_LISTS, write_book
from bonescint.resources import Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_workbook(
    inputs: Mapping[str, Any],
    study: dict[str, Any],
    software: dict[str, dict[str, str]],
    language: str,
    book: Path,
    words: Mapping[str, str] | None = None,
    there: Collection[str] | None = None,
    unanswered: Mapping[str, list[str]] | None = None,
) -> None:
    """Write results/study.xlsx.

    Parameters
    ----------
    inputs
        The inputs of `bonescint.outputs.results.read_results`, and the paths of
        `bonescint.outputs.workbook.writing.CASE_LISTS`. The readings have one path for each reader.
        A question that is not asked has none.
    study
        ``id``, ``title`` and ``synthetic`` of the configuration.
    software
        Software key to ``label``, ``product``, ``version``, ``tracer``.
    words
        The names of the study's exam, patients, tracers and products (`study_words`).
    there
        What the study has (`study_has`); None for everything.
    """
    results = read_results(inputs, unanswered)
    lists = {name: list(_rows(inputs[name])) for name in CASE_LISTS if name in inputs}
    labels = labels_for(Texts("workbook", language), results, study, software, words, there)
    write_book(book, results, lists, study, labels)


def _rows(paths: str | Sequence[str]) -> Iterator[Row]:
    for path in [paths] if isinstance(paths, str) else paths:
        yield from read_rows(path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_workbook(
            inputs=dict(snakemake.input.items()),
            study=snakemake.params.study,
            software=snakemake.params.software,
            language=snakemake.params.language,
            words=snakemake.params.words,
            there=snakemake.params.there,
            unanswered=snakemake.params.unanswered,
            book=Path(snakemake.output.workbook),
        )
