"""Mutated files through the de-identification: no identifier in any written byte.

    python tests/bench/bench_mutated.py [FILES] [--first NUMBER]

Ranges of bytes of the planted corpus are inserted, doubled, written over others, deleted and
changed with each other, in the header and in the pixels (`tests/planted/mutated.py`). What is
written is searched, by the corpus's own search, for what the whole file's header says of the
patient. Prints the outcomes and each leak, and fails if there is one.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.engine import attempt, settings
from tests.planted.mutated import mutated, wholes


def main(files: int, first: int) -> int:
    """Return how many files leak, crash or hang."""
    given = settings()
    outcomes: Counter[str] = Counter()
    leaks = 0
    start = time.perf_counter()
    sources = wholes()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + files):
            whole = sources[number % len(sources)]
            outcome = attempt(mutated(whole, number), whole.secrets, Path(folder) / "a", given)
            outcomes[outcome] += 1
            if outcome[:4].isupper():
                leaks += 1
                # these persons are invented
                print(f"{number} {whole.name}: {outcome}", flush=True)
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {100 * count / files:6.2f} %  {outcome}")
    print(f"{leaks} leaks, crashes and hangs, {files} files, {time.perf_counter() - start:.0f} s")
    return leaks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=int, nargs="?", default=50_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    options = parser.parse_args()
    sys.exit(bool(main(options.files, options.first)))
