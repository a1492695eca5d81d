"""docs/*/configuration.md are what the schema says, and it says every key in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.generate_configuration_doc import SCHEMA, below, document, resolved
from tools.generated import LANGUAGES, path_of

from bonescint.config import check_config
from bonescint.errors import InputError
from bonescint.resources import ROOT, project_yaml

LAYOUT = below({"properties": SCHEMA["x-layout"]}, "NAME")
KEYS = {key.path: key for key in (*below({"properties": SCHEMA["properties"]}), *LAYOUT)}
# where keys lie that a study names
PLACES = {key.rpartition(".")[0] for key in KEYS} | {key.partition("[")[0] for key in KEYS}


def test_the_walk_meets_every_room() -> None:
    assert SCHEMA["properties"].keys() <= KEYS.keys()
    assert {"software.NAME.export", "metrics.cutoffs[].value", "study.exam.ja"} <= KEYS.keys()
    assert len(KEYS) > 190


@pytest.mark.parametrize("path", KEYS)
def test_every_key_is_described_in_both_languages(path: str) -> None:
    said = resolved(KEYS[path].said)["description"]
    ja, separator, en = said.partition(" / ")
    assert separator, said
    assert ja and en and " / " not in en, said
    assert not en.endswith(".") and not ja.endswith("。"), said
    # English has no Japanese in it
    assert all(ord(letter) < 0x3000 for letter in en), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_is_the_generated_one(language: str) -> None:
    written = document(language)
    assert path_of("configuration", language).read_text(encoding="utf-8") == written, "make docs"
    assert "{sections}" not in written and "{layout}" not in written
    for name in SCHEMA["x-layout"]:
        assert f"| `{name}` |" in written
    for name in SCHEMA["properties"]:
        assert f"\n## {name}\n" in written


# what follows is a name that a study gives
NAMED = re.compile(r"^(software|readers|metrics\.values|metrics\.families)\.[^.]+")
PAGES = [
    p for p in (*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md")) if p.stem != "configuration"
]
FILES = re.compile(r"\.(age|csv|head|json|xlsx|html|mark)$")


def unknown_keys(text: str) -> Iterator[str]:
    """Yield the keys of the configuration that a text names and the schema does not have."""
    for found in re.findall(r"`([a-z_]+(?:\.[\w<>名前]+)+)(?::[^`]*)?`", text):
        path = NAMED.sub(r"\1.NAME", found)
        room, _, last = path.rpartition(".")
        is_layout = room in KEYS and last in SCHEMA["x-layout"]
        known = path in KEYS or path in PLACES or is_layout or room.endswith(".columns")
        is_key = found.split(".")[0] in SCHEMA["properties"] and not FILES.search(found)
        if is_key and not known:
            yield found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_keys_that_a_page_names_are_there(page: Path) -> None:
    assert list(unknown_keys(page.read_text(encoding="utf-8"))) == []


def said_of(language: str, **cohort: object) -> str:
    config = project_yaml("config.yaml")
    config["language"] = language
    config["cohort"] |= cohort
    with pytest.raises(InputError) as fault:
        check_config(config, files=False)
    return "\n".join(fault.value.problems)


def test_a_fault_says_what_was_meant_in_one_language() -> None:
    said = said_of("en", sexx="F", exam_from=None)
    assert "Did you mean 'sex'? (sex (R1))" in said
    assert "a date in quotes" in said and "引用符" not in said
    said = said_of("ja", sexx="F", exam_from=None)
    assert "「sex」ではありませんか。 (性別 (R1)。any = 問わない)" in said
    assert "引用符で囲んだ日付" in said and "a date" not in said
