"""`bonescint review`: open the page on which a person decides."""

import argparse

from bonescint.commands import configuration
from bonescint.errors import InputError


def open_page(options: argparse.Namespace) -> int:
    """Open private/review/index.html in the browser, say where it lies, and return 0.

    Raises
    ------
    InputError
        If the page has not been made.
    """
    import webbrowser

    from bonescint.custody.owners import ITEMS, PAGE
    from bonescint.files import read_rows
    from bonescint.resources import Texts

    text = Texts("review", str(configuration.load(options)["language"]))
    if not PAGE.exists() or not ITEMS.exists():
        raise InputError(text("command.no_page"))
    rows = list(read_rows(ITEMS))
    waiting = sum(row["waits"] == "1" for row in rows)
    path = PAGE.resolve()
    opened = not options.no_browser and webbrowser.open(path.as_uri())
    key = "command.opened" if opened else "command.open_it"
    print(text(key, path=path, n=len(rows), waiting=waiting))
    return 0
