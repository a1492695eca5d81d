"""A study on a cluster of two nodes: the same bytes as on one machine, and no leak to it.

Needs Debian's slurm-wlm and munge, root, and the extra `slurm`; `make test-slurm` brings the last.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from bonescint.identity.passphrase import FILE_VARIABLE, VARIABLE
from bonescint.resources import ROOT
from tests.workflow.leaks import identifiers, leaks, open_to_others
from tests.workflow.runner import Edit, configure, few_questions, small, snakemake, started

CLUSTER = Path(__file__).parent / "cluster"
STATE = Path("/var/tmp/bonescint-slurm")  # noqa: S108 the cluster's own, for root alone
PASSPHRASE = "four-unrelated-long-words"  # noqa: S105 of a test
# a test needs no long waiting times, because both nodes are this machine
QUICK = [
    *("--slurm-init-seconds-before-status-checks", "1"),
    *("--seconds-between-status-checks", "1"),
    *("--latency-wait", "5"),
]
STAGES = ["intake", "imports", "cases", "questions", "outputs"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Start the cluster, or skip with what is missing."""
    if find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("snakemake-executor-plugin-slurm is not installed (make test-slurm)")
    begun = subprocess.run([CLUSTER, "start"], capture_output=True, text=True)
    if begun.returncode:
        pytest.skip(begun.stderr.strip())
    yield
    subprocess.run([CLUSTER, "stop"], check=True)


def on_cluster(folder: Path, *arguments: str, fails: bool = False) -> str:
    """Run the workflow as a user of the cluster does."""
    profile = ["--workflow-profile", str(ROOT / "profiles" / "slurm"), *QUICK]
    snakefile = ["--snakefile", str(ROOT / "Snakefile")]
    return started(folder, "snakemake", *snakefile, *profile, *arguments, fails=fails)


def study(folder: Path, edit: Edit) -> Path:
    """Return a folder with a configuration; the key is wrapped, its passphrase in a file."""
    folder.mkdir(mode=0o700)

    def wrapped(config: dict[str, Any]) -> None:
        edit(config)
        config["ledger"]["passphrase_file"] = "guarded.txt"  # noqa: S105 its name

    configure(folder, wrapped)
    (folder / "guarded.txt").write_text(PASSPHRASE + "\n")
    (folder / "guarded.txt").chmod(0o600)
    return folder


def shortest(config: dict[str, Any]) -> None:
    small(config)
    few_questions(config)


@pytest.mark.parametrize(
    ("edit", "targets", "stages"),
    [
        # each step starts Snakemake twice: the whole of even a small study takes minutes
        pytest.param(shortest, ["results/cases.csv"], ["intake", "cases"], id="coded"),
        pytest.param(lambda config: None, ["all"], STAGES, id="default", marks=pytest.mark.slow),
    ],
)
def test_a_cluster_gives_the_same_bytes_and_learns_nothing(
    cluster: None, tmp_path: Path, edit: Edit, targets: list[str], stages: list[str]
) -> None:
    local, remote = study(tmp_path / "local", edit), study(tmp_path / "remote", edit)
    snakemake(local, *targets)
    # codes are drawn at random: the same patients have the same ones by the same ledger
    (remote / "private").mkdir(mode=0o700)
    for name in ("ledger.age", "ledger.key", "ledger.head", "study.json", "salt"):
        shutil.copy2(local / "private" / name, remote / "private" / name)
    said = on_cluster(remote, *targets, "--slurm-keep-successful-logs")

    # the demonstration, the index, the batches one by one; a stage is one job
    alone = 2 + len(list((local / "results" / "dicom").iterdir()))
    assert len(re.findall(r"submitted with SLURM jobid", said)) == alone + len(stages)
    assert contents(local) == contents(remote)

    asked = tmp_path / "asked"
    asked.mkdir()
    for command in ("scontrol show jobs", "scontrol show steps", "squeue -a -t all -o %all"):
        told = subprocess.run(command.split(), capture_output=True, check=True).stdout
        (asked / command.replace(" ", "_")).write_bytes(told)
    # where it could stand: the environment of each job and its comment
    assert len(list((STATE / "controller").rglob("environment"))) == alone + len(stages)
    assert "rule_index_dicom" in (asked / "scontrol_show_jobs").read_text()
    wanted = identifiers(remote)
    assert not leaks(STATE.parent, {*wanted, PASSPHRASE}, [STATE.name])
    assert not leaks(asked.parent, {*wanted, PASSPHRASE}, [asked.name])
    assert list((remote / ".snakemake" / "slurm_logs").rglob("*.log"))
    assert not leaks(remote, {*wanted, PASSPHRASE})
    assert not open_to_others(remote)


def contents(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of the results, by its name."""
    files = [path for path in (folder / "results").rglob("*") if not path.is_dir()]
    assert len(files) > 20
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_a_passphrase_in_the_environment_starts_nothing(
    cluster: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study(tmp_path / "study", shortest)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--workflow-profile", str(ROOT / "profiles" / "slurm")]
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "scripts"), prepend=os.pathsep)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode
    assert FILE_VARIABLE in done.stderr
    assert PASSPHRASE not in done.stdout + done.stderr
    assert "submitted" not in done.stderr
    assert not (folder / "private").exists()


def test_the_cluster_says_what_is_missing(tmp_path: Path) -> None:
    for program in ("uname", "id"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    command = ["/bin/bash", CLUSTER, "start"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    expected = r"cluster: (not installed:.* sbatch srun \(.*slurm-wlm munge\)|needs Linux and root)"
    assert re.fullmatch(expected, done.stderr.strip())
