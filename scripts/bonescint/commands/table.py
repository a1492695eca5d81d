"""`bonescint table`: an empty table to fill in, and a filled one checked before a run."""

import argparse
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.commands.input_tables import LISTS, InputTable, find_table
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.tables.cases import Cases
    from bonescint.tables.exports import Export
    from bonescint.tables.readings import ReadingReport

_COHORT = Path("private/cohort.csv")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "table", help="empty tables to fill in, and checks of filled ones / 入力用の表と確認"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    name = (
        f"a software or reader of config.yaml, or {', '.join(LISTS)} / ソフト・読影医・一覧の名前"
    )

    writing = actions.add_parser("template", help="write an empty Excel table / 空の表を作る")
    writing.add_argument("name", metavar="NAME", help=name)
    writing.add_argument(
        "--out", type=Path, metavar="FILE.xlsx", help="default: NAME_template.xlsx / 書く場所"
    )
    configuration.add_option(writing)
    writing.set_defaults(run=make_template)

    checking = actions.add_parser("check", help="check a filled table / 記入した表を確認する")
    checking.add_argument("name", metavar="NAME", help=name)
    checking.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="default: as in config.yaml / 確認する表"
    )
    configuration.add_option(checking)
    checking.set_defaults(run=check_table)


def make_template(options: argparse.Namespace) -> int:
    """Write the empty table and return 0.

    Parameters
    ----------
    options
        ``config``, ``name``, ``out``.

    Raises
    ------
    InputError
        If there is no such table, or the file exists or cannot be written.
    """
    from bonescint.commands.table_template import write_template
    from bonescint.resources import Texts

    config = configuration.load(options)
    text = Texts("table", str(config["language"]))
    table = find_table(config, options.name, text)
    path = options.out or Path(f"{table.name}_template.xlsx")
    n = write_template(path, table, config)
    print(text("written", path=path, n=n, entry=table.file_key, name=options.name))
    return 0


def check_table(options: argparse.Namespace) -> int:
    """Check a table as the import will, write nothing, and return 0 if it can be imported.

    Parameters
    ----------
    options
        ``config``, ``name``, ``file``.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint.commands.checked_lists import check_list
    from bonescint.resources import Texts
    from bonescint.warning_words import warnings_in_words

    config = configuration.load(options)
    text = Texts("table", str(config["language"]))
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
        cases = _cases(config, text.language)
        imported = _check_import(file, second, table, cases, config)
        warnings = [
            f"{r['where']}: {r['message']}" + (f" [{r['rule']}]" if r["rule"] else "")
            for r in warnings_in_words(imported.warnings, text.language)
        ]
        n = sum(row["status"] != "missing" for row in imported.rows)
        counts = {"n": len(imported.rows), "found": n, "warnings": len(warnings)}
        counts["others"] = imported.others
        unchecked = []
        key = "good_cases" if _COHORT.is_file() else "no_cohort"
        print(text(key, path=_COHORT, file=file.name, **counts))
        if not n + imported.others:
            print(text("no_rows", file=file.name))
    if warnings or unchecked:
        print(*warnings, *unchecked, sep="\n")
    return 0


def _cases(config: Mapping[str, Any], language: str) -> "Cases":
    """Return the cohort; without one yet nobody, so that no row is looked at."""
    from bonescint.identity.ledger import open_ledger
    from bonescint.tables.cases import Cases, read_cases

    if _COHORT.is_file():
        return read_cases(_COHORT, open_ledger(**config["ledger"], ask=True), language)
    return Cases({}, frozenset())


def _check_import(
    file: Path,
    second: str | None,
    table: InputTable,
    cases: "Cases",
    config: Mapping[str, Any],
) -> "Export | ReadingReport":
    """Return what the import would give."""
    from bonescint.config import inputs, same_tables
    from bonescint.tables.exports import read_export
    from bonescint.tables.readings import read_report

    other = Path(second) if second else None
    language = str(config["language"])
    paths = {where: Path(path) for where, path in inputs(config).items()}
    paths |= {table.file_key: file}
    # the demonstration's may not be made yet
    stamps = {
        where: sha256(path.read_bytes()).hexdigest() if path.is_file() else str(path)
        for where, path in paths.items()
        if where.startswith(f"{table.kind}.")
    }
    same = same_tables(config, stamps)[f"{table.kind}.{table.name}"]
    if table.kind == "software":
        return read_export(file, cases, table.name, table.settings, language, other, same)
    return read_report(file, cases, table.name, table.settings, language, other, same)
