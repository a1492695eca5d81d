"""Time and memory of the correspondence ledger: create, open, append, look up, and draw on paper.

.venv/bin/python tests/bench/bench_ledger.py [patients ...]     (default: 1000 100000)

The key is plain: unwrapping one adds a second or two, whatever the size.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts")]

MOST_ON_PAPER = 5000


def _report(what: str, start: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  {what:<24} {time.perf_counter() - start:6.2f} s, peak {peak} MB", flush=True)


def _files() -> dict[str, str]:
    return {"path": "ledger.age", "key": "ledger.key", "head": "ledger.head"}


def _create(patients: int) -> None:
    from bonescint.identity.ledger import create_ledger

    start = time.perf_counter()
    ledger = create_ledger(**_files())
    ledger.assign(str(10**7 + n) for n in range(patients))
    _report(f"create, {patients} patients", start)
    print(f"  {Path('ledger.age').stat().st_size / 1e6:.1f} MB")


def _open(patients: int) -> None:
    from bonescint.identity.ledger import open_ledger

    start = time.perf_counter()
    ledger = open_ledger(**_files())
    _report("open", start)
    before = time.perf_counter()
    ledger.assign(f"A{n}" for n in range(100))
    _report("append 100", before)
    _report("open and append", start)
    start = time.perf_counter()
    assert all(ledger.code_of(str(10**7 + n)) for n in range(patients))
    _report("look everybody up", start)


def _export(patients: int) -> None:
    from bonescint.custody.export import export_pdf
    from bonescint.identity.ledger import open_ledger

    codes = open_ledger(**_files()).codes()
    start = time.perf_counter()
    study = {"id": "BENCH", "synthetic": True}
    pages = export_pdf(Path("t.pdf"), codes, [], study, "passphrase", "ja", date.today())
    _report(f"export, {pages} pages", start)


def main(counts: list[int]) -> None:
    """Measure each number of patients in a temporary folder, each step in a fresh process."""
    for count in counts:
        steps = ["create", "open", *(["export"] if count <= MOST_ON_PAPER else [])]
        with tempfile.TemporaryDirectory() as folder:
            for step in steps:
                arguments = [sys.executable, str(Path(__file__).resolve()), step, str(count)]
                subprocess.run(arguments, cwd=folder, check=True)


if __name__ == "__main__":
    os.umask(0o077)
    if sys.argv[1:2] and sys.argv[1] in ("create", "open", "export"):
        {"create": _create, "open": _open, "export": _export}[sys.argv[1]](int(sys.argv[2]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or [1000, 100_000])
