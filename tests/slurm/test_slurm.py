"""A study on a cluster of two nodes: the same bytes as on one machine, and nothing told to it.

Needs Debian's slurm-wlm and munge, root, and the extra `slurm`, here or in .venv-slurm.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock, Timeout

from bonescint.identity.passphrase import FILE_VARIABLE, VARIABLE
from bonescint.resources import ROOT, Texts
from tests.workflow.conftest import finished
from tests.workflow.leaks import identifiers, leaks, open_to_others
from tests.workflow.runner import Edit, configure, few_questions, small, snakemake, started

__all__ = ["finished"]  # a fixture
CLUSTER = Path(__file__).parent / "cluster"
STATE = Path("/var/tmp/bonescint-slurm")  # noqa: S108 the cluster's own, for root alone
PASSPHRASE = "four-unrelated-long-words"  # noqa: S105 of a test
# of the profile's patience a test has no need: both nodes are this machine
QUICK = [
    *("--slurm-init-seconds-before-status-checks", "1"),
    *("--seconds-between-status-checks", "1"),
    *("--latency-wait", "5"),
]
SUBMITTED = re.compile("submitted with SLURM jobid")
RUNNING = ["squeue", "--noheader", "--states=R"]
STAGES = ["intake", "imports", "cases", "questions", "outputs"]


@pytest.fixture(scope="module")
def python() -> Path:
    """Return the Python of an environment with Slurm's plugin, or skip."""
    for place in (Path(sys.prefix), ROOT / ".venv-slurm"):
        if any(place.glob("lib/python*/site-packages/snakemake_executor_plugin_slurm")):
            return place / "bin" / "python"
    pytest.skip("snakemake-executor-plugin-slurm is not installed (make .venv-slurm/ready)")


@pytest.fixture(scope="module")
def cluster(python: Path) -> Iterator[Path]:
    """Start the cluster and return the Python for it, or skip with what is missing."""
    looked = subprocess.run([CLUSTER, "usable"], capture_output=True, text=True)
    if looked.returncode:
        pytest.skip(looked.stderr.strip())
    try:
        # the machine has room for one: what is started here must not be stopped by another test
        with FileLock(f"{STATE}.lock", timeout=120):
            subprocess.run([CLUSTER, "start"], check=True)
            yield python
            subprocess.run([CLUSTER, "stop"], check=True)
    except Timeout:
        pytest.skip("a cluster of other tests is at work on this machine")


def on_cluster(python: Path, folder: Path, *arguments: str) -> str:
    """Run the workflow as a user of the cluster does."""
    profile = ["--workflow-profile", str(ROOT / "profiles" / "slurm"), *QUICK]
    snakefile = ["--snakefile", str(ROOT / "Snakefile")]
    # a step takes the longer, the fewer cores the two "nodes" share
    return started(
        folder, "snakemake", *snakefile, *profile, *arguments, python=python, timeout=3600
    )


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


@pytest.fixture
def piece(finished: Path, tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a copy of a finished study without some of its results, and what to make anew.

    Two batches, a job each, and the imports of software, which are one job.
    """
    folder = tmp_path / "piece"
    shutil.copytree(finished, folder, symlinks=True)
    imports = sorted((folder / "results" / "software").glob("*.csv"))
    for table in imports:
        table.unlink()
    batches = [folder / "results" / "dicom" / name for name in ("00", "01")]
    for batch in batches:
        shutil.rmtree(batch)
    return folder, [path.relative_to(folder).as_posix() for path in (*batches, *imports)]


def test_a_piece_of_a_study_on_a_cluster_is_the_same(
    finished: Path, cluster: Path, piece: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """What every commit is asked: minutes less than a whole study."""
    remote, targets = piece
    said = on_cluster(cluster, remote, *targets, "--slurm-keep-successful-logs")
    assert len(SUBMITTED.findall(said)) == 3
    assert contents(remote) == before_the_search(finished)
    nothing_learned(remote, tmp_path / "asked", jobs=3)


def before_the_search(finished: Path) -> dict[str, str]:
    """Return the contents of a finished study without the receipt of its search.

    A run that does not search takes the receipt away.
    """
    found = contents(finished)
    del found["results/purge.json"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "targets", "stages"),
    [
        # each step starts Snakemake twice: the whole of even a small study takes minutes
        pytest.param(shortest, ["results/cases.csv"], ["intake", "cases"], id="coded"),
        pytest.param(lambda config: None, ["all"], STAGES, id="default"),
    ],
)
def test_a_cluster_gives_the_same_bytes_and_learns_nothing(
    cluster: Path, tmp_path: Path, edit: Edit, targets: list[str], stages: list[str]
) -> None:
    local, remote = study(tmp_path / "local", edit), study(tmp_path / "remote", edit)
    snakemake(local, *targets)
    # codes are drawn at random: the same patients have the same ones by the same ledger
    (remote / "private").mkdir(mode=0o700)
    for name in ("ledger.age", "ledger.key", "ledger.head", "study.json", "salt"):
        shutil.copy2(local / "private" / name, remote / "private" / name)
    said = on_cluster(cluster, remote, *targets, "--slurm-keep-successful-logs")

    # the demonstration, the index, the batches one by one; a stage is one job
    jobs = 2 + len(list((local / "results" / "dicom").iterdir())) + len(stages)
    assert len(SUBMITTED.findall(said)) == jobs
    assert contents(local) == contents(remote)
    nothing_learned(remote, tmp_path / "asked", jobs)


def nothing_learned(remote: Path, asked: Path, jobs: int) -> None:
    """Assert that no patient and no passphrase stands where a cluster keeps or tells something."""
    asked.mkdir()
    for command in ("scontrol show jobs", "scontrol show steps", "squeue -a -t all -o %all"):
        told = subprocess.run(command.split(), capture_output=True, check=True).stdout
        (asked / command.replace(" ", "_")).write_bytes(told)
    # where it stands, if it stands anywhere: the environment of each job and its comment
    assert len(list((STATE / "controller").rglob("environment"))) >= jobs
    assert "rule_anonymize_batch" in (asked / "scontrol_show_jobs").read_text()
    wanted = {*identifiers(remote), PASSPHRASE}
    assert not leaks(STATE.parent, wanted, [STATE.name])
    assert not leaks(asked.parent, wanted, [asked.name])
    assert list((remote / ".snakemake" / "slurm_logs").rglob("*.log"))
    assert not leaks(remote, wanted)
    assert not open_to_others(remote)


@pytest.mark.slow
def test_a_controller_that_restarts_is_waited_for(
    finished: Path, cluster: Path, piece: tuple[Path, list[str]]
) -> None:
    remote, targets = piece
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(on_cluster, cluster, remote, *targets)
        while not subprocess.run(RUNNING, capture_output=True, check=True).stdout:
            assert not run.done(), run.result()
            time.sleep(0.5)
        os.kill(int((STATE / "slurmctld.pid").read_text()), signal.SIGTERM)
        # the run asks at least once while there is no answer
        time.sleep(20)
        subprocess.run([CLUSTER, "start"], check=True)
        said = run.result()
    assert Texts("endings", "ja")("controller_away") in said
    assert contents(remote) == before_the_search(finished)


def contents(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of the results, by its name."""
    files = [path for path in (folder / "results").rglob("*") if not path.is_dir()]
    assert len(files) > 20
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_a_passphrase_in_the_environment_starts_nothing(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study(tmp_path / "study", shortest)
    command = [python, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
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
