"""Every catalogue of words: no key twice, and nothing said in one language alone."""

from pathlib import Path

import pytest

from bonescint.files import read_rows
from bonescint.resources import RESOURCES

CATALOGUES = sorted(path.relative_to(RESOURCES) for path in RESOURCES.glob("text/**/*.csv"))


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=str)
def test_each_key_stands_once_and_in_both_languages(catalogue: Path) -> None:
    rows = list(read_rows(RESOURCES / catalogue))
    keys = [row["key"] for row in rows]
    assert sorted(set(keys)) == sorted(keys)
    said = {at: {row["key"] for row in rows if row[at]} for at in ("ja", "en")}
    assert said["ja"] == said["en"]
