"""A result changed by hand is reported and made anew; the data of another study stop the run."""

import os
import re
import shutil
from pathlib import Path

from bonescint.files import read_rows
from tests.workflow.runner import configure, ran, snakemake

# a table that only the figures read, and a workbook saved by Excel
EDITED = ("results/metrics/roc_curves.csv", "results/study.xlsx")


def test_what_was_changed_by_hand_is_told_kept_and_made_anew(study: Path) -> None:
    before = {name: (study / name).read_bytes() for name in EDITED}
    for name in EDITED:
        (study / name).write_bytes(before[name] + b"x\n")
    # a new date without new content is no change
    os.utime(study / "results/cases.csv")
    printed = snakemake(study, "-n")
    assert all(f"  {name}\n" in printed for name in EDITED)
    assert "results/cases.csv\n" not in printed.partition("Building DAG")[0]
    assert (study / EDITED[0]).read_bytes() != before[EDITED[0]]  # a dry-run moves nothing
    assert "手で変更された結果 2 件" in printed

    (study / "results/~$study.xlsx").touch()
    printed = snakemake(study)
    assert all(f"  {name}\n" in printed for name in EDITED)
    # the last lines say it too
    assert "private/edited/" in printed.partition("bonescint: ")[2]
    assert "results/study.xlsx が Excel で開かれています" in printed
    assert {name: (study / name).read_bytes() for name in EDITED} == before
    kept = {p.relative_to(study / "private/edited").as_posix() for p in kept_files(study)}
    assert {name.partition("/")[2] for name in kept} == set(EDITED)
    assert all(path.read_bytes().endswith(b"x\n") for path in kept_files(study))
    assert {"accuracy", "draw_figures", "write_workbook"} <= {*ran(printed)}
    assert "BONE-DEMO" not in printed
    assert "Nothing to be done" in snakemake(study, "-n")

    (study / "results/~$study.xlsx").unlink()
    # as in a study of a version that did not yet record the study's ID
    (study / "private/study.json").unlink()
    printed = snakemake(study)
    assert ran(printed) == ["verify_purge", "all"]
    assert not any(f"  {name}\n" in printed for name in EDITED)
    assert "BONE-DEMO" in printed.partition("Building DAG")[0]
    assert "BONE-DEMO" in (study / "private/study.json").read_text()


def test_the_last_rule_asks_for_every_table(finished: Path) -> None:
    # so a run makes any edited one anew
    said = finished.with_name("finished.said").read_text(encoding="utf-8")
    search = re.search(r"rule verify_purge:\n    input: (.*)", said)
    assert search and tables_made(finished) - {"results/purge.json"} <= {*search[1].split(", ")}


def kept_files(study: Path) -> list[Path]:
    return [path for path in (study / "private/edited").rglob("*") if path.is_file()]


def tables_made(study: Path) -> set[str]:
    lists = (study / "private/made").rglob("*.csv")
    paths = {row["path"] for file in lists for row in read_rows(file)}
    return {path for path in paths if (study / path).exists()}  # not of former questions


def test_a_job_that_was_cut_off_edited_nothing(study: Path) -> None:
    # as left by a job that was killed: another table, and no record of it
    (study / "results/metrics/accuracy.csv").write_text("half\n")
    (study / "private/made/logs/accuracy.csv").unlink()
    assert "  results/metrics/accuracy.csv\n" not in snakemake(study, "-n")


def test_another_study_or_kind_stops_before_anything(study: Path, tmp_path: Path) -> None:
    def state() -> dict[str, int]:
        files = (p for p in study.rglob("*") if p.is_file() and ".snakemake/" not in str(p))
        return {str(p): p.stat().st_mtime_ns for p in files}

    configure(study, lambda c: c["study"].update(id="BONE-2"))
    before = state()
    printed = snakemake(study, fails=True)
    assert "private/study.json" in printed and "'BONE-DEMO'" in printed and "'BONE-2'" in printed
    assert state() == before
    # another folder with the same ledger: nothing is read, and no study begins there
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(study / "config.yaml", other)
    ledger = {key: str(study / f"private/ledger.{end}") for key, end in
              (("path", "age"), ("key", "key"))}  # fmt: skip
    configure(other, lambda c: c["ledger"].update(ledger))
    printed = snakemake(other, fails=True)
    assert "ledger.age" in printed and "'BONE-DEMO'" in printed and "'BONE-2'" in printed
    assert not (other / "demo").exists() and not (other / "private/study.json").exists()


def test_own_files_at_the_demonstrations_place_are_never_deleted(study: Path) -> None:
    own = study / "demo/dicom/own.dcm"
    own.write_bytes(b"mine")
    # another seed makes the demonstration anew
    configure(study, lambda c: c["demo"].update(seed=7))
    printed = snakemake(study, fails=True)
    assert "1 個" in printed and "own.dcm" not in printed
    assert own.read_bytes() == b"mine" and "make_demo_cohort" not in ran(printed)
    own.unlink()
    assert "make_demo_cohort" in snakemake(study, "-n")
