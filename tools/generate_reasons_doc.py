"""Write docs/en/reasons.md and docs/ja/reasons.md: why a file, a case or a scan is left out.

    python -m tools.generate_reasons_doc

The reasons and their words come from the program; the prose stands in tools/reasons.en.md and
tools/reasons.ja.md.
"""

from tools.generated import filled, write_documents

from bonescint.cohort.selection import REASONS
from bonescint.resources import Texts, resource_rows

_MARK = "reason."


def refusals() -> list[str]:
    """Return the reasons for which the de-identification writes no file."""
    return [key.removeprefix(_MARK) for key in Texts("deid", "en") if key.startswith(_MARK)]


def document(language: str) -> str:
    """Return the text of the document in ``en`` or ``ja``."""
    flow, deid = Texts("flow", language), Texts("deid", language)
    analyser = Texts("analyser", language)
    values = resource_rows("values.csv")
    head = {"en": "| reason | meaning |", "ja": "| 理由 | 意味 |"}[language]
    parts = {
        "cohort": [(name, flow(name)) for name in REASONS],
        "refused": [(name, deid(_MARK + name)) for name in refusals()],
        "cases": [(row["value"], row[language]) for row in values if row["list"] == "not_chosen"],
        "analyser": [(name, analyser(name)) for name in analyser],
    }

    def table(rows: list[tuple[str, str]]) -> str:
        lines = (f"| `{name}` | {meaning} |" for name, meaning in rows)
        return "\n".join([head, "|---|---|", *lines])

    return filled("reasons", language, {part: table(rows) for part, rows in parts.items()})


if __name__ == "__main__":
    write_documents("reasons", document)
