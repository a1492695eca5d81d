"""The places of the project's data files, and the words of its outputs in Japanese and English."""

import csv
import importlib.util
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
# where a wheel puts the program's other files, beside the package (setup.py). A checkout has none
INSTALLED = "bonescint_workflow"
_BESIDE = PACKAGE.with_name(INSTALLED)
ROOT = _BESIDE if _BESIDE.is_dir() else PACKAGE.parents[1]
# what the program is made of, relative to its root: an archive and a wheel hold no other file of it
PROGRAM = (
    ".gitignore", "CHANGELOG.md", "CITATION.cff", "LICENSE", "Makefile", "README.ja.md",
    "README.md", "Snakefile", "config.yaml", "docs", "envs", "profiles", "pyproject.toml", "report",
    "requirements.lock", "resources", "rules", "schemas", "scripts", "setup.py",
)  # fmt: skip
RESOURCES = ROOT / "resources"
SYNTHETIC = "SYNTHETIC / 合成データ"


def locate(path: str | Path) -> Path:
    """Return a path of the configuration unchanged if it exists from here, else below the root."""
    path = Path(path)
    return path if path.is_absolute() or path.exists() else ROOT / path


def japanese_font() -> Path:
    """Return the file of the IPAex Gothic that matplotlib-fontja ships, without importing it."""
    # importing it searches the machine's fonts and turns the font on globally, which takes 0.4 s
    spec = importlib.util.find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise RuntimeError("matplotlib-fontja is not installed: run make")
    return Path(spec.origin).parent / "fonts" / "ipaexg.ttf"


def resource_rows(path: str) -> list[dict[str, str]]:
    """Return the rows of one of the project's own tables, column -> cell.

    Parameters
    ----------
    path
        The CSV file below resources/. Callers write it as a literal, because the files that make a
        rule run again are found from these literals.
    """
    with (RESOURCES / path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def project_yaml(path: str) -> Any:
    """Return the content of a YAML file below the project's root."""
    return deepcopy(_parsed(path))  # a copy that the caller may change


@cache
def _parsed(path: str) -> Any:
    import yaml  # only few users of this module need it

    # use the fast parser: our own files need no positions of errors, and every Snakemake call reads
    # one
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((ROOT / path).read_bytes(), Loader=loader)  # noqa: S506


@cache
def _table(area: str) -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in resource_rows(f"text/{area}.csv")}


class Texts:
    """The words of one area of the outputs in one language.

    Parameters
    ----------
    area
        A file of resources/text without its ending (columns key, ja, en).
    language
        ``ja`` or ``en``.
    """

    def __init__(self, area: str, language: str) -> None:
        self._table = _table(area)
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of `key` with its ``{fields}`` filled in; KeyError if there is none."""
        return self._table[key][self.language].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)


def both(area: str, key: str, /, **values: object) -> str:
    """Return a message of `Texts` in both languages, for use before or regardless of a choice."""
    return " / ".join(Texts(area, language)(key, **values) for language in ("ja", "en"))
