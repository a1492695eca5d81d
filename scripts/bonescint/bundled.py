"""Whether this program was installed from a bundle, and from which (docs/en/offline.md)."""

from bonescint.resources import ROOT


def bundle_name() -> str | None:
    """Return the name of the bundle that the program was installed from, None for a checkout."""
    file = ROOT / "BUNDLE"
    return file.read_text(encoding="utf-8").strip() if file.exists() else None
