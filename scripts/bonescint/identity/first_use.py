"""What is done once: the ledger is made, the study's ID written into its folder."""

from pathlib import Path

from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, LedgerFiles, create_ledger, is_new, open_ledger
from bonescint.identity.study import mark_folder, study_of_folder
from bonescint.resources import both


def open_or_create(settings: LedgerFiles, coded: Path, *, ask: bool = False) -> tuple[Ledger, bool]:
    """Open the ledger, or make it at the first run; return it and whether it is new.

    Parameters
    ----------
    settings
        Arguments of `open_ledger`.
    coded
        The folder of coded images: where it holds codes, there has been a ledger.
    ask
        As for `open_ledger`.

    Raises
    ------
    InputError
        As `open_ledger`; if codes are in use and their ledger is lost.
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
    """Write down whose folder this is where only the ledger is there, and return whether it was so.

    That is a study of a version that wrote nothing down, or a new one that was given the ledger of
    another.

    Parameters
    ----------
    settings
        Arguments of `open_ledger`, ``study`` among them.

    Raises
    ------
    InputError
        As `open_ledger`: the ledger must be this study's.
    """
    if study_of_folder() or not Path(settings["path"]).exists():
        return False
    open_ledger(**settings)
    mark_folder(settings["study"])
    return True
