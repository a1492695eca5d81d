"""One version and one day of release, wherever they are told."""

import re
import tomllib

import yaml

from bonescint import __version__
from bonescint.resources import ROOT

HEADINGS = re.findall(r"(?m)^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def test_the_version_is_that_of_the_last_release() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == __version__
    released = [one for one in HEADINGS if one != "Unreleased"]
    assert released[0] == f"{__version__} ({cited['date-released']})"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", one) for one in released)
    assert len(set(HEADINGS)) == len(HEADINGS)


def test_what_is_not_released_stands_first() -> None:
    assert "Unreleased" not in HEADINGS[1:]
