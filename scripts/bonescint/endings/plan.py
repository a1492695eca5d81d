"""What Snakemake would run, as sentences: the auditor's dry-run in the study's language."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, TypedDict

from bonescint.endings.rules import sentences
from bonescint.resources import Texts, resource_rows

_SIDES = ("private", "results", "demo")
_LATER = "<TBD>"  # known only after a checkpoint
_MOST = 4  # paths in a line; if there are more, their folders are named
# our key of a reason -> Snakemake's words for it, with the files that it names
_FILES = r": ([^;]*)"
_REASONS = {
    "missing": rf"Missing output files{_FILES}",
    "incomplete": rf"Incomplete output files{_FILES}",
    "updated": rf"Updated input files{_FILES}",
    "follows": rf"Input files updated by another job{_FILES}",
    "input_set": "Set of input files has changed",
    "script": "Code has changed",
    "params": "Params have changed",
    "environment": "Software environment definition has changed",
    "forced": "Forced execution",
    "always": "are always executed",
}


class PlannedJob(TypedDict):
    """A job of the dry-run, as Snakemake's log tells it."""

    rule_name: str
    input: list[str]
    output: list[str]
    wildcards: dict[str, str]
    reason: str
    is_checkpoint: bool


def plan_lines(
    jobs: Sequence[PlannedJob],
    inputs: Mapping[str, str],
    language: str,
    edited: Sequence[str] = (),
) -> Iterator[str]:
    """Yield the steps in the order in which the data travel, and that nothing was run.

    Parameters
    ----------
    jobs, language
        Of the dry-run; of the sentences.
    inputs
        The hospital's: key of the configuration -> path. The paths are not told.
    edited
        Results changed by hand. They and what follows from them are made anew, but Snakemake only
        knows this after they are put aside.
    """
    text, rules = Texts("endings", language), sentences(language)
    if edited:
        yield text("plan.edited", files=_shortened(edited, text))
        yield ""
    steps: dict[str, list[PlannedJob]] = {name: [] for name in rules}
    made_by: dict[str, str] = {}
    for job in sorted(jobs, key=lambda job: [*job["wildcards"].values()]):
        steps.setdefault(job["rule_name"], []).append(job)
        made_by |= dict.fromkeys(job["output"], job["rule_name"])
    steps = {name: found for name, found in steps.items() if found}
    if steps:
        yield text("plan.heading", steps=len(steps), jobs=len(jobs))
    elif not edited:
        yield text("plan.nothing")
    for n, (name, found) in enumerate(steps.items(), 1):
        yield ""
        what = rules.get(name) or text("plan.unknown")
        yield text("plan.step", n=n, rule=name, what=what)
        yield from (f"   {line}" for line in _of_a_step(name, found, made_by, inputs, text))
    yield ""
    yield text("plan.end")


def _of_a_step(
    name: str,
    jobs: Sequence[PlannedJob],
    made_by: Mapping[str, str],
    inputs: Mapping[str, str],
    text: Texts,
) -> Iterator[str]:
    values = [value for job in jobs for value in job["wildcards"].values()]
    if values:
        shown = _shortened(values, text)
        yield text("plan.jobs", n=len(jobs), values=shown)
    if keys := _given(name, values, inputs):
        yield text("plan.given", keys=_shortened(keys, text))
    for word in ("input", "output"):
        paths = dict.fromkeys(path for job in jobs for path in job[word])
        key = {"input": "plan.reads", "output": "plan.writes"}[word]
        for side, on_side in _by_side(paths, text).items():
            shown = _shortened(_folded(on_side), text)
            yield text(key, side=text(f"side.{side}"), paths=shown)
    reasons = _reasons([job["reason"] for job in jobs], made_by, text)
    yield text("plan.why", reasons=text("plan.because").join(reasons))
    if any(job["is_checkpoint"] for job in jobs):
        yield text("plan.checkpoint")


def _given(name: str, values: Sequence[str], inputs: Mapping[str, str]) -> list[str]:
    wanted = {row["key"]: row["inputs"].split() for row in resource_rows("text/rules.csv")}
    patterns = [
        pattern.format(value=value)
        for pattern in wanted.get(name, ())
        for value in (values if "{value}" in pattern else [""])
    ]
    return [key for key in inputs if any(fnmatchcase(key, pattern) for pattern in patterns)]


def _by_side(paths: Iterable[str], text: Texts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {side: [] for side in (*_SIDES, "other")}
    for path in paths:
        side = path.partition("/")[0]
        found[side if side in _SIDES else "other"].append(path)
    if _LATER in found["other"]:
        found["other"] = [text("plan.later"), *(path for path in found["other"] if path != _LATER)]
    return {side: on_side for side, on_side in found.items() if on_side}


def _folded(paths: Sequence[str]) -> list[str]:
    """Return the paths; if there are many, their folders with the number of paths in each."""
    if len(paths) <= _MOST:
        return list(paths)
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(str(PurePosixPath(path).parent), []).append(path)
    return [
        own[0] if len(own) == 1 else f"{folder}/ ({len(own)})" for folder, own in folders.items()
    ]


def _shortened(words: Sequence[str], text: Texts) -> str:
    shown = list(words[: 2 * _MOST])
    if len(words) > len(shown):
        shown.append(text("plan.more", n=len(words) - len(shown)))
    return text("separator").join(shown)


def _reasons(told: Iterable[str], made_by: Mapping[str, str], text: Texts) -> list[str]:
    files: dict[str, dict[str, None]] = {}
    for reason in told:
        found = {key: re.search(words, reason) for key, words in _REASONS.items()}
        for key, match in found.items():
            if match:
                named = match[1].split(", ") if match.re.groups else []
                files.setdefault(key, {}).update(dict.fromkeys(named))
        if reason and not any(found.values()):
            files.setdefault("other", {})[reason] = None
    return [_because(key, list(named), made_by, text) for key, named in files.items()]


def _because(key: str, named: list[str], made_by: Mapping[str, str], text: Texts) -> str:
    rules = list(dict.fromkeys(made_by[path] for path in named if path in made_by))
    values: dict[str, Any] = {
        "files": _shortened(_folded(named), text),
        "rules": _shortened(rules, text) or "-",
        "reason": "; ".join(named),
    }
    return text(f"why.{key}", **values)
