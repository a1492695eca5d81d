"""What each question costs, in CPU seconds and peak memory, as the number of cases grows.

python tests/bench/bench_questions.py STUDY [CASES ...]

STUDY is a folder with a finished run; a copy of it is worked on. The jobs are those that Snakemake
starts (it keeps their scripts), on the study's coded tables with every case repeated under codes
of its own; measurements differ by noise in their last digits, so that pairs tie as real ones do.
"""

import csv
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from bonescint.files import read_rows
from bonescint.questions.registry import known

SIZES = (1_000, 10_000)
NOT_GROWN = {"metrics", "anonymization", "hospital", "figures"}


def kept_scripts(study: Path) -> dict[str, Path]:
    """Ask every question once and return the scripts that Snakemake ran, by rule."""
    metrics = sorted(study.glob("results/metrics/*.csv"))
    asked = [path.stem for path in metrics if path.stem in known()]
    shutil.rmtree(study / ".snakemake/scripts", ignore_errors=True)
    asking = ["snakemake", "--cores", "1", "--skip-script-cleanup", "--forcerun", *asked, "--"]
    tables = [f"results/metrics/{name}.csv" for name in asked]
    run = subprocess.run([*asking, *tables], cwd=study, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stdout + run.stderr)
    logs = {
        re.search(r"logs/(\w+)\.log", path.read_text(encoding="utf-8"))[1]: path
        for path in study.glob(".snakemake/scripts/*answer_question.py")
    }
    return dict(sorted(logs.items()))


def grow(source: Path, target: Path, cases: int) -> int:
    """Write the coded tables of `source` with about this many cases; return how many."""
    rng = np.random.default_rng(20190601)
    have = sum(1 for _ in read_rows(source / "results/cases.csv"))
    times = max(round(cases / have), 1)
    for path in sorted(source.glob("results/**/*.csv")):
        if NOT_GROWN & set(path.parts) or path.name.endswith(".warnings.csv"):
            continue
        rows = list(read_rows(path))
        if not rows or "code" not in rows[0]:
            continue
        with (target / path.relative_to(source)).open("w", encoding="utf-8-sig") as stream:
            table = csv.DictWriter(stream, list(rows[0]))
            table.writeheader()
            for i in range(times):
                for row in rows:
                    other = {"code": f"{row['code']}{i or ''}"}
                    value = row.get("value", "")
                    if i and "." in value and float(value):
                        other["value"] = f"{max(float(value) + rng.normal(0, 0.2), 0):.2f}"
                    table.writerow(row | other)
    return times * have


def cost(script: Path, study: Path) -> tuple[float, float]:
    """Return CPU seconds and peak MB of one job."""
    with tempfile.TemporaryFile() as said:
        job = subprocess.Popen([sys.executable, script], cwd=study, stdout=said, stderr=said)
        _, status, used = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
        if job.returncode:
            said.seek(0)
            raise SystemExit(said.read().decode())
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(source: Path, sizes: list[int]) -> None:
    """Print a row a question."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        shutil.copytree(source, study, symlinks=True)
        scripts = kept_scripts(study)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in scripts}
        cases = []
        for size in sizes:
            cases.append(grow(source, study, size))
            for name, script in scripts.items():
                found[name].append(min(cost(script, study) for _ in range(2)))
    titles = "".join(f" {f'{n:,}: s':>12} {'MB':>5}" for n in cases)
    print(f"{'question':<24}{titles} {'exponent':>9}")
    for name, costs in found.items():
        cells = "".join(f" {seconds:12.2f} {peak:5.0f}" for seconds, peak in costs)
        ratio = math.log(costs[-1][0] / costs[0][0]) / math.log(cases[-1] / cases[0])
        print(f"{name:<24}{cells} {ratio:9.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), [int(size) for size in sys.argv[2:]] or list(SIZES))
