"""A whole disc of a study's coded images, plain and encrypted: seconds, bytes, memory.

    .venv/bin/python tests/bench/bench_disc_image.py [results/dicom]

The demonstration has 100 patients with 150 images (105 MB). Every build runs in a process of its
own, because a peak of memory never falls; a second one on a small medium gives more volumes.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tests.unit.delivery.disc.samples import case  # noqa: E402
from tests.unit.delivery.disc.small import PASSPHRASE, STUDY  # noqa: E402

from bonescint.delivery.disc.layout import Case  # noqa: E402
from bonescint.delivery.disc.passphrase import write_passphrase_file  # noqa: E402
from bonescint.delivery.disc.volumes import build_volumes  # noqa: E402

CD, SMALL = 681_984_000, 25_000_000  # bytes


def cases_below(folder: Path) -> list[Case]:
    """Return the cases of a folder with a folder a code."""
    images = defaultdict(list)
    for path in sorted(folder.rglob("*.dcm")):
        images[path.parent.name].append(path)
    return [case(code, tuple(paths)) for code, paths in sorted(images.items())]


def measured(cases: list[Case], form: str, capacity: int, folder: Path) -> None:
    """Build in a forked process and print what it took."""
    settings = {"form": form, "capacity": capacity, "passphrase_file": str(folder / "passphrase")}
    child = os.fork()
    if not child:
        began = time.perf_counter()
        built = build_volumes(cases, STUDY, "D-001", settings, folder / form, "ja")
        seconds = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_SELF)
        peak, cpu = used.ru_maxrss // 1024, used.ru_utime + used.ru_stime
        total = sum(volume.bytes for volume in built)
        print(
            f"{form:<10} {len(built):2} volumes {total:13,} bytes {seconds:6.2f} s "
            f"({cpu:.2f} s of processors) {peak:4} MB peak",
            flush=True,
        )
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(1)


def main() -> None:
    """Measure both forms on a large and on a small medium."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("results/dicom"))
    cases = cases_below(parser.parse_args().folder)
    n_images = sum(len(one.images) for one in cases)
    size = sum(path.stat().st_size for one in cases for path in one.images)
    print(f"{len(cases)} cases, {n_images} images, {size:,} bytes", flush=True)
    for capacity in (CD, SMALL):
        for form in ("plain", "encrypted"):
            with tempfile.TemporaryDirectory() as folder:
                write_passphrase_file(Path(folder) / "passphrase", PASSPHRASE)
                measured(cases, form, capacity, Path(folder))


if __name__ == "__main__":
    main()
