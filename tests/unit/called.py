"""Running a command of `bonescint` in the test's own process."""

import argparse

from bonescint.commands import (
    archive,
    check,
    delivery,
    incidental,
    ledger,
    opt_out,
    private,
    request,
    retention,
    table,
    where,
)

MODULES = (
    archive, check, delivery, incidental, ledger, opt_out, private, request, retention, table, where
)  # fmt: skip


def call(*arguments: str) -> int:
    """Return the exit code of a command line. Unlike `main`, let an InputError through."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for module in MODULES:
        module.add(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))
