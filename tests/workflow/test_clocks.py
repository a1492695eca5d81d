"""Dates made by a wrong clock, on the hospital's files and on the study's own."""

import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from bonescint.files import read_rows
from tests.workflow.runner import ROOT, configure, ran, snakemake
from tests.workflow.test_custody import Patient, decline, hits

FUTURE = 400 * 24 * 3600


def date_in_the_future(*places: Path, read_only: bool = True) -> None:
    """Set all dates below to more than a year from now, and make everything read-only."""
    then = time.time() + FUTURE
    found = [path for place in places for path in (place, *place.rglob("*"))]
    for path in reversed(found):  # a folder after what it holds
        if read_only:
            path.chmod(0o555 if path.is_dir() else 0o444)
        os.utime(path, (then, then))


def own_inputs(config: dict[str, Any]) -> None:
    """Let every input lie outside demo/, and the hospital's table too."""
    config["inputs"] |= {key: f"own/{Path(p).name}" for key, p in config["inputs"].items() if p}
    config["inputs"]["tracer_calendar"] = "own/tracers.csv"
    for area, names in (
        ("software", ("export", "second_export")),
        ("readers", ("report", "second_report")),
    ):
        for entry in config[area].values():
            entry |= {n: entry[n].replace("demo/", "own/") for n in names if entry.get(n)}
    config["delivery"]["staff_names"] = "own/staff.txt"
    config["deidentification"]["tag_table"] = "own/tag_table.csv"


@pytest.fixture
def own(study: Path) -> Path:
    """Return a study whose inputs are the hospital's own."""
    shutil.copytree(study / "demo", study / "own")
    (study / "own" / "tracers.csv").write_text("検査日,薬剤\n", encoding="utf-8")
    (study / "own" / "staff.txt").write_text("山田 太郎\n", encoding="utf-8")
    shutil.copy(ROOT / "resources" / "tag_table.csv", study / "own")
    configure(study, own_inputs)
    return study


@pytest.mark.slow
def test_inputs_dated_in_the_future(own: Path) -> None:
    date_in_the_future(own / "own")
    snakemake(own, "all", "deliver")
    assert "Nothing to be done" in snakemake(own, "-n")

    # a patient declines, on a list with such a date
    shutil.move(own / "own" / "opt_out.csv", own / "opt_out.csv")
    (own / "opt_out.csv").chmod(0o644)
    patient = Patient(own)
    decline(own, patient.subject)
    shutil.move(own / "opt_out.csv", own / "own" / "opt_out.csv")
    date_in_the_future(own / "own" / "opt_out.csv")
    # a dry-run gives the reason
    planned = snakemake(own, "-n")
    assert "make_demo_cohort" not in planned
    (because,) = re.findall(r"rule filter_opt_out:.*?reason: (.*?)$", planned, re.M | re.S)
    assert "Params have changed since last execution" in because
    assert ran(snakemake(own)).count("anonymize_batch") == 1
    assert not patient.folder.exists()
    assert hits(own, *patient.words) == []
    assert "Nothing to be done" in snakemake(own, "-n")


def test_an_input_that_is_missing_is_named_by_its_key(own: Path) -> None:
    (own / "own" / "opt_out.csv").unlink()
    printed = snakemake(own, fails=True)
    assert "inputs.opt_out" in printed
    assert "MissingInput" not in printed


@pytest.mark.parametrize(
    "sides",
    [
        pytest.param(("results", "private"), marks=pytest.mark.slow),
        ("results", "private", "demo"),
    ],
)
def test_the_clock_is_set_back(study: Path, sides: tuple[str, ...]) -> None:
    date_in_the_future(*(study / side for side in sides), read_only=False)
    assert set(ran(snakemake(study))) == {"verify_purge", "all"}
    configure(study, lambda c: c["cohort"]["targets"].update(MDP=9))
    assert "check_cases" in ran(snakemake(study))
    total = next(read_rows(study / "results" / "metrics" / "flow.csv"))
    assert total["files"]
