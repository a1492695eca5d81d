"""`bonescint review`: what a person looks at and decides (R22, R23, R27)."""

import argparse

from bonescint.commands import configuration
from bonescint.commands.review_page import open_page


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "review",
        help="open the page on which a person decides / 人が確認して決める画面を開く",
    )
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="only say where the page lies / 開かずに場所だけを表示する",
    )
    configuration.add_option(parser)
    parser.set_defaults(run=open_page)
