"""Runs the real snakemake in a folder of its own, as a user would in a clone."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bonescint.resources import ROOT

Edit = Callable[[dict[str, Any]], None]


def configure(folder: Path, edit: Edit | None = None) -> None:
    """Write the default configuration to the folder, changed by `edit` (or edit the one there)."""
    source = folder / "config.yaml"
    config = yaml.safe_load((source if source.exists() else ROOT / "config.yaml").read_text())
    if edit:
        edit(config)
    source.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False))


def small(config: dict[str, Any]) -> None:
    """Shrink the demonstration: every kind is there, with fewer women."""
    config["demo"] |= {"women_per_tracer": 8, "with_findings": 8}
    config["cohort"]["targets"] = {
        "MDP": 8,
        "HMDP": 8,
        "with_findings": 8,
        "without_findings": 8,
    }
    config["deidentification"]["batch_size"] = 4


# the questions without which no figure is drawn
FEW_QUESTIONS = ["accuracy", "cutoffs", "version_measurement"]


def few_questions(config: dict[str, Any]) -> None:
    """Leave out the questions that most tests do not need."""
    config["metrics"] |= {"questions": FEW_QUESTIONS, "primary": None, "families": {}}
    config["software"]["reference"] = {"builtin": False}


def snakemake(folder: Path, *arguments: str, fails: bool = False, program: Path = ROOT) -> str:
    """Run snakemake in the folder and return what it printed; assert that it succeeds, or fails.

    `program` is where the workflow lies: a copy may be edited.
    """
    snakefile = ["--snakefile", str(program / "Snakefile")]
    profile = ["--workflow-profile", str(program / "profiles" / "default"), "--cores", "2"]
    return started(
        folder, "snakemake", *snakefile, *profile, *arguments, fails=fails, program=program
    )


def started(
    folder: Path,
    module: str,
    *arguments: str,
    fails: bool = False,
    program: Path = ROOT,
    python: str | Path = sys.executable,
    timeout: int = 600,
) -> str:
    """Run a command in the folder as the program's environment does, and return what it printed."""
    command = [str(python), "-m", module]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BONESCINT_")}
    # a test may add folders, for example that of the hook in test_incidents.py
    paths = [str(program / "scripts"), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    assert (done.returncode != 0) == fails, done.stdout[-6000:]
    return done.stdout


def copied(folder: Path) -> Path:
    """Return a copy of the workflow. Dates are kept because Snakemake compares those of scripts."""
    for name in ("rules", "scripts", "resources", "schemas", "report", "profiles", "envs"):
        # the bytecode too, except temporary files that another process is about to rename
        half = shutil.ignore_patterns("*.pyc.*", "*.tmp")
        shutil.copytree(ROOT / name, folder / name, ignore=half)
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, folder / name)
    return folder


def jobs(printed: str) -> dict[str, int]:
    """Return rule -> number of jobs of the (first) job table that snakemake printed."""
    table = printed.split("Job stats:", 1)
    if len(table) == 1:
        return {}
    found: dict[str, int] = {}
    for line in table[1].splitlines()[1:]:
        match = re.fullmatch(r"(\w+)\s+(\d+)", line.strip())
        if match:
            found[match[1]] = int(match[2])
        elif found and not line.strip():
            break
    found.pop("total", None)
    return found


def ran(printed: str) -> list[str]:
    """Return the rules of the jobs that snakemake started, in order."""
    return re.findall(r"^(?:local)?(?:rule|checkpoint) (\w+):$", printed, re.M)
