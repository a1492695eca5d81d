"""`bonescint delivery forms`: what is printed and signed when a delivery is handed over (R29)."""

import argparse
from contextlib import suppress
from pathlib import Path

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.incidents import reason_of
from bonescint.papers import OF_PROVISION


def add_forms(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action to the parser of `bonescint delivery`."""
    parser = actions.add_parser("forms", help="forms to print and sign / 提供の用紙")
    parser.add_argument(
        "id",
        nargs="?",
        metavar="ID",
        help="D-001; default: the volumes to be handed over / 省略時はこれから渡すディスク",
    )
    parser.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="default: forms/D-001 / 置き場所"
    )
    parser.add_argument(
        "--form",
        action="append",
        choices=OF_PROVISION,
        help="one form, may be repeated (default: all) / 用紙の種類",
    )
    configuration.add_option(parser, write_delivery_forms)


def write_delivery_forms(options: argparse.Namespace) -> int:
    """Write the forms of a delivery on record, or of the volumes that were built; return 0.

    Raises
    ------
    InputError
        If there is no such delivery or nothing was built, no privacy manager is chosen (R33), a
        form that is there says something else, or the folder is one that each run searches.
    """
    from datetime import date

    from bonescint.commands.delivery_show import named_delivery
    from bonescint.commands.listing import NO_PLACE, lies_in
    from bonescint.custody.deliveries import Delivery
    from bonescint.delivery import forms
    from bonescint.resources import Texts

    config, text = configuration.with_words(options, "papers")
    today, former = date.today(), None
    if options.id:
        ledger = configuration.opened_ledger(config)
        delivery = named_delivery(ledger, options.id, Texts("receipts", text.language))
        if not isinstance(delivery, Delivery):
            raise InputError(text("preceding_none"))
        provision = forms.recorded_provision(delivery)
        with suppress(InputError):  # forms that were printed before the hand-over
            built = forms.built_provision(config, today)
            former = built if built.id == provision.id else None
    else:
        provision = forms.built_provision(config, today)
    folder = options.folder or forms.FOLDER / provision.id
    if lies_in(folder, set(NO_PLACE) - {str(forms.FOLDER)}):
        raise InputError(text("no_place", folder=folder))
    names = options.form or OF_PROVISION
    try:
        paths = forms.write_forms_of(provision, config, folder, names, former)
    except OSError as error:
        reason = reason_of(error)
        raise InputError(text("not_written", reason=reason)) from None
    files = ", ".join(path.name for path in paths)
    cases, n = len(provision.cases), len(names)
    told = {"delivery": provision.id, "cases": cases, "n": n, "files": files}
    print(text("written", folder=folder, **told))
    return 0
