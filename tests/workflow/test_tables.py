"""What a finished run leaves is what the declarations say (docs/en/tables.md)."""

import codecs
import csv
from pathlib import Path

from bonescint.catalogue import catalogue


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


def test_every_table_that_a_run_writes_is_declared(finished: Path) -> None:
    written = [
        path.relative_to(finished).as_posix()
        for side in ("results", "private")
        for path in (finished / side).rglob("*.csv")
        # the lists of what each job made are no tables of the study
        if not path.is_relative_to(finished / "private" / "made")
    ]
    assert len(written) > 50
    # Japanese Excel reads a table without BOM as Shift-JIS
    assert all((finished / path).read_bytes().startswith(codecs.BOM_UTF8) for path in written)
    for path in [*written, "demo/truth.csv"]:
        fits = [table for table in catalogue() if table.is_at(path)]
        # {batch}.csv could be tag_table.csv: the header tells
        declared = [[column.column for column in table.columns] for table in fits]
        assert header(finished / path) in declared, path


def test_every_declared_table_is_written(finished: Path) -> None:
    # made for other rules, or by `snakemake review` and `bonescint deidentify` alone
    others = {
        "private/index.csv",
        "private/unindexed.csv",
        "private/review/items.csv",
        "report.csv",
        # where cases have a second result, or are chosen
        "results/repeats/{again}.csv",
        "results/repeats/{again}.warnings.csv",
        "results/second_readings/{again}.csv",
        "results/second_readings/{again}.warnings.csv",
        "results/metrics/repeatability.csv",
        "results/chosen/cases.csv",
        "results/chosen/reference.csv",
        "results/chosen/measurements.csv",
        "results/chosen/readings/{reader}.csv",
        # by `snakemake deliver`
        "results/delivery/volumes.csv",
        "results/delivery/contents.csv",
        # by `snakemake paper`
        "results/paper/numbers.csv",
    }
    files = [p.relative_to(finished).as_posix() for p in finished.rglob("*.*") if p.is_file()]
    for table in catalogue():
        there = any(table.is_at(path) for path in files)
        assert there == (table.path not in others), table.path
