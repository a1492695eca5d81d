"""docs/architecture.md: its lists of rules, packages and layers are those of the code."""

import re
from functools import cache

from bonescint.questions import known
from bonescint.resources import ROOT
from tests.named import missing, rules
from tests.unit.test_layers import LAYERS

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# what reads the other modules or belongs to Python itself
UNSAID = {"__init__", "config", "cli", "errors", "joblog", "pages", "special", "warning_words"}


def section(title: str) -> str:
    return re.split(r"^## ", TEXT.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]


@cache
def stages() -> dict[str, str]:
    """Return rule -> folder of its script, empty of a rule without one."""
    found: dict[str, str] = {}
    for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]:
        text = path.read_text(encoding="utf-8")
        parts = re.split(r"^(?:rule|checkpoint) (\w+):$", text, flags=re.M)[1:]
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            script = re.search(r"^    script:\s+\"(?:\.\./)?scripts/(\w+)/", body, re.M)
            found[name] = script[1] if script else ""
    return found


def test_every_rule_stands_at_its_stage_once() -> None:
    rows = re.findall(r"^\| (\w*) ?\| (.+) \|$", section("The rules"), re.M)[1:]
    named = {stage: re.findall(r"`(\w+)`", cell) for stage, cell in rows}
    said = [rule for names in named.values() for rule in names]
    assert sorted(said) == sorted(rules())
    assert len([rule for rule, stage in stages().items() if stage]) > 40
    wrong = {
        rule: stage
        for stage, names in named.items()
        for rule in names
        if stages().get(rule) not in (None, "", stage)
    }
    assert wrong == {}
    assert set(known()) <= set(named["questions"])


def test_every_room_of_the_package_is_named() -> None:
    package = ROOT / "scripts" / "bonescint"
    rooms = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    said = set(re.findall(r"`(\w+)`", TEXT)) | set(re.findall(r"\w+", section("Layers")))
    assert rooms - {"__pycache__"} - UNSAID - said == set()


def test_the_layers_are_those_that_are_asserted() -> None:
    lines = re.findall(r"^    (\w+(?:, \w+)*)$", section("Layers"), re.M)
    shown = [set(line.split(", ")) for line in lines]
    assert shown[0] <= set(LAYERS[0])
    above = dict(enumerate(map(set, LAYERS[1:]), start=1))
    assert [
        layer - {"cli", "demo"} for layer in above.values() if layer - {"cli", "demo"}
    ] == shown[1:]


def test_what_it_names_is_there() -> None:
    assert list(missing(TEXT)) == []
    assert max(len(line) for line in TEXT.splitlines() if not line.startswith("|")) < 130
