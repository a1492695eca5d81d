"""The names of a study's exam and patients in its outputs, in its language."""

import re
from collections.abc import Mapping
from typing import Any

from bonescint.resources import Texts

NONE = "none"  # `study.preceding_study` of a study without a preceding one


def preceding_study(study: Mapping[str, Any]) -> str:
    """Return the number of the preceding study, empty where there is none."""
    named = str(study.get("preceding_study") or "")
    return "" if named == NONE else named


def exam_name(study: Mapping[str, Any], language: str) -> str:
    """Return the name of the exam, such as bone scan."""
    named = study.get("exam") or {}
    return str(named.get(language) or Texts("study_words", language)("exam"))


def study_words(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the words for the fields of a study's texts."""
    language = str(config["language"])
    return {
        "exam": exam_name(config["study"], language),
        "patients": Texts("study_words", language)(f"patients_{config['cohort']['sex']}"),
        "preceding": preceding_study(config["study"]),
    }


def reader_names(config: Mapping[str, Any]) -> dict[str, str]:
    """Return each reader's name under ``reader.KEY``, for further fields of the texts."""
    readers, language = config["readers"], str(config["language"])
    entries = readers if isinstance(readers, Mapping) else {}
    return {f"reader.{key}": _reader_name(key, one, language) for key, one in entries.items()}


def _reader_name(key: str, entry: Mapping[str, Any], language: str) -> str:
    """Return a reader's name: the label, or the number in a key such as reader1."""
    if label := entry.get("label"):
        return str(label[language])
    number = re.fullmatch(r"reader(\d+)", key)
    return Texts("study_words", language)("reader", n=number[1]) if number else key
