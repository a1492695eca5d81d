"""Which questions there are, and what each needs and writes."""

from typing import NamedTuple

from bonescint.registered import registered

TESTS = "hypotheses"  # the one about all the others, always asked


class Question(NamedTuple):
    """What a module of this package declares as ``QUESTION``.

    Parameters
    ----------
    order
        Its place in the outputs.
    needs
        The arguments of its ``rows``: tables (``cases``, ``reference``, ``measurements``,
        ``exposure``, ``readings``, ``stored``, ``questions``) and what the configuration says
        (``software``, ``version_pairs``, ``product_pairs``, ``language``).
    settings
        The keys of the configuration's `metrics` that it reads: one more argument, ``settings``.
    also
        Further tables results/metrics/<name>.csv: each a function of that name beside ``rows``,
        with its arguments, that returns the table's header and rows.
    where
        Needed so that it is asked: ``stored`` (values of the preceding study); empty = always.
    """

    order: int
    needs: tuple[str, ...]
    settings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    where: str = ""


def known() -> list[str]:
    """Return the names of all questions, in the order in which they are shown."""
    return list(registered("questions", "QUESTION"))


def question(name: str) -> Question:
    """Return what a question declares.

    Parameters
    ----------
    name
        One of `known`.
    """
    return Question(**registered("questions", "QUESTION")[name])
