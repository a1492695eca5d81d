"""Which figures there are, what each is drawn from, and where each is shown."""

import importlib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bonescint.registered import registered

if TYPE_CHECKING:
    from bonescint.outputs.labels import Labels
    from bonescint.outputs.panels import Picture


class Drawn(NamedTuple):
    """The declaration ``FIGURE`` of a module of bonescint.outputs.figures.

    Parameters
    ----------
    order
        Its place among the figures.
    section
        The report's section: ``overview``, ``flow``, ``reference``, or a question.
    needs
        The arguments of its ``draw`` before the words: the rows of tables by their names, the
        folders of the coded images (``dicom``), and values of the configuration
        (``version_pairs``, ``first_cutoffs``).
    form
        The report's format: ``svg``, or ``png`` where pixels make the smaller file.
    narrow
        Whether it is legible below the page's width.
    where
        What the study needs for it, as for a question (`bonescint.questions.Question`), or a
        question that must be asked.
    report
        Whether report and workbook show it. The others are drawn only by `snakemake figures`.
    workbook
        Whether the workbook shows it as pixels. It does not where it draws a chart of its own.
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
        """The formats that report and workbook need."""
        return (self.form, "png") if self.workbook and self.form != "png" else (self.form,)


def drawn_figures(there: Collection[str] | None = None, of_report: bool = True) -> dict[str, Drawn]:
    """Return the figures, in order: name -> what each declares.

    `there` is what the study has, and the questions that are asked; None for every figure.
    `of_report` leaves out the figures that only `snakemake figures` draws.
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
    """Yield figures by name, each as its panels.

    `given` has what they need by name. A table that the study does not make has no rows.
    """
    for name, one in drawn.items():
        module = importlib.import_module(f"bonescint.outputs.figures.{name}")
        yield name, module.draw(**{n: given.get(n, []) for n in one.needs}, labels=labels)
