"""What changed from each version of config.yaml to the next, a step each.

Whoever changes the form of the configuration raises `CONFIG_VERSION` (bonescint.config_form) by one
and adds a step here: what the text becomes, what its values become, and in
resources/text/upgrade.csv, under ``step.N``, what a person should know. Texts are edited, not
written anew: comments and order stay. The values show whether an edit did what it should, however
the file was written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_VERSION_LINE = re.compile(r"(?m)^(config_version[ \t]*:[ \t]*)\d+")
_TOP_KEY = re.compile(r"(?m)^[\"']?[^\W\d]\w*[\"']?[ \t]*:")
_COMMENT = (
    "設定の形の版。`bonescint upgrade` が新しくします / "
    "version of this file's form: bonescint upgrade brings it up to date"
)


def _same_text(text: str) -> str:
    return text


def _same_values(config: Mapping[str, Any]) -> dict[str, Any]:
    return dict(config)


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """A step to the next version of the configuration; `config_version` itself is set elsewhere."""

    version: int  # what the configuration is afterwards
    text: Callable[[str], str] = _same_text  # the file before -> the file after
    # what it held -> what it has to hold afterwards
    values: Callable[[Mapping[str, Any]], dict[str, Any]] = _same_values


STEPS = (
    UpgradeStep(2),  # introduced the version itself
)


def with_version(text: str, version: int) -> str:
    """Return a configuration's text with the key `config_version` set, before all others if new."""
    if _VERSION_LINE.search(text):
        return _VERSION_LINE.sub(rf"\g<1>{version}", text, count=1)
    end = "\r\n" if "\r\n" in text else "\n"
    line = f"config_version: {version} # {_COMMENT}{end}"
    first = _TOP_KEY.search(text)
    at = first.start() if first else 0
    return text[:at] + line + text[at:]
