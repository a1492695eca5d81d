"""A job leaves the search for garbage to its end, and no other process is touched."""

import subprocess
import sys
from pathlib import Path

import pytest

IN_PYTHON = """
import gc, sys
from types import SimpleNamespace
from bonescint.joblog import job_log
if sys.argv[1] == "job":
    snakemake = SimpleNamespace(output=[])
with job_log("logs/rule.log"):
    within = gc.get_freeze_count()
    held = [[n] for n in range(5000)]
print(within > 1000, len(gc.get_objects()) < 2000, gc.isenabled())
"""


@pytest.mark.parametrize(("who", "said"), [("job", "True True"), ("test", "False False")])
def test_a_job_is_not_searched_for_garbage(who: str, said: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", IN_PYTHON, who]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == f"{said} True\n"
