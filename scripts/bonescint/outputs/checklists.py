"""STARD 2015 and GRRAS, filled from the run: what it knows of each item, and what it does not."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from bonescint.files import Row
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.outputs.run_facts import AGREEMENT, READER_QUESTIONS, RunFacts
from bonescint.questions import known
from bonescint.tables.sheets import ShownColumn, ShownTable


class ReportingItem(NamedTuple):
    """What fills an item of the lists."""

    # methods of `RunFacts`, in the order of their sentences
    facts: tuple[Callable[[RunFacts], list[str]], ...] = ()
    # where the content is found: sections of the report, sheets of the workbook, questions
    places: tuple[str, ...] = ()
    design: tuple[str, ...] = ()  # fields of `study.design` that the item asks for
    readers: int = 0  # how many readers the item needs; with fewer, only that is said


_F = RunFacts
_COMPARED = ("accuracy", "cutoffs", "version_diagnosis", "software_comparison")
STARD = {
    "1": ReportingItem(),
    "2": ReportingItem(),
    "3": ReportingItem(),
    "4": ReportingItem((_F.hypotheses,), ("hypotheses",)),
    "5": ReportingItem(design=("data_collection",), places=("reference",)),
    "6": ReportingItem((_F.eligible,), ("flow", "provenance")),
    "7": ReportingItem((_F.candidates,), ("flow",)),
    "8": ReportingItem((_F.setting,), ("provenance",), ("sites",)),
    "9": ReportingItem((_F.sampling,), ("flow", "reference"), ("cases_chosen",)),
    "10a": ReportingItem((_F.software,), ("provenance",)),
    "10b": ReportingItem((_F.consensus,), ("reference",), ("reference_basis", "reference_time"), 1),
    "11": ReportingItem(readers=1),
    "12a": ReportingItem((_F.cutoffs,), ("cutoffs",)),
    "12b": ReportingItem((_F.reference_positive,), ("reference",), readers=1),
    "13a": ReportingItem(
        (), ("reference",), ("software_blinded_to_readings", "operators_knew_clinical_information"),
        1,
    ),
    "13b": ReportingItem(
        (), ("reference",), ("readers_blinded_to_software", "readers_knew_clinical_information"), 1
    ),
    "14": ReportingItem((_F.methods,), ("methods",), readers=1),
    "15": ReportingItem((_F.indeterminate,), ("reference",), readers=1),
    "16": ReportingItem((_F.missing,), ("failures", "methods")),
    "17": ReportingItem(
        (_F.variability,),
        ("one_truth", "reference_sensitivity", "exposure", "subgroups", "hypotheses"),
        readers=1,
    ),
    "18": ReportingItem((_F.planned,), ("flow", "precision")),
    "19": ReportingItem((_F.flow,), ("flow",)),
    "20": ReportingItem((_F.background,), ("baseline", "case_mix", "cases")),
    "21a": ReportingItem((_F.severity,), ("bsi_eod", "baseline"), readers=1),
    "21b": ReportingItem(readers=1),
    "22": ReportingItem((_F.interval,), ("reference",), readers=1),
    "23": ReportingItem((_F.crossed,), ("cutoffs",), readers=1),
    "24": ReportingItem((_F.estimated,), _COMPARED, readers=1),
    "25": ReportingItem(),
    "26": ReportingItem((_F.limitations,), ("reference", "overview")),
    "27": ReportingItem(),
    "28": ReportingItem((_F.registration,)),
    "29": ReportingItem((_F.protocol,), ("provenance",)),
    "30": ReportingItem((_F.funding,)),
}  # fmt: skip
GRRAS = {
    "1": ReportingItem(readers=2),
    "2": ReportingItem((_F.rated,), ("provenance",)),
    "3": ReportingItem((_F.eligible,), ("flow",)),
    "4": ReportingItem((_F.readers,), ("reference",), readers=2),
    "5": ReportingItem(readers=2),
    "6": ReportingItem((_F.planned, _F.readers), ("flow",), readers=2),
    "7": ReportingItem((_F.sampling,), ("flow", "reference"), ("cases_chosen",), 2),
    "8": ReportingItem(
        (), ("reference",),
        ("reference_basis", "reference_time", "readers_blinded_to_software",
         "readers_knew_clinical_information"), 2,
    ),
    "9": ReportingItem((), ("reference",), ("readers_blinded_to_each_other",), 2),
    "10": ReportingItem((_F.rating_methods,), ("methods",), readers=2),
    "11": ReportingItem((_F.raters,), ("reader_agreement", "repeatability"), readers=2),
    "12": ReportingItem((_F.background,), ("baseline", "case_mix"), readers=2),
    "13": ReportingItem((_F.agreed,), AGREEMENT, readers=2),
    "14": ReportingItem(readers=2),
    "15": ReportingItem((_F.detailed,), (*READER_QUESTIONS, "cases"), readers=2),
}  # fmt: skip
CHECKLISTS: Mapping[str, Mapping[str, ReportingItem]] = {"stard": STARD, "grras": GRRAS}
# the last item of each section
_SECTIONS = {
    "stard": {"title": 1, "abstract": 2, "introduction": 4, "methods": 18, "results": 25,
              "discussion": 27, "other": 30},
    "grras": {"title": 1, "introduction": 5, "methods": 10, "results": 13, "discussion": 14,
              "auxiliary": 15},
}  # fmt: skip
COLUMNS = ("item", "section", "topic", "filled", "rest", "place")


def checklists(
    results: Results, study: Mapping[str, Any], labels: Labels, place: Callable[[str], str]
) -> list[ShownTable]:
    """Return both lists as tables, the source in the note.

    `place` gives the name of a section, sheet or question in this output; empty where it has none.
    """
    facts = RunFacts(results, study, labels)
    columns = [ShownColumn(key, labels.heading(key)) for key in COLUMNS]
    return [
        ShownTable(
            facts.say(f"title_{name}"),
            columns,
            [_row(name, number, item, facts, place) for number, item in items.items()],
            facts.say(f"note_{name}"),
        )
        for name, items in CHECKLISTS.items()
    ]


def _row(
    name: str, number: str, item: ReportingItem, facts: RunFacts, place: Callable[[str], str]
) -> Row:
    key, told, rest, places = f"{name}_{number}", [], [], list[str]()
    if facts.n_readers < item.readers:
        told = [facts.unread()]
    else:
        told = [one for fact in item.facts for one in fact(facts)]
        told += facts.design.stated(*item.design)
        rest = list(_rest(key, bool(told), facts, item))
        places = [place(one) for one in item.places if _there(one, facts)] if told else []
    last = int(number.rstrip("ab"))
    section = next(part for part, end in _SECTIONS[name].items() if last <= end)
    return {
        "item": number,
        "section": facts.say(f"section_{section}"),
        "topic": facts.say(key),
        "filled": facts.said(told),
        "rest": facts.said(rest),
        "place": facts.joined(filter(None, places)),
    }


def _rest(key: str, told: bool, facts: RunFacts, item: ReportingItem) -> Iterator[str]:
    """Yield what the authors must add: what no run knows, and what is not configured."""
    still = facts.design.open(*item.design)
    for word in (f"{key}_rest", *([] if told else [f"{key}_else"])):
        if facts.has_words(word):
            yield facts.say(word)
            told = True
    if still:
        yield still
    elif not told:
        yield facts.say("for_authors")


def _there(place: str, facts: RunFacts) -> bool:
    """Tell whether this run has a place. It has a question's place only if that was answered."""
    return place not in known() or bool(facts.rows(place))
