"""Marks: files that show Snakemake that a command has added to the ledger, and reveal nothing."""

import secrets
from pathlib import Path

from bonescint.files import replacing


def touch(mark: Path | None) -> None:
    """Give a mark a new random content, which changes its `bonescint.provenance.content_stamp`.

    It is called before and after the ledger is written. So the change is noticed even after a power
    cut, or if a run is under way.

    Parameters
    ----------
    mark
        The file; its folder is made if needed. None does nothing: the workflow itself passes it,
        because it knows what it adds.
    """
    if mark:
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(mark) as stream:
            stream.write(secrets.token_hex(8) + "\n")
