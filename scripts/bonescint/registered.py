"""What the program finds by listing a folder: modules by their declarations, and words.

A question or a figure is added by its own files alone, so there is no list to maintain.
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
    """Return the declarations of a package's modules, in their own order: name -> literal.

    No module is imported, because every start of Snakemake calls this, and most modules load numpy.

    Parameters
    ----------
    package
        Below bonescint, such as ``questions``.
    literal
        The name of the declaration in a module. It is a dictionary with an ``order``.
    """
    found = {}
    for path in sorted((_PACKAGE / package.replace(".", "/")).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if said := re.search(rf"^{literal}\b[^=\n]*= (?=\{{)", text, re.MULTILINE):
            found[path.stem] = _literal(text[said.end() :])
    return dict(sorted(found.items(), key=lambda item: item[1]["order"]))


def _literal(text: str) -> dict[str, Any]:
    """Return the dictionary at the beginning of a text, on one line or on several."""
    for end in re.finditer(r"\}", text):
        with suppress(SyntaxError):  # this end closes an inner dictionary
            found: dict[str, Any] = ast.literal_eval(text[: end.end()])
            return found
    raise SyntaxError(text.partition("\n")[0])


def words_in(folder: str, language: str) -> dict[str, Texts]:
    """Return the words of every file of a folder: name -> texts.

    Parameters
    ----------
    folder
        Below resources/, ending in ``/``. Callers write it as a literal, because the files that
        make a rule run again are found from it.
    """
    area = folder.partition("/")[2]
    names = sorted(path.stem for path in (RESOURCES / folder).glob("*.csv"))
    return {name: Texts(f"{area}{name}", language) for name in names}
