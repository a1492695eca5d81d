"""Whether the primary hypothesis and the families of config.yaml can be tested."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from bonescint.config_questions import questions, unanswered
from bonescint.config_values import entries_of, tracers
from bonescint.questions import question, why_unanswered, worded
from bonescint.resources import Texts
from bonescint.stats.questions import UNTESTED


def wrong_hypotheses(
    config: Mapping[str, Any], settings: Mapping[str, Any], text: Texts
) -> Iterator[str]:
    """Yield why a primary hypothesis or a family cannot be tested, by `metrics` with defaults."""
    asked = questions(config)
    # in questions about all readers or about the tracers the subject is no software
    known = [
        *entries_of(config, "software"),
        *entries_of(config, "readers"),
        "all_readers",
        *tracers(config),
    ]
    measures: dict[str, list[str]] = {}
    if primary := settings["primary"]:
        for name in ("subject", "comparator"):
            if primary.get(name) and primary[name] not in known:
                where = f"metrics.primary.{name}"
                allowed, value = ", ".join(known), primary[name]
                why = "builtin_tested" if value in config["software"] else "not_allowed"
                yield text(why, where=where, value=value, allowed=allowed)
        if primary["question"] not in asked:
            yield _not_asked(config, text, "metrics.primary.question", primary["question"])
        measures["metrics.primary.measure"] = [primary["measure"]]
        if not question(primary["question"]).tested:
            yield text("untested_question", where="metrics.primary", question=primary["question"])
    for family, own in settings["families"].items():
        where = f"metrics.families.{family}"
        tested = {name: named for name, named in own.items() if name != "label"}
        for name in tested:
            if not question(name).tested:
                yield text("untested_question", where=where, question=name)
            # a question that the study cannot answer has no test
            if name not in asked and name not in unanswered(config):
                yield _not_asked(config, text, where, name)
        measures[where] = [measure for named in tested.values() for measure in named]
    # every measure has words, so a measure without words is misspelt
    words = worded(text.language)
    for where, named in measures.items():
        for measure in named:
            if measure in UNTESTED:
                yield text("untested_measure", where=where, measure=measure)
            if measure not in words:
                close = difflib.get_close_matches(measure, sorted(words), 1)
                hint = text("did_you_mean", key=close[0]) if close else ""
                yield text("no_measure", where=where, measure=measure, hint=hint)


def _not_asked(config: Mapping[str, Any], text: Texts, where: str, name: str) -> str:
    if lacks := unanswered(config).get(name):
        why = why_unanswered(lacks, text.language)
        return text("cannot_be_asked", where=where, question=name, why=why)
    return text("not_asked", where=where, question=name)
