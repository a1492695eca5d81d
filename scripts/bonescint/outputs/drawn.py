"""Which figures there are, what each is drawn from and where it is shown."""

import importlib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bonescint.registered import registered

if TYPE_CHECKING:
    from bonescint.outputs.labels import Labels
    from bonescint.outputs.panels import Picture


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
    where
        What a study needs so that it is drawn, as for a question
        (`bonescint.questions.Question`), or a question that is asked.
    report
        Whether report and workbook show it; the others are drawn by `snakemake figures` alone.
    workbook
        Whether the workbook shows it, as pixels; what it draws as a chart of its own it does not.
    """

    order: int
    section: str
    needs: tuple[str, ...]
    form: str = "svg"
    narrow: bool = False
    where: tuple[str, ...] = ()
    report: bool = True
    workbook: bool = True

    @property
    def formats(self) -> tuple[str, ...]:
        """What report and workbook need of it."""
        return (self.form, "png") if self.workbook and self.form != "png" else (self.form,)


def drawn_figures(there: Collection[str] | None = None, of_report: bool = True) -> dict[str, Drawn]:
    """Return the figures, in order: name -> what each declares.

    Parameters
    ----------
    there
        What the study has, and the questions that are asked; None for every figure that there is.
    of_report
        Whether only those that report and workbook show.
    """
    declared = registered("outputs.figures", "FIGURE")
    every = {name: Drawn(**one) for name, one in declared.items()}
    return {
        name: one
        for name, one in every.items()
        if (there is None or {*one.where} <= {*there}) and (one.report or not of_report)
    }


def as_panels(
    drawn: Mapping[str, Drawn], given: Mapping[str, Any], labels: "Labels"
) -> "Iterator[tuple[str, Picture]]":
    """Yield figures by name, as their panels.

    Parameters
    ----------
    drawn
        What `drawn_figures` returned.
    given
        What they need, by name; of a table that the study does not make a figure gets no rows.
    labels
        The figures' words.
    """
    for name, one in drawn.items():
        module = importlib.import_module(f"bonescint.outputs.figures.{name}")
        yield name, module.draw(**{n: given.get(n, []) for n in one.needs}, labels=labels)
