"""R1 to R40: every one is listed with where it is decided and which test shows it, and cited."""

import re
from functools import cache
from pathlib import Path

import pytest

from bonescint.resources import ROOT
from tests.named import missing, named_tests, rules

PAGES = (ROOT / "docs" / "requirements.md", ROOT / "docs" / "ja" / "requirements.md")
TEXTS = [page.read_text(encoding="utf-8") for page in PAGES]
NUMBERS = [f"R{n}" for n in range(1, 41)]
# where a requirement may be cited; what is generated from the rest cites nothing itself
CITING = (
    "scripts",
    "rules",
    "schemas",
    "resources",
    "docs",
    "config.yaml",
    "README.md",
    "README.ja.md",
)
WRITTEN = {".py", ".smk", ".yaml", ".csv", ".j2", ".md"}


def listed(text: str) -> dict[str, str]:
    """Return number -> what is said of it."""
    parts = re.split(r"^- \*\*(R\d+)\*\* ", re.split(r"\n## ", text, maxsplit=1)[1], flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def cited_in(file: Path) -> set[str]:
    """Return the numbers that a file cites, ranges such as R15-R24 as all that is in them."""
    text = file.read_text(encoding="utf-8-sig")
    found = set(re.findall(r"\bR[1-9]\d?\b(?!\.\d)", text))
    for first, last in re.findall(r"\bR(\d+)(?:-|–|〜| to )R(\d+)\b", text):
        if (first, last) != ("1", "40"):
            found |= {f"R{n}" for n in range(int(first), int(last) + 1)}
    return found


@cache
def citing(*rooms: str) -> dict[str, set[str]]:
    """Return file -> the numbers that it cites."""
    places = [ROOT / room for room in rooms]
    files = [f for place in places for f in (place.rglob("*") if place.is_dir() else [place])]
    paths = {str(f.relative_to(ROOT)): f for f in files if f.suffix in WRITTEN and f not in PAGES}
    return {name: cited_in(file) for name, file in paths.items()}


@pytest.mark.parametrize("text", TEXTS, ids=["en", "ja"])
def test_each_number_is_listed_once(text: str) -> None:
    assert sorted(listed(text), key=lambda number: int(number[1:])) == NUMBERS
    assert len(re.findall(r"^- \*\*R", text, re.M)) == len(NUMBERS)


def test_each_number_that_is_cited_is_listed() -> None:
    unknown = {name: found - {*NUMBERS} for name, found in citing(*CITING).items()}
    assert {name: found for name, found in unknown.items() if found} == {}


def test_each_number_is_cited_by_the_program() -> None:
    cited = set().union(*citing("scripts", "rules", "schemas").values())
    assert [number for number in NUMBERS if number not in cited] == []


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("text", TEXTS, ids=["en", "ja"])
def test_what_is_named_for_it_is_there(text: str, number: str) -> None:
    said = listed(text)[number]
    assert list(missing(said)) == []
    assert named_tests(said), "no test shows it"
    where = re.search(r"^  - (?:Where|実装): (.*)$", said, re.M)
    assert where, "nowhere decided"
    named = re.findall(r"`([a-z]+(?:_[a-z]+)*)`", where[1])
    assert {*named} <= rules()
    assert named or "`bonescint." in where[1] or "/" in where[1]


def test_both_languages_name_the_same() -> None:
    en, ja = map(listed, TEXTS)
    for number in NUMBERS:
        assert re.findall(r"`([^`]+)`", en[number]) == re.findall(r"`([^`]+)`", ja[number]), number
    assert list(en) == list(ja)
