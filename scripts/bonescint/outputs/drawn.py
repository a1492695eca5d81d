"""Which figures there are, what each is drawn from and where it is shown."""

from typing import NamedTuple

from bonescint.registered import registered


class Drawn(NamedTuple):
    """What a module of bonescint.outputs.figures declares as ``FIGURE``.

    Parameters
    ----------
    order
        Its place among the figures.
    section
        Of the report: ``overview``, ``flow``, ``reference``, or a question.
    needs
        The arguments of its ``draw`` before the words: tables, by their names (their rows), the
        folders of the coded images (``dicom``), and what the configuration says
        (``version_pairs``, ``first_cutoffs``).
    form
        What the report shows: ``svg``, or ``png`` where pixels are the smaller file.
    narrow
        Whether it is legible in less than the page's width.
    """

    order: int
    section: str
    needs: tuple[str, ...]
    form: str = "svg"
    narrow: bool = False


def drawn_figures() -> dict[str, Drawn]:
    """Return every figure, in order: its name -> what it declares."""
    declared = registered("outputs.figures", "FIGURE")
    return {name: Drawn(**one) for name, one in declared.items()}
