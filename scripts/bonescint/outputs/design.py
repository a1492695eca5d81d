"""How the study was done and what that limits, from the configuration, in words."""

from collections.abc import Mapping
from typing import Any

from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.resources import Texts

NOT_STATED = "not stated"
BLINDING = (
    "readers_blinded_to_software", "readers_blinded_to_each_other",
    "readers_knew_clinical_information", "software_blinded_to_readings",
    "operators_knew_clinical_information",
)  # fmt: skip


class Design:
    """The statements of the configuration's `study.design`, and its open fields."""

    def __init__(self, study: Mapping[str, Any], labels: Labels) -> None:
        self._given = study.get("design") or {}
        self._labels = labels
        self._words = Texts("design", labels.language)

    def __getitem__(self, field: str) -> str:
        value = self._given.get(field, NOT_STATED)
        # YAML reads an unquoted yes as true
        return ("yes" if value else "no") if isinstance(value, bool) else str(value)

    def word(self, key: str, **values: object) -> str:
        """Return a text of resources/text/design.csv."""
        return self._labels.fill(self._words, key, **values)

    def stated(self, *fields: str) -> list[str]:
        """Return a sentence for each of the fields that is filled in."""
        given = ((field, self[field]) for field in fields)
        return [self.word(f"{field}_{value}") for field, value in given if value != NOT_STATED]

    def open(self, *fields: str) -> str:
        """Return one sentence that names the empty fields; empty if there are none."""
        silent = [self.word(field) for field in fields if self[field] == NOT_STATED]
        joined = self.word("separator").join(silent)
        return self.word("not_stated", fields=joined) if silent else ""

    def told(self, *fields: str) -> list[str]:
        """Return what each field states with what it means, then which fields are empty."""
        said = []
        for field in fields:
            said += self.stated(field)
            means = f"{field}_{self[field]}_means"
            # how cases were chosen limits only the comparison with readers
            if means in self._words and (field != "cases_chosen" or self._labels.has("readers")):
                said.append(self.word(means))
        return [*said, *filter(None, [self.open(*fields)])]


def planned(results: Results, labels: Labels, design: Design) -> str:
    """Return the numbers of cases that the configuration plans, such as ``50 MDP``."""
    targets = results.provenance["analysis"]["cohort"]["targets"]
    return labels("separator").join(
        design.word("target", group=labels.flow(group), n=n) for group, n in targets.items() if n
    )


def limits(results: Results, study: Mapping[str, Any], labels: Labels) -> list[tuple[str, str]]:
    """Return the limits of the study's numbers: title and text of each paragraph."""
    design = Design(study, labels)
    analysis = results.provenance["analysis"]
    reference: list[tuple[str, list[str]]] = []
    if labels.has("readers"):
        readers = max((int(row["n_readers"] or 0) for row in results.reference), default=0)
        rule = design.word(f"rule_{analysis['reference']['metastasis']}")
        imperfect = design.word("imperfect", readers=readers, rule=rule)
        reference = [
            ("imperfect", [imperfect, *design.told("reference_basis", "reference_time")]),
            ("blinding", design.told(*BLINDING)),
        ]
    cohort = analysis["cohort"]
    spectrum = design.word("spectrum", first=cohort["exam_from"], last=cohort["exam_to"])
    chosen = design.told("data_collection", "cases_chosen", "sites")
    if aims := planned(results, labels, design):
        chosen.insert(0, design.word("planned", targets=aims))
    return [
        (design.word(f"{key}_heading"), labels.gap.join(said))
        for key, said in [*reference, ("cases", [*chosen, spectrum])]
    ]
