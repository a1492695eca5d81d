"""What the report takes of many cases: python -m tests.bench.bench_report [CASES ...]."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.outputs.write_report import write_report
from tests.scripts.outputs.contract import CUTOFFS, PAIRS, SOFTWARE, STUDY, inputs, write

from bonescint.declared import columns
from bonescint.warnings import Phrase, warning


def prepare(folder: Path, cases: int) -> None:
    """Write tables and figures of a study in which every case has a warning."""
    from scripts.outputs.draw_figures import draw_figures  # what the page needs not
    from tests.scripts.outputs.results import write_results
    from tests.scripts.outputs.test_draw_figures import TABLES

    results = write_results(folder / "results", cases)
    rows = [
        warning("reader1", "R10", Phrase("missing_reading"), {"code": f"BS-{n:05}"})
        for n in range(cases)
    ]
    write(results / "cohort/warnings.csv", rows, ",".join(columns("warnings")))
    draw_figures(
        tables={name: results / path for name, path in TABLES.items()},
        dicom=[],
        software=SOFTWARE,
        version_pairs=PAIRS,
        cutoffs=CUTOFFS,
        language="ja",
        synthetic=True,
        confidence=0.95,
        figures=folder / "figures",
    )


def measure(folder: Path, cases: int) -> None:
    """Write the page and print seconds, memory and size."""
    page = folder / "report.html"
    figures = sorted((folder / "figures").iterdir())
    start = time.process_time()
    write_report(inputs(folder / "results", figures), STUDY, SOFTWARE, "ja", page)
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = page.stat().st_size / 1e6
    print(f"{cases:>7,} cases {seconds:6.2f} s of CPU {memory:6.0f} MB of memory {size:5.2f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--prepare"]:
        prepare(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        # each in a process of its own: what drew the figures is no memory of the page
        for number in sys.argv[1:] or ("100", "10000"):
            with tempfile.TemporaryDirectory() as made:
                for step in ("--prepare", "--measure"):
                    command = [sys.executable, "-m", "tests.bench.bench_report", step, made, number]
                    subprocess.run(command, check=True)
