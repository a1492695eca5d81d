"""How the files of a volume grow with its images: `python tests/bench/bench_disc.py`.

Made-up whole-body pictures of 256 x 1,024 pixels, two images a patient. Every number runs in a
process of its own, because a peak of memory never falls. 3,000 images take 1.6 GB of disk.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "scripts")]

from tests.unit.deid.samples import as_file, counts  # noqa: E402
from tests.unit.delivery.disc.samples import LABEL, case, image  # noqa: E402

from bonescint.delivery.disc.fileset import volume_files  # noqa: E402
from bonescint.delivery.disc.layout import Case  # noqa: E402

NUMBERS = (150, 600, 3000)


def written(folder: Path, number: int) -> list[Case]:
    """Write so many images: one picture, under a UID of its own each time."""
    code, uid = "BS-00000", "2.25.3" + "0" * 20
    ds = image(code, "0" * 20, Rows=1024, Columns=256, NumberOfFrames=1, DetectorVector=1)
    ds.PixelData = counts(1, 1024, 256).tobytes()
    data = as_file(ds)
    cases = []
    for n in range(number // 2):
        of = f"BS-{n:05}"
        paths = []
        for i in (1, 2):
            path = folder / of / f"{of}_{i:02}.dcm"
            path.parent.mkdir(parents=True, exist_ok=True)
            one = f"2.25.3{2 * n + i:020}"
            path.write_bytes(data.replace(uid.encode(), one.encode()).replace(
                code.encode(), of.encode()))  # fmt: skip
            paths.append(path)
        cases.append(case(of, tuple(paths)))
    return cases


def measured(cases: list[Case]) -> None:
    """Print seconds and peak, in a forked process."""
    child = os.fork()
    if not child:
        began = time.perf_counter()
        files = volume_files(cases, LABEL)
        seconds = time.perf_counter() - began
        (directory,) = (one.size for one in files if one.iso == "DICOMDIR")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        number = sum(len(one.images) for one in cases)
        print(f"{number:5} images  {seconds:6.2f} s  {1000 * seconds / number:5.1f} ms an image  "
              f"{peak:4} MB peak  DICOMDIR {directory:,} bytes", flush=True)  # fmt: skip
        os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    """Print the figures."""
    for number in NUMBERS:
        with tempfile.TemporaryDirectory() as folder:
            measured(written(Path(folder), number))


if __name__ == "__main__":
    main()
