"""Fuzz for some time: ``python -m tests.fuzz SECONDS [SEED]`` (make fuzz SECONDS=3600)."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.engine import fuzz, fuzz_folder

if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        found = fuzz(seconds, seed, Path(folder) / "file")
        found.faults += fuzz_folder(seed, 100, Path(folder) / "whole")
    for outcome, count in found.outcomes.most_common():
        print(f"{count:8}  {outcome}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(*found.faults, f"{found.outcomes.total()} files, peak {peak} MB", sep="\n")
    sys.exit(bool(found.faults) or peak > 500)
