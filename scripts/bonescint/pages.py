"""The look and the opening that the program's pages share: report, forms, deliveries, review."""

from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
)
from markupsafe import Markup

from bonescint.resources import RESOURCES

_LOOK, _OPENING = "page.css", "opening.html.j2"


def page_template(folder: Path, name: str, *styles: str) -> Template:
    """Return the template of a page that needs no other file.

    Parameters
    ----------
    folder, name
        Where it lies, and what it is called. Its macro ``opening`` writes all down to the banner
        of simulated data: language, title, the look of resources/page.css, and that the page may
        load nothing.
    *styles
        Files of the folder with what the page's own parts look like.
    """
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(folder),
                DictLoader({_OPENING: (RESOURCES / _OPENING).read_text(encoding="utf-8")}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    files = [RESOURCES / _LOOK, *(folder / style for style in styles)]
    look = "".join(file.read_text(encoding="utf-8") for file in files)
    environment.globals["style"] = Markup(look)  # noqa: S704 - the project's own files
    return environment.get_template(name)
