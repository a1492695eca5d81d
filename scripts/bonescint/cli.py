"""The `bonescint` command: what a person asks by hand, outside the workflow."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bonescint import __version__
from bonescint.bundled import bundle_name
from bonescint.commands import seal
from bonescint.errors import InputError
from bonescint.incidents import system_error
from bonescint.surroundings import shortcomings

INTERRUPTED = 130  # as a shell reports Ctrl-C
# modules of bonescint.commands; a command has the name of its module, with - for _
COMMANDS = (
    "new", "check", "table", "ledger", "opt_out", "delivery", "passphrase", "where", "retention",
    "archive", "deidentify", "private", "diff", "review", "request", "incidental", "report",
    "upgrade", "plan", "plan_sample", "doctor", "seal",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 a mistake to correct, 2 wrong usage.

    Parameters
    ----------
    arguments
        The command line without the program's name; the process's own if None.
    """
    parser = argparse.ArgumentParser(prog="bonescint", description=__doc__)
    bundle = f" ({name})" if (name := bundle_name()) else ""
    parser.add_argument("--version", action="version", version=f"bonescint {__version__}{bundle}")
    parser.set_defaults(trouble=1)
    asked = _asked(sys.argv[1:] if arguments is None else arguments)
    # a message names all of them, even if one alone is loaded
    names = ",".join((*COMMANDS, "unseal")).replace("_", "-") if len(asked) == 1 else ""
    commands = parser.add_subparsers(
        dest="command", required=True, metavar=f"{{{names}}}" if names else None
    )
    for command in asked:
        import_module(f"bonescint.commands.{command}").add(commands)
    options = parser.parse_args(arguments)
    # only a message: the command itself may work, for example to record an opt-out. `doctor` shows
    # the same among its own lines
    for said in shortcomings() if options.command != "doctor" else ():
        print(said, file=sys.stderr)
    # files that a command writes are for its user alone, until that person passes them on
    mask = os.umask(0o077)
    try:
        seal.refuse_while_sealed(options)
        return int(options.run(options))
    except InputError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D where something is asked
        print("中断しました。 / Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe (head, less) has ended; buffered text must cause no further error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("BONESCINT_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno:
            print(system_error(error), file=sys.stderr)
        print(_without_message(error), file=sys.stderr)
    finally:
        os.umask(mask)
    return int(options.trouble)


def _asked(arguments: Sequence[str]) -> Sequence[str]:
    """Return the one module that a command line needs, or all, because it asks for help or errs."""
    first = arguments[0].replace("-", "_") if arguments else ""
    return (first,) if first in COMMANDS and "_" not in arguments[0] else COMMANDS


def _without_message(error: Exception) -> str:
    """Return type and place of an exception, because its message could quote a header."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{type(error).__name__}: {Path(frame.filename).name}:{frame.lineno} "
        "(BONESCINT_DEBUG=1: 詳細を表示、個人情報を含むことがあります / "
        "shows the message, which may hold identifiers)"
    )


if __name__ == "__main__":
    sys.exit(main())
