"""`bonescint table`: an empty table to fill in, a filled one checked, and its headers matched."""

import argparse
from pathlib import Path

from bonescint.commands import configuration
from bonescint.commands.input_tables import LISTS, find_table
from bonescint.errors import InputError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "table",
        help="empty tables to fill in, checks of filled ones, headers / 入力用の表、確認、見出し",
    )
    actions = parser.add_subparsers(dest="action", required=True)
    name = (
        f"a software or reader of config.yaml, or {', '.join(LISTS)} / ソフト・読影者・一覧の名前"
    )

    writing = actions.add_parser("template", help="write an empty Excel table / 空の表を作る")
    writing.add_argument("name", metavar="NAME", help=name)
    writing.add_argument(
        "--out", type=Path, metavar="FILE.xlsx", help="default: NAME_template.xlsx / 書く場所"
    )
    configuration.add_option(writing, make_template)

    checking = actions.add_parser("check", help="check a filled table / 記入した表を確認する")
    checking.add_argument("name", metavar="NAME", help=name)
    checking.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="default: as in config.yaml / 確認する表"
    )
    configuration.add_option(checking, check_table)

    mapping = actions.add_parser(
        "map", help="a file's headers beside the columns wanted / 見出しの対応を見る"
    )
    mapping.add_argument("name", metavar="NAME", help=name)
    mapping.add_argument("file", type=Path, metavar="FILE", help="the table / 見る表")
    mapping.add_argument("--sheet", metavar="NAME", help="default: the fitting one / 見るシート")
    mapping.add_argument("--header-row", type=int, metavar="N", help="as in Excel / 見出しの行")
    mapping.add_argument("--encoding", metavar="NAME", help="of a text file / 文字コード")
    mapping.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=HEADER",
        help="which header a column has, where it was not found / 見つからない列の見出し",
    )
    mapping.add_argument(
        "--write", action="store_true", help="put it into config.yaml / config.yaml に書く"
    )
    configuration.add_option(mapping, _map)


def make_template(options: argparse.Namespace) -> int:
    """Write the empty table and return 0.

    Raises
    ------
    InputError
        If there is no such table, or the file exists or cannot be written.
    """
    from bonescint.commands.table_template import write_template

    config, text = configuration.with_words(options, "table_commands")
    table = find_table(config, options.name, text)
    path = options.out or Path(f"{table.name}_template.xlsx")
    n = write_template(path, table, config)
    print(text("written", path=path, n=n, entry=table.file_key, name=options.name))
    return 0


def check_table(options: argparse.Namespace) -> int:
    """Check a table as the import will, write nothing, and return 0 if it can be imported.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint.commands.checked_lists import check_list
    from bonescint.commands.checked_tables import COHORT, check_import, cohort_cases, odd_rows
    from bonescint.resources import Texts
    from bonescint.text.given_paths import open_elsewhere

    config, text = configuration.with_words(options, "table_commands")
    table = find_table(config, options.name, text)
    if not (options.file or table.file):
        raise InputError(text("no_file", entry=table.file_key))
    file = options.file or Path(table.file or "")
    if table.kind in LISTS:
        found = check_list(file, table.kind, config)
        warnings = [*found.problems, *found.struck]
        unchecked = found.unchecked
        print(text("good_rows", file=file.name, n=found.n, warnings=len(warnings)))
    else:
        # the second transcription belongs to the configured file
        second = None if options.file else table.second
        ledger = configuration.opened_ledger(config) if COHORT.is_file() else None
        imported = check_import(file, second, table, cohort_cases(ledger, text.language), config)
        warnings = odd_rows(imported, text.language)
        n = sum(row["status"] != "missing" for row in imported.rows)
        counts = {"n": len(imported.rows), "found": n, "warnings": len(warnings)}
        counts["others"] = imported.others
        unchecked = []
        key = "good_cases" if COHORT.is_file() else "no_cohort"
        print(text(key, path=COHORT, file=file.name, **counts))
        if not n + imported.others:
            print(text("no_rows", file=file.name))
    if open_elsewhere(file):
        unchecked = [*unchecked, Texts("paths", text.language)("open", file=file.name)]
    if warnings or unchecked:
        print(*warnings, *unchecked, sep="\n")
    return 0


def _map(options: argparse.Namespace) -> int:
    from bonescint.commands.table_map import map_table

    return map_table(options)
