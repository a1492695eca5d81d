"""A study with a list of items, and files of decisions about them."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.files import write_rows
from tests.unit.deid.samples import as_file, siemens
from tests.unit.study_config import configure

COLUMNS = (
    "item", "sha256", "kind", "reason", "detail", "decided", "waits", "label", "path", "views",
    "score", "source_sha256", "owner",
)  # fmt: skip
DECISIONS, ITEMS = Path("private/review/decisions.tsv"), Path("private/review/items.csv")
CODED, SOURCE, SUSPECT, CLASH, STATION, TEXT, BLANK, GAP, DOUBT, KEPT = (
    c * 64 for c in "0123456789"
)
LISTED = [
    {"item": "coded", "sha256": CODED, "kind": "image", "source_sha256": SOURCE,
     "label": "BS-A_01"},
    {"item": "image", "sha256": SUSPECT, "kind": "burned-in", "source_sha256": SUSPECT,
     "path": "suspect.dcm"},
    {"item": "image", "sha256": CLASH, "kind": "conflict", "source_sha256": CLASH},
    {"item": "station", "sha256": STATION, "kind": "station"},
    {"item": "findings:BS-A", "sha256": TEXT, "kind": "finding", "label": "BS-A"},
    {"item": "blank:BS-A", "sha256": BLANK, "kind": "blank", "detail": "findings"},
    {"item": "blank:BS-B", "sha256": GAP, "kind": "blank", "detail": "findings+age"},
    {"item": "opt-out-doubt", "sha256": DOUBT, "kind": "doubt", "label": "00471199"},
    {"item": "private:(0011,xx12)", "sha256": KEPT, "kind": "private"},
]  # fmt: skip


def make_study() -> None:
    """Make the current folder that of a study with a list of items."""
    configure(language="en", inputs={"dicom": "raw"}, study={"synthetic": True})
    Path("raw").mkdir()
    Path("raw/suspect.dcm").write_bytes(as_file(siemens()))
    write_rows(ITEMS, COLUMNS, LISTED)


def decide(item: str, digest: str, word: str, rectangles: str = "") -> dict[str, str]:
    one = {"item": item, "sha256": digest, "decision": word}
    return one | ({"rectangles": rectangles} if rectangles else {})


def saved(*decisions: dict[str, str], **changes: object) -> Path:
    head = {
        "format": "bonescint-decisions/1", "study": "BONE-DEMO", "reviewer": "A",
        "items_sha256": sha256(ITEMS.read_bytes()).hexdigest(), "saved": "2026-01-15",
    }  # fmt: skip
    path = Path("decisions.json")
    path.write_text(json.dumps({**head, "decisions": decisions, **changes}), encoding="utf-8")
    return path


def taken(path: Path, *options: str) -> int:
    return main(["review", "import", str(path), *options])


def refused(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return why a file is refused, asserting that nothing of it was taken."""
    before = DECISIONS.read_bytes() if DECISIONS.exists() else None
    capsys.readouterr()
    assert taken(path, *options) == 1
    assert (DECISIONS.read_bytes() if DECISIONS.exists() else None) == before
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said
