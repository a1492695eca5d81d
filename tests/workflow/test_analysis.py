"""R repeats the main results from the statistician's tables; a patient who declines leaves them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bonescint.custody.traces.purge import purge
from bonescint.custody.traces.search import Person
from bonescint.files import read_rows
from tests.workflow.runner import snakemake


@pytest.mark.whole
def test_r_finds_the_same_numbers(study: Path) -> None:
    snakemake(study, "tables")
    folder = study / "results" / "analysis"
    for row in read_rows(folder / "dictionary.csv"):
        assert row["ja"] and row["en"], row
    if program := shutil.which("Rscript"):
        done = subprocess.run(
            [program, str(folder / "analysis.R")], capture_output=True, text=True, check=True
        )
        agree = re.search(r"(\d+) / (\d+)", done.stdout.splitlines()[-1])
        assert agree and agree[1] == agree[2], done.stdout
        assert int(agree[2]) > 100
    code = next(read_rows(study / "results" / "cases.csv"))["code"]
    purge(study, [Person(code, frozenset(), frozenset())], study / "none.tsv")
    assert not folder.exists()
    if not program:
        pytest.skip("Rscript is not installed")
