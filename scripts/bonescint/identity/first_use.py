"""What is done only once: create the ledger and write the study's ID into its folder."""

from pathlib import Path

from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, LedgerFiles, create_ledger, is_new, open_ledger
from bonescint.identity.study import mark_folder, study_of_folder
from bonescint.resources import both


def open_or_create(settings: LedgerFiles, coded: Path, *, ask: bool = False) -> tuple[Ledger, bool]:
    """Open the ledger, or create it at the first run; return it and whether it is new.

    Parameters
    ----------
    settings
        Arguments of `open_ledger`.
    coded
        The folder of coded images. If it holds codes, there must have been a ledger.
    ask
        As for `open_ledger`.

    Raises
    ------
    InputError
        As `open_ledger`. Also if codes are in use and their ledger is lost.
    """
    if not is_new(**settings):
        ledger, is_first = open_ledger(**settings, ask=ask), False
    elif any(coded.glob("*/BS-*")):
        raise InputError(both("identity", "lost", file=settings["path"], folder=coded))
    else:
        ledger, is_first = create_ledger(**settings), True
    ledger.claim()
    return ledger, is_first


def begin_study(settings: LedgerFiles) -> bool:
    """Mark the folder with its study if only the ledger exists; return whether this was the case.

    This happens in a study of a former version that wrote no mark, or in a new folder that was
    given an existing ledger.

    Parameters
    ----------
    settings
        Arguments of `open_ledger`, ``study`` among them.

    Raises
    ------
    InputError
        As `open_ledger`. The ledger must belong to this study.
    """
    if study_of_folder() or not Path(settings["path"]).exists():
        return False
    open_ledger(**settings)
    mark_folder(settings["study"])
    return True
