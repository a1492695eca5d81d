"""`bonescint retention`: what of the study is kept until when, and why (R32)."""

import argparse
from pathlib import Path

from bonescint.commands import configuration

# keys of resources/text/ledger.csv, in the order they are printed
_HOLDINGS = ("key", "private", "results", "provision", "opt_out", "archive", "certificate")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    words = "what is kept until when / 何をいつまで保管するか"
    configuration.add_command(commands, "retention", show_retention, words)


def show_retention(options: argparse.Namespace) -> int:
    """Print what is kept until when and return 0."""
    from datetime import date

    from bonescint.commands.listing import aligned
    from bonescint.custody.retention import retention, summary_line

    config, text = configuration.with_words(options, "ledger")
    study, today = config["study"], date.today()
    found = retention(study, today)
    if found.keep_until is None:
        until = text("retention.open")
        print(text("retention.unpublished", years=found.years))
    else:
        until = text("retention.until", date=found.keep_until)
        print(text("retention.published", date=found.published, years=found.years))
    if line := summary_line(study, today, text.language):
        print(line)
    print()
    places = {
        "key": ", ".join(str(Path(config["ledger"][name])) for name in ("path", "key")),
        "private": "private/, logs/, .snakemake/",
        "results": "results/, recalls/, forms/",
    }
    rows = [tuple(text(f"retention.head_{name}") for name in ("what", "until", "why"))]
    for holding in _HOLDINGS:
        what = text(f"retention.{holding}", place=places.get(holding, ""))
        # a certificate says nothing about a patient and proves the destruction of the rest
        when = text("retention.forever") if holding == "certificate" else until
        rows.append((what, when, text(f"retention.{holding}_why")))
    print(aligned(rows[0], rows[1:]))
    return 0
