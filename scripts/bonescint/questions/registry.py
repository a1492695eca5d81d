"""Which questions there are, and what each needs and writes."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from bonescint.registered import registered, words_in
from bonescint.resources import Texts

TESTS = "hypotheses"  # the one about all the others, always asked


class Question(NamedTuple):
    """What a module of this package declares as ``QUESTION``.

    Parameters
    ----------
    order
        Its place in the outputs.
    needs
        The arguments of its ``rows``: tables (``cases``, ``reference``, ``measurements``,
        ``exposure``, ``readings``, ``repeats``, ``second_readings``, ``questions``) and what the
        configuration says (``software``, ``version_pairs``, ``product_pairs``, ``language``).
    settings
        The keys of the configuration's `metrics` that it reads: one more argument, ``settings``.
    also
        Further tables results/metrics/<name>.csv: each a function of that name beside ``rows``,
        with its arguments, that returns the table's header and rows.
    where
        What a study needs so that it is asked: ``repeated`` (cases measured twice), ``readers``,
        ``two_readers``, ``eod``, ``two_eod`` (readers who grade the extent of disease),
        ``versions``, ``products``, ``tracers`` (more than one), ``counts``, ``shares`` (metrics
        that are one or are none), ``plan`` (`metrics.plan`), ``subgroups`` (`metrics.subgroups`);
        none = always.
    tested
        Whether its rows may be tests of a hypothesis. Groups of other patients, subgroups and a
        software among readers are compared by limits alone: a p-value would be taken for a
        statement on what tells them apart, and a large one for their being alike.
    shown
        The measures that the report's section shows, each a column; ``measure.note`` is a number of
        that measure's note, ``one|other`` that of two which stands first in the question's table.
        The report shows all others in its appendix, and without any the whole question.
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
    """Return what a question declares.

    Parameters
    ----------
    name
        One of `known`.
    """
    return Question(**registered("questions", "QUESTION")[name])


def answerable(asked: Collection[str] | None, there: Collection[str]) -> list[str]:
    """Return the questions that are asked and can be; that about their tests always is.

    Parameters
    ----------
    asked
        Their names; None stands for all.
    there
        What a question may need so that it is asked (`Question.where`), as far as it is there.
    """
    return [name for name in _asked(asked) if not _lacks(name, there)]


def missing(asked: Collection[str] | None, there: Collection[str]) -> dict[str, list[str]]:
    """Return each question that is asked and cannot be, and what it lacks.

    Parameters
    ----------
    asked, there
        As for `answerable`.
    """
    return {name: lacks for name in _asked(asked) if (lacks := _lacks(name, there))}


def why_unanswered(lacks: Iterable[str], language: str) -> str:
    """Return in words why a question cannot be answered.

    Parameters
    ----------
    lacks
        What it lacks, of `missing`.
    language
        ``ja`` or ``en``.
    """
    words = Texts("metrics", language)
    return words("lacks_and").join(words(f"lacks_{one}") for one in lacks)


def _asked(asked: Collection[str] | None) -> list[str]:
    return [name for name in known() if asked is None or name in asked or name == TESTS]


def _lacks(name: str, there: Collection[str]) -> list[str]:
    return [need for need in question(name).where if need not in there]


def worded(language: str) -> set[str]:
    """Return every key of a statistic that has words: the shared ones, and each question's own.

    Parameters
    ----------
    language
        ``ja`` or ``en``.
    """
    own = (key for texts in words_in("text/questions/", language).values() for key in texts)
    found = {key.removeprefix("word_") for key in own if key.startswith("word_")}
    return found | set(Texts("metrics", language))
