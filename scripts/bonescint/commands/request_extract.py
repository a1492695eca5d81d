"""`bonescint request extract`: what is held of a patient, as a PDF to hand over (R36, R38)."""

import argparse
from datetime import date

from bonescint.commands import configuration
from bonescint.commands.requester import patient_of
from bonescint.errors import InputError
from bonescint.resources import Texts


def extract(options: argparse.Namespace) -> int:
    """Write what is held of a patient as a PDF (mode 0600), and return 0.

    Parameters
    ----------
    options
        ``config``, ``patient`` (a code or an ID, asked for if None), ``pdf``.

    Raises
    ------
    InputError
        If there is no such patient, or the file may not lie there.
    """
    from bonescint.commands.listing import refuse_place
    from bonescint.custody.extract import extract_of, write_extract
    from bonescint.identity.ledger import open_ledger

    config = configuration.load(options)
    text = Texts("requests", str(config["language"]))
    refuse_place(options.pdf, text)
    ledger = open_ledger(**config["ledger"], ask=True)
    subject = patient_of(None, options.patient, ledger, text)
    if not (code := ledger.code_of(subject)):
        raise InputError(text("nobody"))
    write_extract(options.pdf, extract_of(ledger, subject, config, date.today()), text)
    print(text("extracted", code=code, path=options.pdf))
    return 0
