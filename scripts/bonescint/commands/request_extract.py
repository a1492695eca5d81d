"""`bonescint request extract`: what is held of a patient, as a PDF to hand over (R36, R38)."""

import argparse
from datetime import date

from bonescint.commands import configuration
from bonescint.commands.requester import patient_of
from bonescint.errors import InputError


def extract(options: argparse.Namespace) -> int:
    """Write what is held of a patient as a PDF (mode 0600), and return 0.

    The patient, a code or an ID, is asked for if not given.

    Raises
    ------
    InputError
        If there is no such patient, or the file may not lie there.
    """
    from bonescint.commands.listing import refuse_places, write_new
    from bonescint.custody.extract import extract_of
    from bonescint.papers.pdf import pdf_of

    config, text = configuration.with_words(options, "requests")
    refuse_places([options.pdf], text.language)
    ledger = configuration.opened_ledger(config)
    subject = patient_of(None, options.patient, ledger, text)
    if not (code := ledger.code_of(subject)):
        raise InputError(text("nobody"))
    paper = extract_of(ledger, subject, config, date.today())
    write_new({options.pdf: pdf_of(paper)}, text.language)
    print(text("extracted", code=code, path=options.pdf))
    return 0
