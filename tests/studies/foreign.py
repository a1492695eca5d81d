"""Find parts of an output that are no words of its language: keys, requirement numbers, names."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bonescint import config as settings
from bonescint.identity.codes import CODE_PATTERN
from bonescint.resources import ROOT, SYNTHETIC

# names of methods, persons, standards and libraries, and what DICOM calls its attributes
NAMES = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|\breader\d+\b|\bR\d{1,2}\b")
_NO_WORDS = (
    CODE_PATTERN,
    r"`[^`]+`|\b(bonescint|snakemake)( [a-z]+)+",  # what is to be typed
    r"[\w./-]*\w\.(csv|xlsx|json|html|yaml|tsv|svg|png)\b|\b[a-z]+(/[a-z_]*)+",  # files
    r"\b[0-9a-f]{12,}\b",  # digests
    r"(?<=sheet are blank: )[^.]+",  # headers of the partner's sheet
    r"doi:\S+|https?://\S+|\b[a-z]\d{3,}\b",  # where a paper stands
)


def _config_keys(node: Any, parents: str = "") -> Iterable[str]:
    """Yield the keys of the configuration's schema, as messages name them: study.design."""
    for key, below in node.get("properties", {}).items():
        yield f"{parents}{key}"
        yield from _config_keys(below.get("then", below), f"{parents}{key}.")


_SCHEMA = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
_CONFIG = sorted((key for key in _config_keys(_SCHEMA) if "." in key), key=len, reverse=True)


def foreign(
    texts: Iterable[tuple[str, str]], language: str, config: Mapping[str, Any], given: str = ""
) -> list[tuple[str, str]]:
    """Return place and text of everything that is not in the expected language.

    Parameters
    ----------
    texts
        Where, and what.
    language
        ``ja`` or ``en``.
    config
        The study's configuration: what it names itself may be in any language.
    given
        A pattern of what else the hospital's own tables say.
    """
    software = settings.software(config)
    own = [
        SYNTHETIC,
        *(str(config["study"].get(key)) for key in ("id", "title", "preceding_study")),
    ]
    own += [one[key] for one in software.values() for key in ("label", "product", "tracer")]
    own += [word for one in software.values() for word in one["label"].split()]
    named = sorted({*own, *NAMES}, key=len, reverse=True)
    plain = re.compile(
        "|".join([*_NO_WORDS, *(rf"(?<![A-Za-z]){re.escape(one)}(?![a-z])" for one in named)])
        + (f"|{given}" if given else "")
    )
    # where a message says what to set
    keys = re.compile(
        "|".join(rf"(?<=.)\b{re.escape(key)}\b|\b{re.escape(key)}\b(?=.)" for key in _CONFIG)
    )
    found = []
    for where, text in texts:
        rest = plain.sub("", keys.sub("", text))
        if language == "en":
            rest = re.sub(r'"[^"]*"|“[^”]*”', "", rest)  # quoted from a table
            wrong = _JAPANESE.search(rest)
        else:
            wrong = re.search("[A-Za-z]{2,}", rest)
        if wrong or _KEY.search(rest):
            found.append((where, text))
    return found
