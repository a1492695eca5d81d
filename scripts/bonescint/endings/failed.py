"""The last words of a run that failed: what is wrong, where, what to do; each sentence once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.endings.rules import sentences
from bonescint.incidents import HELD
from bonescint.made import opened_in_excel
from bonescint.resources import Texts, both

_SHOWN = 5  # sentences of one log
# the beginning of a line of bonescint.joblog, and its words in place of a message that may quote a
# cell
_LEVEL = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL) ")
_WITHHELD = "(message withheld"
# a job that was refused before it began: the first line of Snakemake's own log on a cluster
_REFUSED = re.compile(r'WorkflowError in file ".*", line \d+:')
# the lines that Snakemake puts around the text of an exception
_HEAD = re.compile(r'\w+(?: in (?:rule \w+|checkpoint \w+))?(?: in file "(.*)", line (\d+))?:')
_FRAME = re.compile(r'\s*File ".*", line \d+')
_OF_A_JOB = "CalledProcessError in "  # only says that a job failed
# exceptions whose message a user can read; all others are faults of the program
_SPOKEN = re.compile(
    r"(Workflow|Api|Cli|Ambiguous\w*|Missing\w*|Incomplete\w*|Protected\w*|Locked\w*|\w*Rule)"
)
# the end of an OSError: its number, the path, and the target of a move
_OF_A_FILE = re.compile(r"\[Errno (\d+)\] [^:\n]*: '(.*?)'(?: -> '(.*)')?$", re.MULTILINE)
_OURS = ("results/", "private/", "logs/")  # private/ may hold inputs as well


class Wording:
    """The words of endings.csv in the study's language; in both languages if it is not known."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        language = config.get("language")
        self.language = language if language in ("ja", "en") else None

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the words of a key."""
        return self._said("endings", key, **values)

    def held(self, path: str) -> str:
        """Return that a file cannot be replaced, deleted or read, often because of Excel."""
        from bonescint.custody.destruction import is_own

        if not path.startswith(_OURS) or not is_own(path):
            return self._said("drives", "input_in_use")
        key = "in_excel" if Path(path) in opened_in_excel() else "kept_by_others"
        return self._said("drives", key, file=path)

    def rule(self, name: str) -> str:
        """Return what a rule does; empty if the rule is not one of this workflow."""
        return sentences(self.language or "en").get(name, "")

    def kind(self, name: str) -> Iterator[str]:
        """Yield what an exception of Snakemake means; nothing if its message is clear enough."""
        if f"kind.{name}" in Texts("endings", "en"):
            yield self(f"kind.{name}")

    def _said(self, area: str, key: str, **values: object) -> str:
        if self.language is None:
            return both(area, key, **values)
        return Texts(area, self.language)(key, **values)


class CallFault(NamedTuple):
    """What stopped a job, or Snakemake itself."""

    message: str = ""  # as Snakemake prints it, if no job failed
    kind: str = ""  # the type of that exception
    rule: str = ""  # of a job, like the next two
    wildcards: tuple[str, ...] = ()
    logs: tuple[Path, ...] = ()


def fault_lines(faults: Sequence[CallFault], text: Wording, is_interrupted: bool) -> Iterator[str]:
    """Yield what is wrong and where, the earliest first; most sentences say what to do.

    If a person stopped the call, the failures that follow from that are not told.
    """
    if is_interrupted:
        yield text("interrupted")
        return
    jobs = [fault for fault in faults if fault.rule]
    heading = ("failed", "failed_job")[len(jobs)] if len(jobs) < 2 else "failed_jobs"
    yield text(heading, n=len(jobs))
    said: set[str] = set()
    for fault in faults:
        if fault.rule:
            yield from _of_a_job(fault, text, said)
        elif _OF_A_JOB not in fault.message:
            yield from (f"  {line}" for line in _of_a_message(fault, text))
    if not faults:
        yield f"  {text('above')}"


def _of_a_job(fault: CallFault, text: Wording, said: set[str]) -> Iterator[str]:
    where = " ".join([fault.rule, *fault.wildcards])
    what = text.rule(fault.rule)
    yield f"- {where}: {what}" if what else f"- {where}"
    logs = ", ".join(map(str, fault.logs))
    found = [one for log in fault.logs for one in logged_faults(log)]
    spoken = [one for one in found if _WITHHELD not in one]
    if not found:
        new = [text("no_word")]
    elif not spoken:
        new = [text("program_fault", kind=found[0].split(" ")[0])]
    else:
        new = [one for one in dict.fromkeys(spoken) if one not in said]
        said |= set(new)
    if len(new) > _SHOWN:
        # the last one is kept, because it may say where all of them are marked
        new[_SHOWN - 1 : -1] = [text("more", n=len(new) - _SHOWN)]
    for one in new or [text("same")]:
        yield from (f"    {line}" for line in one.splitlines())
    if logs:
        yield f"    {text('log', log=logs)}"


def logged_faults(log: Path) -> list[str]:
    """Return the errors in a job's log, in their order; one may have several lines.

    `bonescint.joblog.job_log` writes it, or Snakemake on a cluster; it may be missing.
    """
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found: list[str] = []
    is_error = False
    for line in lines:
        if level := _LEVEL.match(line):
            is_error = level[1] == "ERROR"
            if is_error:
                found.append(line[level.end() :])
        elif _REFUSED.fullmatch(line):
            is_error = True
            found.append("")
        elif _FRAME.match(line):
            is_error = False
        elif is_error:
            found[-1] += f"\n{line}"
    return [one.strip() for one in found]


def _of_a_message(fault: CallFault, text: Wording) -> list[str]:
    lines = [line.rstrip() for line in fault.message.splitlines() if line.strip()]
    head = _HEAD.fullmatch(lines[0]) if lines else None
    if (found := _OF_A_FILE.search(fault.message)) and int(found[1]) in HELD:
        return [text.held(found[3] or found[2])]
    if not _SPOKEN.match(fault.kind):
        place = f"{Path(head[1]).name}:{head[2]}" if head and head[1] else ""
        return [text("program_fault", kind=" ".join(filter(None, [fault.kind, place])))]
    own = [*text.kind(fault.kind), *_spoken(lines[1:] if head else lines)]
    return own or [text("above")]


def _spoken(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if _FRAME.match(line):
            return  # from here on the place in the rules, which a user cannot mend
        yield line.strip()
