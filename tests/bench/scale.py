"""What a study of N patients costs, rule by rule: `python tests/bench/scale.py N [N ...]`.

A simulated study of N patients is made in a temporary folder, cheaply: small images of blobs, one
in fourteen declined, lists, exports and readings as the demonstration writes them. Then Snakemake
runs four times: first, with nothing to do, with one more opt-out, and with 100 patients more. Told
are wall time, CPU and peak memory of each rule's jobs, the bytes they read and wrote, and of
several sizes how the costs grow (the exponent between one size and the next).
"""

import argparse
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from people import invented_name  # noqa: E402

from bonescint.demo.patients import HALF_WIDTH, Patient, sample_patients  # noqa: E402
from bonescint.demo.results import read_scans, run_software  # noqa: E402
from bonescint.demo.scans import whole_body  # noqa: E402
from bonescint.demo.tables import (  # noqa: E402
    type_again,
    write_export,
    write_opt_out,
    write_participants,
    write_reading,
)

SEED = 20260401
SHAPE = 2, 256, 64
MORE = 100
DECLINED = 14  # one in so many, as in the demonstration
# run at the end of every job, a fork of bonescint.forkserver: what it used, beside the study
HOOK = """
import json, os, resource, sys, time
from multiprocessing import process, util


def begin(_):
    if os.getppid() == server:  # not a worker process of a job
        util.Finalize(None, tell, args=[time.time()], exitpriority=0)


def tell(begun):
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    status = open("/proc/self/status").read()
    moved = dict(line.split(": ") for line in open("/proc/self/io").read().splitlines())
    row = {
        "rule": process.current_process().name,
        "wall": time.time() - begun,
        "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "kb": int(status.split("VmHWM:")[1].split()[0]),
        "read": int(moved["rchar"]),
        "written": int(moved["wchar"]),
    }
    with open(os.environ["SCALE_LOG"], "a") as stream:
        stream.write(json.dumps(row) + "\\n")


server = os.getpid()
if "SCALE_LOG" in os.environ and "bonescint.forkserver" in sys.orig_argv:
    util.register_after_fork(tell, begin)
"""


@dataclass
class Cost:
    """What the jobs of a rule took, their sum or (memory) the dearest one."""

    jobs: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    megabytes: float = 0.0
    read: float = 0.0
    written: float = 0.0

    def add(self, row: Mapping[str, float]) -> None:
        """Add a job, as the hook told it."""
        self.jobs += 1
        self.wall += row["wall"]
        self.cpu += row["cpu"]
        self.megabytes = max(self.megabytes, row["kb"] / 1024)
        self.read += row["read"] / 1e6
        self.written += row["written"] / 1e6


class Study:
    """A study in a folder.

    Parameters
    ----------
    folder
        Where it is made.
    size
        Patients of the first run; 100 more follow them.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.log = folder, folder.with_name(f"{folder.name}.jsonl")
        self.hook = folder.with_name(f"{folder.name}.hook")
        self.hook.mkdir()
        (self.hook / "sitecustomize.py").write_text(HOOK)
        config = (ROOT / "config.yaml").read_text(encoding="utf-8").replace(" demo/", " inputs/")
        self.config = yaml.safe_load(config)
        self.config["software"].pop("reference", None)  # is measured by itself
        half = (size + MORE) // 2
        settings = {"seed": SEED, "women_per_tracer": half, "with_findings": half}
        self.config["cohort"]["targets"] = dict.fromkeys(self.config["cohort"]["targets"], 1)
        drawn = sample_patients(settings, self.config["cohort"])
        # those who are left out stand last, and are there from the beginning
        self.patients = sorted(map(_made, drawn), key=lambda patient: patient.kind == "study")
        self.also_declined: list[Patient] = []
        folder.mkdir()
        (folder / "config.yaml").write_text(yaml.safe_dump(self.config, allow_unicode=True))

    def write(self, patients: Sequence[Patient]) -> None:
        """Write the images that are not there yet, and every table."""
        inputs = self.folder / "inputs"
        for patient in patients:
            folder = inputs / "dicom" / f"{patient.index // 1000:03}"
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / f"{patient.index:06}_0.dcm").exists():
                continue
            for i, scan in enumerate(whole_body(patient, SEED, _pixels(patient.index))):
                scan.save_as(folder / f"{patient.index:06}_{i}.dcm", enforce_file_format=True)
        preceding = self.config["study"]["preceding_study"]
        write_participants(inputs / "participants.csv", patients, preceding)
        write_opt_out(inputs / "opt_out.csv", patients)
        with (inputs / "opt_out.csv").open("a", encoding="utf-8", newline="") as stream:
            for patient in self.also_declined:
                stream.write(f"{patient.patient_id},2025/06/01,本人,,,SYNTHETIC\r\n")
        software = self.config["software"]
        for key, one in software.items():
            write_export(self.folder / one["export"], key, run_software(patients, key, SEED))
        first, second = (software["bonenavi"][key] for key in ("export", "second_export"))
        type_again(self.folder / first, self.folder / second)
        for i, (reader, rows) in enumerate(read_scans(patients, SEED).items()):
            write_reading(self.folder / self.config["readers"][reader]["report"], i, rows)

    def run(self) -> dict[str, Cost]:
        """Run Snakemake and return what each rule cost; `snakemake` is what all took together."""
        self.log.unlink(missing_ok=True)
        paths = [str(self.hook), str(ROOT / "scripts")]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths),
            "SCALE_LOG": str(self.log),
        }
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        command += ["--workflow-profile", str(ROOT / "profiles/default"), "--cores", "2"]
        before, begun = _cpu(), time.perf_counter()
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(done.stdout[-4000:] + done.stderr[-4000:])
        found: defaultdict[str, Cost] = defaultdict(Cost)
        if self.log.exists():
            for line in self.log.read_text().splitlines():
                row = json.loads(line)
                found[row["rule"]].add(row)
        whole = found["snakemake"]
        whole.wall, whole.cpu = time.perf_counter() - begun, _cpu() - before
        whole.jobs = sum(cost.jobs for cost in found.values())
        return found


def _made(patient: Patient) -> Patient:
    """Return a patient with a unique name, who has declined if it is the patient's turn."""
    rng = np.random.default_rng([SEED, patient.index])
    kind = patient.kind
    if kind == "study" and patient.index % DECLINED == 0:
        kind = "opt_out_self"
    name = invented_name(rng, patient.charset == HALF_WIDTH)
    return replace(patient, kind=kind, name=name, extras=())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pixels(index: int) -> NDArray[np.uint16]:
    """Return two views of something like a body, with noise of its own."""
    rng = np.random.default_rng([SEED, 1, index])
    return rng.poisson(_BODY * rng.uniform(0.5, 2)).astype(np.uint16)


