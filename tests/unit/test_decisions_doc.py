"""docs/decisions: each record is dated, has its parts and stands in the index, in order."""

import datetime
import re

from bonescint.resources import ROOT
from tests.named import missing

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


def test_the_index_lists_every_record_with_its_date_and_title() -> None:
    lines = re.findall(
        r"^\| ([\d-]+) \| \[(.+)\]\((.+)\) \|$",
        (FOLDER / "README.md").read_text(encoding="utf-8"),
        re.M,
    )
    found = []
    for path in RECORDS:
        text = path.read_text(encoding="utf-8")
        date = re.search(r"^Decided: (\S+)$", text, re.M)
        assert date and datetime.date.fromisoformat(date[1]), path.name
        found.append((date[1], text.splitlines()[0].removeprefix("# "), path.name))
        assert re.findall(r"^## (.+)$", text, re.M) == ["Context", "Decision", "Refused"], path.name
        assert len(text.splitlines()) < 40, "half a page"
        assert list(missing(text)) == []
    assert lines == found
    assert [date for date, _, _ in found] == sorted(date for date, _, _ in found)
    numbers = [int(path.name[:2]) for path in RECORDS]
    assert numbers == list(range(1, len(RECORDS) + 1)) and len(RECORDS) > 10
