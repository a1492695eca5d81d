"""The whole command `bonescint deidentify` beside a plain copy and pydicom's read and write.

    python tests/bench/bench_deid.py [FILES] [--jobs N ...] [--profile] [--peers FOLDER]

The files are none that the code was tuned on: bodies that are not the phantom's, of random blobs
with Poisson noise at several levels of counts, two frames of 1 MB, each another patient with
another name, ID and birth date. Each method runs as a command of its own in a fresh process, from
reading the folder to the last byte, ours with its index, its verification, its hashes, its flush
to the disk and its report. The methods take turns, for the machine may be busy; told are the
medians, and the ratio to pydicom within a turn. What the same costs others, and what they leave
behind, is in bench_peers.py, which ``--peers`` runs.
"""

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).resolve().parents[2]
SHAPE = 2, 1024, 256
# the mean of a hot spot's counts in a pixel: from a short early image to a long one
LEVELS = 4, 15, 60, 250, 1000
SEED = 20260301
# pixels: 5 to 13 mm full width at half maximum, from sharper than a collimator to blurred
BLUR = 1.0, 2.5
COPY = """
import shutil, sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    shutil.copyfile(path, Path(sys.argv[2], path.name))
"""
READ_WRITE = """
import sys
from pathlib import Path
from pydicom import dcmread
for path in sorted(Path(sys.argv[1]).iterdir()):
    data = dcmread(path)
    data.PatientName = data.PatientID = "CODE"
    data.save_as(Path(sys.argv[2], path.name))
"""


def make(folder: Path, files: int) -> list[Path]:
    """Write the input: two-frame scans, each of another patient."""
    from people import invented_name

    from bonescint.demo.patients import HALF_WIDTH, sample_patients
    from bonescint.demo.scans import whole_body

    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["demo"] |= {"seed": SEED, "women_per_tracer": files // 2 + 1, "with_findings": 0}
    paths = []
    for patient in sample_patients(config["demo"], config["cohort"])[:files]:
        rng = np.random.default_rng([SEED, patient.index])
        born = patient.birth_date - timedelta(days=int(rng.integers(4000)))
        name = invented_name(rng, patient.charset == HALF_WIDTH)
        other = replace(patient, vendor="siemens", birth_date=born, name=name)
        scan = whole_body(other, SEED, rng.poisson(_expected(rng)).astype(np.uint16))[0]
        paths.append(folder / f"{patient.index:05}.dcm")
        scan.save_as(paths[-1], enforce_file_format=True)
    return paths


def _expected(rng: np.random.Generator) -> NDArray[np.floating]:
    """Return what the detectors expect: a random body of blobs, some of them hot, seen twice."""
    _, rows, columns = SHAPE
    row, column = np.ogrid[:rows, :columns]
    frame = np.full((rows, columns), 0.02)
    level = LEVELS[int(rng.integers(len(LEVELS)))]
    for size, share, blobs in ((1.0, 0.08, 6), (0.3, 0.3, 12), (0.06, 1.0, 25)):
        for _ in range(blobs):
            tall, wide = rng.uniform(0.2, 1, 2) * size * (rows / 4, columns / 3)
            middle = rng.uniform(0.1, 0.9) * rows, rng.normal(0.5, 0.12) * columns
            far = ((row - middle[0]) / tall) ** 2 + ((column - middle[1]) / wide) ** 2
            near = slice(max(0, int(middle[0] - 3 * tall)), int(middle[0] + 3 * tall) + 1)
            frame[near] += level * share * rng.uniform(0.3, 1) * np.exp(-2 * far[near] ** 2)
    frame = gaussian_filter(frame, rng.uniform(*BLUR))
    return np.stack([frame, frame[:, ::-1] * rng.uniform(0.6, 1.2)])


def _commands(source: Path, jobs: list[int]) -> dict[str, list[str]]:
    """Return the methods: name -> command, to which the destination is added."""
    python, ours = (
        [sys.executable, "-c"],
        "import sys; from bonescint.cli import main; sys.exit(main())",
    )
    commands = {
        "copy": [*python, COPY, str(source)],
        "pydicom": [*python, READ_WRITE, str(source)],
    }
    for n in jobs:
        options = ["deidentify", "--language", "en", "--jobs", str(n)]
        commands[f"bonescint, {n}"] = [*python, ours, *options, str(source)]
    return commands


def _measure(command: list[str], files: int, ours: bool) -> tuple[float, float]:
    """Return wall and CPU seconds of a command into a fresh folder, and check what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        os.sync()
        before, start = _cpu(), time.perf_counter()
        subprocess.run([*command, folder], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        wall, cpu = time.perf_counter() - start, _cpu() - before
        written = sum(1 for _ in Path(folder).rglob("*.dcm"))
        if written != files:
            raise SystemExit(f"{written} of {files} files were written")
        if ours:
            with (Path(folder) / "report.csv").open(encoding="utf-8-sig") as stream:
                assert all(row["sha256"] for row in csv.DictReader(stream))  # noqa: S101
        return wall, cpu


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(files: int, jobs: list[int], rounds: int) -> None:
    """Print one line a method."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        make(source, files)
        commands = _commands(source, jobs)
        turns = [
            {
                name: _measure(command, files, name.startswith("bonescint"))
                for name, command in commands.items()
            }
            for _ in range(rounds)
        ]
    print(f"{files} files of 1 MB, {rounds} rounds; load {os.getloadavg()[0]:.1f}")
    print("method                wall s    CPU s  files/s  CPU ms/file  wall of pydicom's")
    for name in commands:
        wall, cpu = (statistics.median(turn[name][i] for turn in turns) for i in (0, 1))
        ratio = statistics.median(turn[name][0] / turn["pydicom"][0] for turn in turns)
        each = f"{files / wall:8.0f} {1000 * cpu / files:12.2f} {ratio:18.2f}"
        print(f"{name:20} {wall:7.2f} {cpu:8.2f} {each}")


def profile(files: int) -> None:
    """Print where the command spends its time, in this process and without a worker."""
    import cProfile
    import pstats

    from bonescint.cli import main as command

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        make(source, files)
        run = cProfile.Profile()
        run.runcall(command, ["deidentify", "--jobs", "1", str(source), f"{folder}/out"])
        pstats.Stats(run).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
    os.environ["PYTHONPATH"] = str(ROOT / "scripts")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=int, nargs="?", default=400)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--peers", type=Path, help="folder of the peers' environments")
    options = parser.parse_args()
    if options.profile:
        profile(options.files)
    else:
        main(options.files, options.jobs, options.rounds)
    if options.peers:
        import bench_peers

        bench_peers.main(options.files, options.peers)