def _body() -> NDArray[np.floating]:
    rng = np.random.default_rng(SEED)
    row, column = np.ogrid[: SHAPE[1], : SHAPE[2]]
    frame = np.full(SHAPE[1:], 0.02)
    for _ in range(40):
        tall, wide = rng.uniform(4, 40), rng.uniform(2, 10)
        middle = rng.uniform(20, SHAPE[1] - 20), rng.normal(SHAPE[2] / 2, 6)
        far = ((row - middle[0]) / tall) ** 2 + ((column - middle[1]) / wide) ** 2
        frame += rng.uniform(1, 12) * np.exp(-far)
    return np.stack([frame, frame[:, ::-1]])


_BODY = _body()


def measure(size: int) -> dict[str, dict[str, Cost]]:
    """Return what each run of a study of so many patients cost: run -> rule -> cost."""
    with tempfile.TemporaryDirectory() as folder:
        study = Study(Path(folder) / "study", size)
        study.write(study.patients[:-MORE])
        runs = {"first run": study.run(), "nothing to do": study.run()}
        study.also_declined = [one for one in study.patients if one.kind == "study"][:1]
        study.write(study.patients[:-MORE])
        runs["one opt-out"] = study.run()
        study.write(study.patients)
        runs[f"{MORE} more"] = study.run()
    return runs


def told(size: int, runs: Mapping[str, Mapping[str, Cost]]) -> None:
    """Print a table for each run: the rules by their CPU, the dearest first."""
    for run, rules in runs.items():
        whole = rules["snakemake"]
        print(f"\n{size:,} patients, {run}: {whole.wall:.1f} s wall, {whole.cpu:.1f} s CPU")
        print(
            f"{'rule':28}{'jobs':>5}{'wall s':>9}{'CPU s':>9}{'MB':>6}{'read MB':>9}{'wrote MB':>9}"
        )
        for name, cost in sorted(rules.items(), key=lambda one: -one[1].cpu):
            print(
                f"{name:28}{cost.jobs:5}{cost.wall:9.2f}{cost.cpu:9.2f}{cost.megabytes:6.0f}"
                f"{cost.read:9.1f}{cost.written:9.1f}"
            )


def grown(found: Mapping[int, Mapping[str, Mapping[str, Cost]]]) -> None:
    """Print of each rule's CPU how it grows between one size and the next, where it is over 1 s."""
    for (small, before), (large, after) in itertools.pairwise(sorted(found.items())):
        print(f"\nExponents from {small:,} to {large:,} patients, CPU over 1 s")
        for run, rules in after.items():
            for name, cost in sorted(rules.items(), key=lambda one: -one[1].cpu):
                if cost.cpu > 1 and before[run].get(name, Cost()).cpu:
                    ratio = math.log(cost.cpu / before[run][name].cpu) / math.log(large / small)
                    print(f"{run:16}{name:28}{ratio:6.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("patients", type=int, nargs="+")
    found = {}
    for size in parser.parse_args().patients:
        found[size] = measure(size)
        told(size, found[size])
    grown(found)
