"""What the program finds by looking into a folder: modules by what they declare, and words.

A question or a figure is added by its own files alone, so no list of them is kept anywhere.
"""

import ast
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from bonescint.resources import RESOURCES, Texts

_PACKAGE = Path(__file__).resolve().parent


@cache
def registered(package: str, literal: str) -> dict[str, dict[str, Any]]:
    """Return what the modules of a package declare, in the order that they give: name -> literal.

    No module is imported: every start of Snakemake asks, and most of them load numpy.

    Parameters
    ----------
    package
        Below bonescint, such as ``questions``.
    literal
        The name that a module gives its declaration, a dictionary with an ``order``.
    """
    found = {}
    for path in sorted((_PACKAGE / package.replace(".", "/")).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if said := re.search(rf"^{literal}\b[^=\n]*= (?=\{{)", text, re.MULTILINE):
            found[path.stem] = _literal(text[said.end() :])
    return dict(sorted(found.items(), key=lambda item: item[1]["order"]))


def _literal(text: str) -> dict[str, Any]:
    """Return the dictionary that a text begins with, on one line or on several."""
    for end in re.finditer(r"\}", text):
        with suppress(SyntaxError):  # that of a dictionary within
            found: dict[str, Any] = ast.literal_eval(text[: end.end()])
            return found
    raise SyntaxError(text.partition("\n")[0])


def words_in(folder: str, language: str) -> dict[str, Texts]:
    """Return the words of every file of a folder: name -> texts.

    Parameters
    ----------
    folder
        Below resources/, ending in ``/``. Written as a literal where it is asked for: what a rule
        reruns on is derived from it.
    language
        ``ja`` or ``en``.
    """
    area = folder.partition("/")[2]
    names = sorted(path.stem for path in (RESOURCES / folder).glob("*.csv"))
    return {name: Texts(f"{area}{name}", language) for name in names}
