"""A form as one page for the screen and for print; the same data as its PDF."""

from pathlib import Path

from bonescint.pages import page_template
from bonescint.papers.form import Fields, Paper, Points, Signatures
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import ShownTable

_KINDS = {Fields: "fields", Points: "points", Signatures: "signatures", ShownTable: "table"}


def page_of(form: Paper) -> str:
    """Return the form as HTML that needs no other file."""
    return page_template(Path(__file__).parent, ["page.html.j2"], ["page.css"]).render(
        form=form,
        t=Texts("papers", form.language),
        blocks=[(_KINDS[type(block)], block) for block in form.blocks],
        synthetic=SYNTHETIC if form.synthetic else "",
    )
