"""Watches a call of Snakemake and prints the last lines on the screen.

Snakemake's ``onsuccess`` and ``onerror`` run before its own last lines, do not see failures while
the rules are read, and are dropped where a workflow is used as a module. So the Snakefile adds this
handler to Snakemake's logger, whose records are the interface of its logger plugins. The lines are
printed when the process ends. Nothing is imported from Snakemake itself.
"""

import atexit
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bonescint.custody.runs import only_looks
from bonescint.endings.controller import outlive_controller
from bonescint.endings.failed import CallFault, Wording, fault_lines
from bonescint.endings.outcome import RunOutcome
from bonescint.filesystems import close_to_others

PLAN = "BONESCINT_PLAN"  # names a file: a dry-run writes its jobs into it and prints nothing
_LOGGER = "snakemake.logging"
_NOTHING = "Nothing to be done"
_INTERRUPTED = (
    "Terminating processes on user request",
    "Cancelling snakemake on user request",
    "Will exit after finishing currently running jobs",
)
# words of the Slurm plugin if the controller has not answered once; without accounting it then
# forgets its jobs
_NO_CONTROLLER = "Falling back to 'sacct' for status queries (MinJobAge=None"
_LAST = "At least one job did not complete successfully"
_OF_A_JOB = ("rule_name", "input", "output", "reason", "is_checkpoint")

Lines = Callable[[], Iterable[str]]


