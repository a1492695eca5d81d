"""The report's first screen: the answer, a row for each software, and what it cannot say."""

from typing import Any

from bonescint.files import Row, number
from bonescint.outputs.answer_forest import ForestPanel, forest_panel
from bonescint.outputs.answers import Answer, answers, caution
from bonescint.outputs.estimates import noted, with_limits
from bonescint.outputs.glance import Glance, at_a_glance
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results, unanswered_in_words
from bonescint.outputs.rounding import CHANCE, rounded
from bonescint.resources import Texts

# verdicts also differ by shape, because some readers and printers show no colours
_SHAPES = {
    "better": "▲", "better_within": "▲", "worse": "▼", "worse_within": "▼", "equivalent": "＝",
    "neither": "◇", "not_assessed": "–", "data": "●", "primary": "●", "truth": "●",
    "failures": "✕", "products": "≠",
}  # fmt: skip


def first_screen(results: Results, labels: Labels) -> dict[str, Any]:
    """Return what the template shows first."""
    glances = at_a_glance(results, labels)
    metrics = dict.fromkeys(_at(one, labels) for one in glances)
    same = next(iter(metrics)) if len(metrics) == 1 else ""
    software = [_software(one, labels, same) for one in glances]
    found = answers(results, labels)
    return {
        "sentences": [_sentence(one, labels) for one in found],
        "caution": caution(found, labels),
        "at": same,
        "software": software,
        # a question that was not asked gets no column
        "has": {
            key: any(one[key] is not None for one in software) for key in ("failed", "gap", "auc")
        },
        "panels": _panels(glances, labels, same),
        "unanswered": unanswered_in_words(results, labels),
    }


def _sentence(answer: Answer, labels: Labels) -> dict[str, str]:
    kind = answer.verdict or answer.topic
    word = Texts("answer", labels.language)(f"mark_{kind}")
    return {"kind": kind, "shape": _SHAPES[kind], "word": word, "text": answer.text}


def _at(one: Glance, labels: Labels) -> str:
    if one.cutoff is None:
        return labels.word(one.metric)
    return labels.at(one.metric, one.cutoff, "at_cutoff")


def _named(one: Glance, labels: Labels, same: str) -> str:
    name = labels.software(one.software)
    return name if same else labels("software_at", software=name, at=_at(one, labels))


def _software(one: Glance, labels: Labels, same: str) -> dict[str, str | None]:
    """Return a software's cells. Cells of a question that was not asked are None."""
    parts = noted(one.gap) if one.gap else {}

    def part(name: str) -> str:
        value = number(parts.get(name, ""))
        return "" if value is None else rounded(value)

    return {
        "name": _named(one, labels, same),
        "failed": noted(one.failed).get("count", "") if one.failed else None,
        "gap": with_limits(one.gap, labels) if one.gap else None,
        "gap_n": one.gap["n"] if one.gap else None,
        "program": part("program_kappa"),
        "readers": part("readers_kappa"),
        "auc": with_limits(one.auc, labels) if one.auc else None,
        "auc_n": one.auc["n"] if one.auc else None,
    }


def _panels(glances: list[Glance], labels: Labels, same: str) -> list[ForestPanel]:
    """Return the panels that have a number."""
    gaps = [(one, one.gap) for one in glances if one.gap]
    aucs = [(one, one.auc) for one in glances if one.auc]
    made = (("gap", gaps, 0.0, None), ("auc", aucs, CHANCE, 1.0))
    return [
        forest_panel(labels(f"panel_{key}"), _drawn(found, labels, same), null, top)
        for key, found, null, top in made
        if any(row["estimate"] for _, row in found)
    ]


def _drawn(
    found: list[tuple[Glance, Row]], labels: Labels, same: str
) -> list[tuple[str, str, Row]]:
    return [(_named(one, labels, same), with_limits(row, labels), row) for one, row in found]
