"""Write the coded tables for a statistician: for R and REDCap, with dictionary and R script."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import DeclaredColumn
from bonescint.files import Row, replacing
from bonescint.joblog import job_log
from bonescint.outputs.analysis.coded import estimates_of, rows_of, wide_rows, write_for_r
from bonescint.outputs.analysis.described import AnalysedStudy, declared_in, wide_columns
from bonescint.outputs.analysis.dictionary import write_dictionary
from bonescint.outputs.analysis.redcap import write_redcap_cases, write_redcap_dictionary
from bonescint.outputs.analysis.script import write_script
from bonescint.resources import SYNTHETIC, Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# table -> its declaration, if that has another name
_DECLARED = {"repeats": "software", "second_readings": "readings"}
# these columns describe the procedure and not the case
_LEFT_OUT = {"batch", "instances", "refused", "operator"}


def write_analysis(
    tables: Mapping[str, Sequence[str]],
    questions: Mapping[str, str],
    study: AnalysedStudy,
    folder: Path,
) -> None:
    """Write results/analysis.

    Parameters
    ----------
    tables
        Name -> the tables that are joined, one after the other, under this name.
    questions
        Question -> its answers.
    folder
        The folder. It is empty or missing.
    """
    described: dict[str, Sequence[DeclaredColumn]] = {}
    used: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def noted(table: str, rows: Iterator[Row]) -> Iterator[Row]:
        words = [one.column for one in described[table] if one.values.startswith("text.")]
        for row in rows:
            for column in words:
                used[table][column].add(row[column])
            yield row

    def write(table: str, declared: Sequence[DeclaredColumn], rows: Iterator[Row]) -> None:
        described[table] = declared
        names = [one.column for one in declared]
        write_for_r(folder / f"{table}.csv", names, noted(table, rows))

    for table, paths in tables.items():
        declared = declared_in(_DECLARED.get(table, table), study)
        write(table, [one for one in declared if one.column not in _LEFT_OUT], rows_of(paths))
    first = DeclaredColumn("table", "word", "", "結果の表", "table of the results")
    write("estimates", [first, *declared_in("estimates", study)], estimates_of(questions))
    wide = wide_columns(study)
    given = [tables.get(key, []) for key in ("cases", "reference", "readings", "measurements")]
    write("cases_wide", [one.about for one in wide], wide_rows(wide, *given))
    write_dictionary(folder / "dictionary.csv", described, used, study)
    write_redcap_cases(folder / "redcap_cases.csv", wide, wide_rows(wide, *given))
    write_redcap_dictionary(folder / "redcap_dictionary.csv", wide, study)
    write_script(folder / "analysis.R", study)
    readme = Texts("analysis", study.language)("readme", title=study.title)
    with replacing(folder / "README.txt") as stream:
        stream.write(f"{SYNTHETIC}\n\n{readme}" if study.synthetic else readme)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        given: dict[str, Any] = {
            name: [paths] if isinstance(paths, str) else list(paths)
            for name, paths in snakemake.input.items()
            if name != "searched"
        }
        write_analysis(
            questions=dict(zip(snakemake.params.questions, given.pop("answers"), strict=True)),
            tables={name: paths for name, paths in given.items() if paths},
            study=AnalysedStudy(**snakemake.params.study),
            folder=Path(snakemake.output.folder),
        )
