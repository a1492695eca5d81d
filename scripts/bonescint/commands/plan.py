"""`bonescint plan`: what a run would do and why, as sentences; nothing is run."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bonescint.commands import configuration
from bonescint.errors import InputError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "plan", help="each step that would run, and why / 実行される手順とその理由を示す"
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="as for snakemake / snakemake と同じ"
    )
    parser.add_argument("--snakefile", type=Path, help=argparse.SUPPRESS)
    configuration.add_option(parser, show_plan)


def show_plan(options: argparse.Namespace) -> int:
    """Print the steps and return 0; 1 if Snakemake could not even plan them.

    Raises
    ------
    InputError
        If there is no study here.
    """
    from bonescint import config as study
    from bonescint.endings.plan import plan_lines
    from bonescint.resources import ROOT, both

    if not options.config[0].exists():
        raise InputError(both("endings", "plan.no_study"))
    # a study's own Snakefile, or the program's
    own = Path("Snakefile")
    snakefile = options.snakefile or (own if own.exists() else ROOT / "Snakefile")
    told = _dry_run(snakefile, options.config, options.targets)
    if told["failed"]:
        raise InputError(told["failed"])
    config = configuration.merged(options.config)
    study.check_config(config, files=False)
    hospitals = {
        key: path for key, path in study.inputs(config).items() if not path.startswith(study.DEMO)
    }
    lines = plan_lines(told["jobs"], hospitals, config["language"], told["edited"])
    print(*lines, sep="\n")
    return 0


def _dry_run(snakefile: Path, config: list[Path], targets: list[str]) -> dict[str, Any]:
    """Return the jobs of ``snakemake -n``, or why there are none.

    The Snakefile writes them itself (`bonescint.endings.watch`): the lines that Snakemake prints
    are for people, and no interface.
    """
    from bonescint.endings.watch import PLAN
    from bonescint.resources import both

    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--dry-run"]
    if config != [Path("config.yaml")]:
        command += ["--configfile", *map(str, config)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        done = subprocess.run(  # noqa: S603
            [*command, "--", *targets],
            env=os.environ | {PLAN: str(file)},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if not file.exists():
            # it failed before it read the Snakefile, for example if a target looks like an option
            raise InputError(
                [*done.stderr.strip().splitlines()[-1:], both("endings", "plan.broken")]
            )
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told
