"""Headers per second and memory of the indexing step, on NM files of about 1 MB.

    .venv/bin/python tests/bench/bench_index.py [files ...]     (default: 1000 10000)

The big set is hard links to 200 real files: the cost per file is that of a file in the page cache.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

DISTINCT = 200


def _measure(dicom: Path, out: Path, workers: int) -> None:
    from scripts.ingest.index_dicom import index_dicom

    start, cpu = time.perf_counter(), time.process_time()
    index_dicom(dicom, out / "index.csv", out / "unreadable.csv", out / "receipt.json", workers)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    files = len((out / "index.csv").read_text().splitlines()) - 1
    print(
        f"{files:6d} files, {workers} worker(s): {files / wall:6.0f} headers/s, "
        f"wall {wall:5.2f} s, own CPU {cpu:5.2f} s, peak {own} MB (largest worker {child} MB)",
        flush=True,
    )


def main(counts: list[int]) -> None:
    """Make the files in a temporary folder and measure each count in a fresh process."""
    from tests.unit.dicom.samples import nm_file

    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        for number in range(DISTINCT):
            nm_file(made / f"{number:04d}.dcm", number, rows=1024, columns=256)
        for count in counts:
            dicom = Path(temporary) / f"dicom{count}"
            for number in range(count):
                folder = dicom / f"{number // 100:05d}"
                folder.mkdir(parents=True, exist_ok=True)
                os.link(made / f"{number % DISTINCT:04d}.dcm", folder / f"{number:07d}.dcm")
            for workers in (1, 2):
                subprocess.run(
                    [sys.executable, __file__, "--measure", str(dicom), temporary, str(workers)],
                    check=True,
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        _measure(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or [1000, 10000])
