"""Mutated files through the de-identification: no identifier in any written byte.

    python tests/bench/bench_mutated.py [FILES] [--first NUMBER]

Ranges of bytes of the planted corpus are inserted, doubled, written over others, deleted and
changed with each other, in the header and in the pixels (`tests/planted/mutated.py`). What is
written is searched, by the corpus's own search, for what the whole file's header says of the
patient. Prints the outcomes and each leak, and fails if there is one.
"""

import argparse
import sys
import time
from collections import Counter

from tests.planted.mutated import mutated, wholes
from tests.planted.search import Haystack

from bonescint.deid.instance import Settings, deidentify, quiet_pydicom
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import UidReplacer
from bonescint.resources import ROOT

SECRET = b"0123456789abcdef0123456789abcdef"


def main(files: int, first: int) -> int:
    """Return how many files leak."""
    policies = load_policies(ROOT / "resources/tag_table.csv", "BONE SCINTIGRAPHY", "WHOLE BODY")
    settings = Settings(policies, UidReplacer(SECRET), keep_secondary_capture=False)
    outcomes: Counter[str] = Counter()
    leaks = 0
    start = time.perf_counter()
    with quiet_pydicom():
        sources = wholes()
        for number in range(first, first + files):
            whole = sources[number % len(sources)]
            data = mutated(whole, number)
            try:
                written = deidentify(data, {"views": ""}, "BS-7K3M2", settings).data
            except Refused as refusal:
                outcomes[refusal.reason] += 1
                continue
            outcomes["written"] += 1
            haystack = Haystack(written)
            found = [secret for secret in whole.secrets if haystack.has(secret)]
            if found:
                leaks += 1
                # these persons are invented
                print(f"LEAK {number} {whole.name}: {found}", flush=True)
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {100 * count / files:6.2f} %  {outcome}")
    print(f"{leaks} leaks, {files} files, {time.perf_counter() - start:.0f} s")
    return leaks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=int, nargs="?", default=50_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    options = parser.parse_args()
    sys.exit(bool(main(options.files, options.first)))
