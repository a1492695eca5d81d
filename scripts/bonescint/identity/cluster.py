"""Refuse runs on a cluster that reveal the passphrase to its controller, or cannot lock for all."""

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

    Raises
    ------
    InputError
        If the passphrase is in the environment, or a lock in a folder is not seen by all computers.
    """
    problems = list(_problems(ledger, Texts("cluster", language)))
    if problems:
        raise InputError(problems)


def _problems(ledger: LedgerFiles, text: Texts) -> Iterator[str]:
    # a job is submitted with its environment, which the controller stores on its disk
    if os.environ.get(VARIABLE):
        yield text("passphrase", variable=VARIABLE, file=FILE_VARIABLE)
    # the home and /tmp are not checked, because they may belong to the node alone
    folders = [Path.cwd(), Path(ledger["path"]).resolve().parent]
    for folder in dict.fromkeys(folders):
        if folder.is_dir() and not locks_for_all(folder):
            yield text("locks", folder=folder)