class Ending(logging.Handler):
    """What one call of Snakemake did, according to its log."""

    def __init__(self, workflow: Any) -> None:
        super().__init__(logging.INFO)
        self.workflow = workflow
        self.begun = False  # set once the run has begun to change something
        self.edited: list[Path] = []  # results changed by hand, which the run makes anew
        self.outcome: RunOutcome | None = None  # what the summary is made from
        self.note = ""  # said at the beginning, and again at the end
        self._good: list[Lines] = []
        self._failed: list[Lines] = []
        self._jobs: dict[int, dict[str, Any]] = {}
        self._faults: list[CallFault] = []
        self._has_ended_badly = self._is_interrupted = self._is_idle = False
        self._process = os.getpid()

    def good_runs_say(self, lines: Lines) -> None:
        """Have more lines said after a good run."""
        self._good.append(lines)

    def failed_runs_say(self, lines: Lines) -> None:
        """Have more lines said after a run that had begun and failed."""
        self._failed.append(lines)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what matters of a record of Snakemake's logger; its ``event`` says what it is."""
        # a record of an unknown form must not stop a run
        with suppress(KeyError, TypeError, ValueError):
            self._keep(record, record.__dict__)

    def _keep(self, record: logging.LogRecord, told: dict[str, Any]) -> None:
        match str(told.get("event") or ""):
            case "job_info":
                kept = {key: told[key] for key in _OF_A_JOB}
                self._jobs[told["jobid"]] = kept | {"wildcards": dict(told["wildcards"] or {})}
            case "job_error":
                self._failed_job(told)
            case "group_error":
                for job in told["job_error_info"]:
                    self._failed_job(job)
            case "error":
                self._has_ended_badly = True
                said = record.getMessage()
                if said.startswith(_INTERRUPTED):
                    self._is_interrupted = True
                elif _LAST not in said:
                    self._faults.append(CallFault(said, kind=str(told.get("exception"))))
            case "" if record.msg:
                said = record.getMessage()
                self._is_idle = self._is_idle or said.startswith(_NOTHING)
                self._is_interrupted = self._is_interrupted or said.startswith(_INTERRUPTED)
                if said.startswith(_NO_CONTROLLER):
                    self.tell("no_controller")

    def tell(self, key: str) -> None:
        """Print a sentence at once."""
        wording = Wording(self.workflow.globals.get("config") or {})
        print(wording(key), file=sys.stderr, flush=True)

    def _failed_job(self, told: dict[str, Any]) -> None:
        known = self._jobs.get(told["jobid"], {})
        values = tuple(str(value) for value in known.get("wildcards", {}).values())
        logs = tuple(Path(log) for log in told["log"])
        self._faults.append(CallFault(rule=told["rule_name"], wildcards=values, logs=logs))

    def say(self) -> None:
        """Print the last words, on the stream that Snakemake writes to."""
        if os.getpid() != self._process:
            return  # a forked process
        try:
            lines = list(self._lines())
            if plan := os.environ.get(PLAN):
                told = {"jobs": [*self._jobs.values()], "failed": lines if self._is_bad() else []}
                told["edited"] = [*map(str, self.edited)]
                Path(plan).write_text(json.dumps(told, default=str), encoding="utf-8")
                return
        except Exception as error:
            # only the type, because the message could quote a cell
            lines = [f"bonescint: {type(error).__name__}"]
        stream = sys.stdout if self._is_dryrun() else sys.stderr
        # the reader of a pipe may have ended
        with suppress(OSError, UnicodeError):
            if lines:
                print("", *lines, sep="\n", file=stream, flush=True)

    def _lines(self) -> Iterator[str]:
        wording = Wording(self.workflow.globals.get("config") or {})
        notes = [self.note] if self.note else []
        if self._is_bad():
            yield from self._bad_lines(wording)
            yield from notes
        elif only_looks(sys.argv):
            return  # the answer is on the screen already, or piped into another program
        elif self._is_dryrun():
            yield from notes
            # a dry-run puts none of them aside, so Snakemake does not plan to make them anew
            if self.edited:
                yield wording("edited_dry", n=len(self.edited))
            if any(job["is_checkpoint"] for job in self._jobs.values()):
                yield wording("dry_batches")
            yield wording("idle_dry" if self._is_idle and not self.edited else "dry")
        elif self.outcome and self._has_run():
            # imported only here, because every job imports this module
            from bonescint.endings.summary import good_lines

            more = notes + [line for lines in self._good for line in lines()]
            rules = {job["rule_name"]: bool(job["output"]) for job in self._jobs.values()}
            yield from more if self._is_quiet() else good_lines(self.outcome, rules, more)

    def _bad_lines(self, wording: Wording) -> Iterator[str]:
        is_interrupted = self._is_interrupted or isinstance(_uncaught(), KeyboardInterrupt)
        yield from fault_lines([] if is_interrupted else self._faults, wording, is_interrupted)
        has_run = self.begun and bool(self._jobs)
        if not has_run:
            if not is_interrupted:
                yield wording("again_dry" if self._is_dryrun() else "again")
            yield wording("none_ran" if self.begun else "nothing_run")
        elif not is_interrupted:
            for lines in self._failed:
                yield from lines()
        elif self.outcome and not self.outcome.receipt.exists():
            yield wording("until_then")

    def _is_bad(self) -> bool:
        return self._has_ended_badly or _uncaught() is not None

    def _has_run(self) -> bool:
        """Tell whether this call made outputs or found them up to date, unlike --unlock."""
        return self.begun and bool(self._jobs or self._is_idle) and not self.workflow.touch

    def _is_quiet(self) -> bool:
        quiet = self.workflow.output_settings.quiet or ()
        return any(getattr(one, "name", "") == "ALL" for one in quiet)

    def _is_dryrun(self) -> bool:
        return bool(self.workflow.output_settings.dryrun)


def _uncaught() -> BaseException | None:
    return getattr(sys, "last_value", None)


def watch(workflow: Any) -> Ending:
    """Return the watch of this call of Snakemake; in the main process it prints the last lines.

    However the call ends, its files in `.snakemake` are then closed to other users.
    """
    ending = Ending(workflow)
    if workflow.is_main_process:
        logging.getLogger(_LOGGER).addHandler(ending)
        atexit.register(ending.say)
        # runs before `say`. An absolute path, because Snakemake has left --directory by then
        atexit.register(close_to_others, Path(".snakemake").absolute())
        outlive_controller(lambda: ending.tell("controller_away"))
    return ending
