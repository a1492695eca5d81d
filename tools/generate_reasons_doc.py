"""Write docs/en/reasons.md and docs/ja/reasons.md: why a file, a case or a scan is left out.

    python tools/generate_reasons_doc.py

The reasons and their words come from the program; the prose stands in tools/reasons.en.md and
tools/reasons.ja.md.
"""

from pathlib import Path

from bonescint.cohort.selection import REASONS
from bonescint.resources import ROOT, Texts, resource_rows

LANGUAGES = ("en", "ja")
_MARK = "reason."


def refusals() -> list[str]:
    """Return the reasons for which the de-identification writes no file."""
    return [key.removeprefix(_MARK) for key in Texts("deid", "en") if key.startswith(_MARK)]


def document(language: str) -> str:
    """Return the text of the document in one language.

    Parameters
    ----------
    language
        ``en`` or ``ja``.
    """
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
    page = (ROOT / "tools" / f"reasons.{language}.md").read_text(encoding="utf-8")
    for part, rows in parts.items():
        lines = [head, "|---|---|", *(f"| `{name}` | {meaning} |" for name, meaning in rows)]
        page = page.replace(f"{{{part}}}\n", "\n".join(lines) + "\n")
    return page


def path_of(language: str) -> Path:
    """Return where the document lies.

    Parameters
    ----------
    language
        ``en`` or ``ja``.
    """
    return ROOT / "docs" / language / "reasons.md"


def main() -> None:
    """Write the documents."""
    for language in LANGUAGES:
        path_of(language).write_text(document(language), encoding="utf-8")


if __name__ == "__main__":
    main()
