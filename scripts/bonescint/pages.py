"""The look and the opening that all pages share: report, forms, deliveries, review."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from bonescint.resources import RESOURCES

_LOOK, _OPENING = "page.css", "opening.html.j2"


def only_script(script: str) -> str:
    """Return the ``scripts`` argument of `opening` that lets only this content of a script run.

    Then no text in a cell or a label can become a script.
    """
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def page_template(folder: Path, names: Sequence[str], styles: Sequence[str] = ()) -> Template:
    """Return the template of a page that needs no other file.

    Parameters
    ----------
    folder, names
        The templates' folder, the page's template, and the templates that it includes. The macro
        ``opening`` writes everything down to the banner of simulated data: language, title, style,
        and that the page may load nothing.
    styles
        Files of the folder with styles of the page's own parts, besides resources/page.css.
    """
    files = {name: folder / name for name in names} | {_OPENING: RESOURCES / _OPENING}
    environment = Environment(
        loader=DictLoader({name: file.read_text(encoding="utf-8") for name, file in files.items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    looks = [RESOURCES / _LOOK, *(folder / style for style in styles)]
    look = "".join(file.read_text(encoding="utf-8") for file in looks)
    environment.globals["style"] = Markup(look)  # noqa: S704 - the project's own files
    return environment.get_template(names[0])
