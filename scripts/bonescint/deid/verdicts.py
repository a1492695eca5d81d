"""Words of the verification report: an attribute's outcomes, and combinations of attributes."""

from bonescint.warnings import Phrase

# outcomes of one attribute in one instance
OUTCOMES = (
    "absent", "kept", "derived", "vocabulary", "coded", "fixed", "uid", "dummy", "emptied",
    "unusable", "removed", "kept_by_decision",
)  # fmt: skip


def phrases(attributes: str) -> list[Phrase]:
    """Return ``attributes`` such as ``sex+age/5`` in words of the area ``deidentification``."""
    return [Phrase(f"attribute.{name}") for name in attributes.split("+")]
