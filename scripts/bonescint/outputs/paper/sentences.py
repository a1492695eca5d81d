"""Methods and results of a paper in sentences: what the run knows, and what the authors add."""

from collections.abc import Iterator

from bonescint.files import Row
from bonescint.outputs.answers import answers
from bonescint.outputs.design import BLINDING
from bonescint.outputs.estimates import as_read, noted
from bonescint.outputs.labels import Labels
from bonescint.outputs.report import study_methods
from bonescint.outputs.results import Results
from bonescint.outputs.run_facts import AGREEMENT, RunFacts
from bonescint.resources import Texts, resource_rows

# programs that compute numbers of the results
_COMPUTE = ("bonescint", "snakemake", "numpy", "scipy")


def methods(facts: RunFacts, labels: Labels) -> dict[str, list[list[str]]]:
    """Return the methods: name -> paragraphs of sentences. The statistics have one a question.

    What the authors must state is in brackets.
    """
    words = Texts("paper", labels.language)
    results, design = facts.results, facts.design

    def open_items(*items: str) -> list[str]:
        return [words("authors", said=facts.say(f"{item}_rest")) for item in items]

    def silent(*fields: str) -> list[str]:
        said = design.open(*fields)
        return [words("authors", said=said)] if said else []

    def stated(*fields: str) -> list[str]:
        return [*design.stated(*fields), *silent(*fields)]

    how = ("software_blinded_to_readings", "operators_knew_clinical_information")
    reference = [facts.unread()]
    if facts.n_readers:
        reference = [
            *facts.consensus(), *facts.reference_positive(),
            *stated("reference_basis", "reference_time", *BLINDING[:3]),
            *open_items("stard_10b", "stard_11"), *facts.indeterminate(),
        ]  # fmt: skip
    return {
        "design": [[
            *stated("data_collection", "sites"), *facts.protocol(), words("ethics"),
            *facts.registration(),
        ]],
        "participants": [[
            *facts.eligible(), *facts.candidates(), *facts.setting(), *facts.sampling(),
            *stated("cases_chosen"), *facts.planned(),
            *open_items("stard_7", "stard_8", "stard_18"),
        ]],
        "index_tests": [[
            *facts.software(), *(facts.cutoffs() if labels.has("readers") else []),
            *(stated(*how) if labels.has("readers") else []), *open_items("stard_10a"),
        ]],
        "reference": [reference],
        "statistics": [
            *([one] for one in study_methods(results, labels)),
            [*(facts.hypotheses() if facts.n_readers else []), *_computed(results, words)],
        ],
    }  # fmt: skip


def _computed(results: Results, words: Texts) -> Iterator[str]:
    """Yield which programs computed the numbers, and what makes the bootstrap reproducible."""
    drawn = results.provenance["analysis"]["metrics"].get("optimism") or {}
    if "seed" in drawn and results.metrics.get("cutoffs"):
        yield words("bootstrap", replicates=drawn["replicates"], seed=drawn["seed"])
    versions = results.provenance["versions"]
    named = [f"{name} {versions[name]}" for name in _COMPUTE if name in versions]
    yield words("computed", programs=words("separator").join(named))


def cited(said: dict[str, list[list[str]]]) -> list[str]:
    """Return the references that a text on the methods names, in the order of the list."""
    text = "\n".join(one for paragraphs in said.values() for part in paragraphs for one in part)
    return [
        row["citation"] for row in resource_rows("references.csv")
        if any(name in text for name in row["named"].split("|"))
    ]  # fmt: skip


def findings(facts: RunFacts, labels: Labels) -> dict[str, list[str]]:
    """Return the paragraphs of the results, without those that the run has nothing for.

    `BoundLabels` link every number to its row.
    """
    words, results = Texts("paper", labels.language), facts.results
    told: dict[str, list[str]] = {}
    for one in answers(results, labels):
        told.setdefault(one.topic, []).append(one.text)
    known, tests = facts.n_readers > 0, results.metrics.get("hypotheses", [])
    said = {
        "participants": [
            *told.get("data", []), *facts.background()[1:], *(facts.flow()[1:] if known else [])
        ],
        "versions": [
            *told.get("primary", []), *told.get("versions", []),
            *_tests(tests, words, labels, of_readers=False),
        ],
        "agreement": [
            *(facts.agreed() if known else []), *told.get("readers", []),
            *_tests(tests, words, labels, of_readers=True),
        ],
        "accuracy": [
            *(facts.crossed() if known else []), *(facts.estimated() if known else []),
            *told.get("truth", []), *told.get("products", []),
        ],
        "equivalence": [*_equivalence(results, words, labels)],
        "failures": told.get("failures", []),
    }  # fmt: skip
    level = labels.mark(f"{100 * (1 - labels.error):g}", "provenance", "metrics.confidence")
    shown = {name: one for name, one in said.items() if one}
    if shown.keys() - {"participants", "failures"}:
        shown["participants"] = [*shown["participants"], words("limits", level=level)]
    return shown


def _tests(rows: list[Row], words: Texts, labels: Labels, of_readers: bool) -> Iterator[str]:
    """Yield each test that was fixed: the primary one first, then those of the families."""
    for row in sorted(rows, key=lambda one: "primary" not in noted(one)):
        if (row["question"] in AGREEMENT) != of_readers:
            continue
        if not {"primary", "family"} & noted(row).keys() or not row["p_value"]:
            continue
        read = as_read(row, labels)
        key = "tested_adjusted" if read["p_adjusted"] else "tested"
        yield words(key, what=_what(read, labels), **read)


def _equivalence(results: Results, words: Texts, labels: Labels) -> Iterator[str]:
    """Yield what was compared with a margin, and each software in the place of a reader."""
    for row in results.metrics.get("equivalence", []):
        if row["status"] == "ok":
            read = as_read(row, labels)
            yield words("estimate", what=_what(read, labels), **read)
    seen = set()
    for row in results.metrics.get("interchangeability", []):
        about = (row["subject"], row["metric"], row["cutoff"])
        if row["measure"] != "equivalence_index" or row["comparator"] != "all_readers":
            continue
        if row["estimate"] and not row["cases"] and about not in seen:
            seen.add(about)  # the first limits are the main ones
            read = as_read(row, labels)
            yield words("estimate", what=_what(read, labels), **read)


def _what(read: Row, labels: Labels) -> str:
    pair = " / ".join(filter(None, (read["subject"], read["comparator"])))
    return labels("separator").join(filter(None, (pair, read["measure"], read["metric"])))
