"""What a run on a cluster must not do: tell its controller the passphrase, or lock for itself."""

import os
from collections.abc import Iterator
from pathlib import Path

from bonescint.errors import InputError
from bonescint.filesystems import locks_for_all
from bonescint.identity.ledger import LedgerFiles
from bonescint.identity.passphrase import FILE_VARIABLE, VARIABLE
from bonescint.resources import Texts


def refuse_cluster(ledger: LedgerFiles, language: str) -> None:
    """Refuse a run whose jobs start on other computers if that is not safe here.

    Parameters
    ----------
    ledger
        As configured.
    language
        Of the sentences.

    Raises
    ------
    InputError
        If the passphrase is in the environment, or what must be locked cannot be for all.
    """
    problems = list(_problems(ledger, Texts("cluster", language)))
    if problems:
        raise InputError(problems)


def _problems(ledger: LedgerFiles, text: Texts) -> Iterator[str]:
    # a job is handed on with its environment, which the controller keeps on its disk
    if os.environ.get(VARIABLE):
        yield text("passphrase", variable=VARIABLE, file=FILE_VARIABLE)
    # not of the home or of /tmp, which may be the node's own
    folders = [Path.cwd(), Path(ledger["path"]).resolve().parent]
    for folder in dict.fromkeys(folders):
        if folder.is_dir() and not locks_for_all(folder):
            yield text("locks", folder=folder)
