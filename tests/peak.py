"""The memory that a command takes, whatever the testing process has taken."""

import subprocess
import sys
from typing import NamedTuple

from bonescint.resources import ROOT

# a process starts with the peak of its parent, so a small process stands between
_BETWEEN = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


class Ran(NamedTuple):
    """What a command printed, and its peak in MB."""

    output: str
    megabytes: float


def run_python(*arguments: str) -> Ran:
    """Run Python with some arguments; assert that it succeeds without a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", _BETWEEN, sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}"},
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "Traceback" not in done.stderr
    return Ran(done.stdout, int(done.stderr.split()[-1]) / 1024)
