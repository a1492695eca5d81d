"""Files by which Snakemake notices that a command has added to the ledger, which tell nothing."""

import secrets
from pathlib import Path

from bonescint.files import replacing


def touch(mark: Path | None) -> None:
    """Give a mark a new random content, which `bonescint.provenance.content_stamp` shows.

    Called before and after the ledger is written, so that neither a power cut nor a run under way
    at that moment hides the change.

    Parameters
    ----------
    mark
        The file; its folder is made if needed. None does nothing: for the workflow itself, which
        has read what it adds.
    """
    if mark:
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(mark) as stream:
            stream.write(secrets.token_hex(8) + "\n")
