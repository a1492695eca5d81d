"""Every key of config.yaml misspelt, of a wrong type or missing: a sentence says where and what."""

import copy
import datetime
import pickle
import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle, product
from typing import Any, NamedTuple

import pytest
import yaml

from bonescint import config_form
from bonescint.config import check_config
from bonescint.errors import InputError
from bonescint.resources import ROOT

SCHEMA = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
WRONG: list[Any] = [
    {"a": 1}, ["a"], "text", "", 3.5, True, None, datetime.date(2019, 6, 1),
]  # fmt: skip
LAYOUT = {"sheet": "表", "header_row": 2, "encoding": "cp932", "limits": {"rows": 10}}
# entries that a study names as it likes
NAMES = {
    "software": "vsbone3",
    "readers": "reader1",
    "metrics.families": "versions",
    "metrics.values": "ann",
}


class Key(NamedTuple):
    parent: tuple[Any, ...]
    name: Any
    required: bool

    @property
    def path(self) -> str:
        return ".".join(map(str, (*self.parent, self.name)))

    @property
    def folder(self) -> str:
        return ".".join(map(str, self.parent)) or "config.yaml"


@pytest.fixture(autouse=True)
def quick_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy the schema quickly: some thousand configurations are checked here."""
    content = pickle.dumps(SCHEMA)
    monkeypatch.setattr(config_form, "project_yaml", lambda _: pickle.loads(content))  # noqa: S301


def resolved(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return resolved(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    return schema.get("then", schema)


def keys(schema: dict[str, Any], parent: tuple[Any, ...] = ()) -> Iterator[Key]:
    schema = resolved(schema)
    for name, below in schema.get("properties", {}).items():
        yield Key(parent, name, name in schema.get("required", ()))
        yield from keys(below, (*parent, name))
    if named := NAMES.get(".".join(map(str, parent))):
        yield from keys(schema["additionalProperties"], (*parent, named))
    if isinstance(items := schema.get("items"), dict):
        yield from keys(items, (*parent, 0))


# optional in the form, but not to what else stands there
NEEDED_BY_OTHERS = (
    "demo", "software.vsbone3.columns.ann", "cohort.selection.list", "metrics.subgroups.0.at",
)  # fmt: skip
# of these rules one stands alone
ALTERNATIVES = ("cohort.selection.all", "cohort.selection.random")
ALL = [key for key in keys(SCHEMA) if key.path not in ALTERNATIVES]


DEMONSTRATION = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def full(language: str = "en") -> dict[str, Any]:
    """Return a good configuration in which every key stands that the schema knows, to damage."""
    config: dict[str, Any] = pickle.loads(_full())  # noqa: S301
    config["language"] = language
    return config


@cache
def _full() -> bytes:
    """Return that configuration as bytes: to read them is faster than to copy it."""
    config = copy.deepcopy(DEMONSTRATION)
    limits = {name: 10 for name in SCHEMA["$defs"]["limits"]["properties"]}
    layout = LAYOUT | {"limits": limits}
    columns = {
        "participants": {"key": "k", "study": "s"},
        "opt_out": dict(zip(("key", "received", "by", "ground", "relation", "note"), "abcdef",
                            strict=True)),
        "tracer_calendar": {"exam_date": "e", "tracer": "t"},
        "exam_dates": {"patient_id": "p", "exam_date": "e"},
    }  # fmt: skip
    for name, headers in columns.items():
        entry = layout | {"file": f"demo/{name}.csv", "columns": headers}
        config["inputs"][name] = copy.deepcopy(entry)
    config["inputs"]["opt_out"] |= {"ids_only": False, "largest_share": 0.5}
    software = config["software"]["vsbone3"]
    software |= copy.deepcopy(layout) | {"decimal": ".", "second_export": "demo/second.csv"}
    software["columns"] |= {"ann": None, "analysis_date": "d", "operator": "o"}
    names = ("key", "exam_date", "n_metastases", "metastasis", "eod", "findings", "reading_date",
             "operator")  # fmt: skip
    config["readers"]["reader1"] |= copy.deepcopy(layout) | {
        "decimal": ",",
        "label": {"ja": "読影者 A", "en": "Reader A"},
        "second_report": "demo/second.xlsx",
        "columns": {name: name for name in names},
    }
    config["deidentification"]["batches"] = 4
    config["metrics"]["primary"]["cutoff"] = 1.0
    label = {"ja": "ANN 値", "en": "ANN value"}
    config["metrics"]["values"]["ann"] |= {
        "label": label, "unit": "", "positive": "high", "warn_above": 0.9, "offsets": [0.1],
    }  # fmt: skip
    config["metrics"]["families"]["versions"]["label"] = copy.deepcopy(label)
    config["metrics"]["questions"] = None
    config["metrics"]["protocol"] = {"document": "d", "date": "2019-01-01"}
    listed = copy.deepcopy(layout) | {"file": "demo/order.csv", "key": "code"}
    config["cohort"]["selection"] = {"list": listed | {"columns": {"key": "k"}}, "again": "why"}
    stored = copy.deepcopy(layout) | {"file": "demo/stored.csv", "decimal": ".", "key": "code"}
    software["repeat_export"] = stored | {"columns": dict(software["columns"])}
    software["second_operator"] = copy.deepcopy(software["repeat_export"]) | {"file": "demo/b.csv"}
    reader = config["readers"]["reader1"]
    again = copy.deepcopy(layout) | {"file": "demo/again.csv", "decimal": ".", "key": "code"}
    reader["repeat_report"] = again | {"columns": dict(reader["columns"])}
    return pickle.dumps(config)


def at(config: dict[str, Any], key: Key) -> Any:
    for part in key.parent:
        config = config[part]
    return config


def faults(config: dict[str, Any]) -> list[str]:
    try:
        check_config(config)
    except InputError as error:
        return error.problems
    return []


def test_the_walk_meets_every_key() -> None:
    assert faults(full()) == []
    assert len(ALL) > 180
    config = full()
    # what a person wrote is there to be damaged
    assert [key.path for key in ALL if key.name not in at(config, key)] == []


# in turns, because each kind of sentence is said of many keys; three, so that each of the eight
# wrong values meets both
LANGUAGES = cycle(["ja", "en", "ja"])


def test_each_key_misspelt() -> None:
    for key, language in zip(ALL, LANGUAGES, strict=False):
        config = full(language)
        entry = at(config, key)
        wrong = f"{key.name}x"
        entry[wrong] = entry.pop(key.name)
        said = [one for one in faults(config) if wrong in one]
        if key.path == "language":
            said = [one for one in said if "使える項目" in one]  # which one is not known
        assert len(said) == 1, (key.path, said)
        assert said[0].startswith(key.folder) or not key.parent, said
        # what may stand there, and which is meant
        assert said[0].count(key.name) >= 2, said


def test_two_unknown_keys_of_different_types() -> None:
    config = full()
    config["cohort"] |= {1: 2, "sexx": 3}
    assert len(faults(config)) == 2


def test_each_key_missing() -> None:
    for key, language in zip(ALL, LANGUAGES, strict=False):
        config = full(language)
        del at(config, key)[key.name]
        said = faults(config)
        if key.required:
            assert any(
                f"「{key.name}」" in one or f"'{key.name}'" in one for one in said
            ), (key.path, said)  # fmt: skip
        elif key.path not in NEEDED_BY_OTHERS:
            assert said == [], key.path


def test_each_key_of_a_wrong_type() -> None:
    refused = 0
    for (key, wrong), language in zip(product(ALL, WRONG), LANGUAGES, strict=False):
        config = full(language)
        at(config, key)[key.name] = wrong
        said = faults(config)
        refused += bool(said)
        for one in said:
            # the sentences of what hangs together name other keys
            assert one.strip() and not re.search(r"\{\w+\}", one), one
        if isinstance(wrong, dict | list) and wrong and not accepts(key, wrong):
            assert any(key.path in one for one in said), (key.path, wrong, said)
    assert refused > 800


def accepts(key: Key, wrong: Any) -> bool:
    """Tell whether a mapping or list may stand there as far as it was not looked into."""
    # of these every element has a sentence of its own
    return key.path in ("deidentification.keep_private", "metrics.questions")
