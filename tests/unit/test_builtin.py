"""The builtin analyser is no software under study: where it may stand in the configuration."""

import ast
import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from bonescint.builtin import BUILTIN, BUILTIN_METRICS
from bonescint.config import check_config, inputs, software
from bonescint.config_questions import product_pairs, questions, unanswered, version_pairs
from bonescint.config_values import entries_of, has_builtin
from bonescint.errors import InputError
from bonescint.resources import RESOURCES, ROOT, project_yaml

Edit = Callable[[dict[str, Any]], object]


def demonstration(on: bool) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["language"] = "en"
    config["software"]["reference"] = {"builtin": on}
    return config


def faults(*edits: Edit) -> list[str]:
    config = demonstration(on=True)
    for edit in edits:
        edit(config)
    with pytest.raises(InputError) as error:
        check_config(config, files=False)
    return list(error.value.problems)


def test_its_name_and_its_metrics_have_one_home() -> None:
    homes = {
        path.relative_to(ROOT).as_posix()
        for path in [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "rules").rglob("*.smk")]
        for node in _assigned(path.read_text(encoding="utf-8"))
        if node in (BUILTIN, tuple(BUILTIN_METRICS), BUILTIN_METRICS)
    }
    assert homes == {"scripts/bonescint/builtin.py"}
    named = project_yaml("schemas/config.schema.yaml")["properties"]["software"]["properties"]
    assert list(named) == [BUILTIN]


def _assigned(code: str) -> Iterator[object]:
    """Yield the constants that a file names."""
    for line in re.findall(r"^[A-Z_]+ = ([\"({].*?)(?:  # .*)?$", code, re.MULTILINE):
        with contextlib.suppress(SyntaxError, ValueError):
            yield ast.literal_eval(line)


def test_it_is_none_of_the_software_under_study() -> None:
    on, off = (demonstration(on=on) for on in (True, False))
    check_config(on, files=False)
    assert has_builtin(on) and not has_builtin(off)
    assert entries_of(on, "software") == entries_of(off, "software")
    for about in (software, inputs, version_pairs, product_pairs):
        assert about(on) == about(off)
    assert "reference" not in software(on)


def test_its_question_is_asked_where_it_is_used_and_missed_nowhere() -> None:
    on, off = (demonstration(on=on) for on in (True, False))
    assert [name for name in questions(on) if name not in questions(off)] == ["bridge"]
    assert unanswered(on) == unanswered(off) == {}


@pytest.mark.parametrize("name", ["subject", "comparator"])
def test_it_is_no_part_of_the_primary_hypothesis(name: str) -> None:
    (said,) = faults(lambda c: c["metrics"]["primary"].update({name: "reference"}))
    assert said.startswith(f"metrics.primary.{name}: 'reference' is the research reference")


def test_its_question_is_no_part_of_a_family() -> None:
    def family(config: dict[str, Any]) -> None:
        config["metrics"]["families"]["mine"] = {"bridge": ["reference_difference"]}

    (said,) = faults(family)
    assert said.startswith("metrics.families.mine") and "bridge" in said
    primary = {"question": "bridge", "measure": "bridge_difference"}
    assert any("bridge" in one for one in faults(lambda c: c["metrics"]["primary"].update(primary)))


def test_it_has_one_name_and_needs_software_and_both_metrics() -> None:
    (said,) = faults(lambda c: c["software"].update(other={"builtin": True}))
    assert said == "software.other: builtin belongs to software.reference alone."
    config = demonstration(on=True)
    alone = {"software": {"reference": {"builtin": True}}}
    config["metrics"] |= {"primary": None}
    with pytest.raises(InputError, match="names no software under study"):
        check_config(config | alone, files=False)

    def liver(config: dict[str, Any]) -> None:
        config["metrics"]["values"]["hotspots"]["kind"] = "number"

    assert any(one.startswith("software.reference: the builtin") for one in faults(liver))


def test_a_product_has_no_builtin_and_the_builtin_no_export() -> None:
    assert any("builtin" in one for one in faults(
        lambda c: c["software"]["vsbone3"].update(builtin=True)
    ))  # fmt: skip
    assert any("export" in one for one in faults(
        lambda c: c["software"]["reference"].update(export="x.csv")
    ))  # fmt: skip


def test_it_is_off_in_a_new_study() -> None:
    template = (RESOURCES / "new" / "config.yaml.j2").read_text(encoding="utf-8")
    assert "  # reference: {builtin: true}\n" in template
