"""Which questions there are, and what each needs and writes."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from bonescint.registered import registered, words_in
from bonescint.resources import Texts

TESTS = "hypotheses"  # the question about all other questions, always asked


class Question(NamedTuple):
    """The declaration ``QUESTION`` of a module of this package.

    Parameters
    ----------
    order
        Its place in the outputs.
    needs
        The arguments of its ``rows``: tables (``cases``, ``reference``, ``measurements``,
        ``exposure``, ``readings``, ``repeats``, ``second_readings``, ``questions``) and values of
        the configuration (``software``, ``version_pairs``, ``product_pairs``, ``language``).
    settings
        The keys of the configuration's `metrics` that it reads. They are one more argument,
        ``settings``.
    also
        Further tables results/metrics/<name>.csv. For each, the module has a function of that name
        with the arguments of ``rows``, which yields its rows, and its header in ``HEADERS``.
    where
        What a study needs so that the question is asked: ``repeated`` (cases measured twice),
        ``readers``, ``two_readers``, ``eod``, ``two_eod`` (readers who grade the extent of
        disease), ``versions``, ``products``, ``tracers`` (more than one), ``counts`` (metrics that
        are counts), ``shares`` (metrics that are not), ``plan`` (`metrics.plan`), ``subgroups``
        (`metrics.subgroups`); none = always.
    tested
        Whether its rows may test a hypothesis. Groups of other patients, subgroups and a software
        among readers are compared by limits alone. A p-value would be read as a statement about
        what distinguishes them, and a large one as proof that they are alike.
    shown
        The measures that the report's section shows, each in a column. ``measure.note`` is a number
        of that measure's note. ``one|other`` is the one of the two that is first in the question's
        table. All other measures are in the report's appendix; without ``shown`` all of them are.
    """

    order: int
    needs: tuple[str, ...]
    settings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    tested: bool = True
    shown: tuple[str, ...] = ()


def known() -> list[str]:
    """Return the names of all questions, in the order in which they are shown."""
    return list(registered("questions", "QUESTION"))


def question(name: str) -> Question:
    """Return the declaration of a question."""
    return Question(**registered("questions", "QUESTION")[name])


def answerable(asked: Collection[str] | None, there: Collection[str]) -> list[str]:
    """Return the asked questions that can be answered. The question on tests always can.

    `asked` None means all. `there` are the needs of questions (`Question.where`) that the study
    meets.
    """
    return [name for name in _asked(asked) if not _lacks(name, there)]


def missing(asked: Collection[str] | None, there: Collection[str]) -> dict[str, list[str]]:
    """Return each asked question that cannot be answered, with what it lacks."""
    return {name: lacks for name in _asked(asked) if (lacks := _lacks(name, there))}


def why_unanswered(lacks: Iterable[str], language: str) -> str:
    """Return in words why a question cannot be answered."""
    words = Texts("metrics", language)
    return words("lacks_and").join(words(f"lacks_{one}") for one in lacks)


def _asked(asked: Collection[str] | None) -> list[str]:
    return [name for name in known() if asked is None or name in asked or name == TESTS]


def _lacks(name: str, there: Collection[str]) -> list[str]:
    return [need for need in question(name).where if need not in there]


def worded(language: str) -> set[str]:
    """Return every key of a statistic that has words: the shared ones, and each question's own."""
    own = (key for texts in words_in("text/questions/", language).values() for key in texts)
    found = {key.removeprefix("word_") for key in own if key.startswith("word_")}
    return found | set(Texts("metrics", language))
