"""`bonescint ledger rename-study`: the same study has another ID from now on."""

import argparse

from bonescint.commands import configuration
from bonescint.errors import InputError


def rename_study(options: argparse.Namespace) -> int:
    """Write the new ID of the configuration into ledger and folder, and return 0.

    The former ID is typed, so that nobody takes another study's ledger by mistake. It stays in the
    ledger, and on all that was delivered under it.

    Raises
    ------
    InputError
        If the ledger is not the former study's, or its data are of the other kind.
    """
    from bonescint.identity.ledger import open_ledger
    from bonescint.identity.study import mark_folder, refuse_other, study_of_folder
    from bonescint.resources import Texts

    config = configuration.load(options, is_renamed=True)
    text = Texts("ledger", config["language"])
    settings = dict(config["ledger"])
    study = settings.pop("study")
    ledger = open_ledger(**settings, ask=True)
    known = next(reversed(ledger.entries("study")), None) or study_of_folder()
    if known is None:
        raise InputError(text("rename.unknown"))
    # simulated data must not become patients' data
    refuse_other({**known, "id": study["id"]}, study, ledger.path)
    if known["id"] != study["id"]:
        if known["id"] != options.former:
            raise InputError(text("rename.other", known=known["id"], former=options.former))
        ledger.append([{"kind": "study", **study, "former": known["id"]}])
    mark_folder(study)
    print(text("rename.done", id=study["id"], former=options.former))
    return 0
