"""Files a second of the de-identification against a plain copy and pydicom's read and write.

    python tests/bench/bench_deid.py [FILES]

Two-frame whole-body objects of 1 MB, one process, in a temporary folder; the best of three runs.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pydicom import dcmread

from bonescint.deid.batch import Settings, quiet_pydicom, write_case
from bonescint.deid.policy import load_policies
from bonescint.deid.uids import UidReplacer
from bonescint.resources import ROOT

sys.path.insert(0, str(ROOT))
from tests.unit.deid_samples import SECRET, as_file, base, siemens  # noqa: E402


def make(folder: Path, files: int) -> list[Path]:
    """Write the input: Siemens-like objects of two frames of 1024 x 256."""
    large = base(rows=1024, columns=256)
    paths = []
    for number in range(files):
        source = siemens()
        for keyword in ("Rows", "Columns", "PixelData"):
            source[keyword] = large[keyword]
        source.SOPInstanceUID = f"1.2.3.{number}"
        path = folder / f"{number}.dcm"
        path.write_bytes(as_file(source))
        paths.append(path)
    return paths


def rate(work: Callable[[Path], None], files: int) -> float:
    """Return files a second, the best of three runs into fresh folders."""
    best = float("inf")
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            work(Path(folder))
            best = min(best, time.perf_counter() - start)
    return files / best


def main(files: int) -> None:
    """Print one line a method."""
    policies = load_policies(ROOT / "resources/tag_table.csv", "STUDY", "SERIES")
    settings = Settings(policies, UidReplacer(SECRET), keep_secondary_capture=False)
    with tempfile.TemporaryDirectory() as folder, quiet_pydicom():
        paths = make(Path(folder), files)

        def copy(out: Path) -> None:
            for path in paths:
                shutil.copyfile(path, out / path.name)

        def pydicom(out: Path) -> None:
            for path in paths:
                data = dcmread(path)
                data.PatientName = "CODE"
                data.save_as(out / path.name)

        def deidentify(out: Path) -> None:
            for number, path in enumerate(paths):
                row = {"path": path.name, "sop_instance_uid": str(number)}
                row |= {"views": "anterior+posterior", "tracer": "MDP"}
                for _, line, _ in write_case("BS-ABCDE", [row], path.parent, out, settings):
                    assert line["status"] == "written", line  # noqa: S101

        for work in (copy, pydicom, deidentify):
            print(f"{work.__name__:12} {rate(work, files):8.0f} files/s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory  {peak:8.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
