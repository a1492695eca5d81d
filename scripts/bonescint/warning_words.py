"""The words of the warnings, added where a person reads them.

No stage that makes warnings may import this module, because a change here makes its users run
again.
"""

from collections.abc import Callable, Iterable, Mapping

from bonescint.resources import Texts
from bonescint.warnings import Phrase, place_in_words, read_phrases


def warning_texts(language: str) -> tuple[Texts, ...]:
    """Return the catalogues with the words of warnings, in the order of the search."""
    return (
        Texts("warnings", language),
        # places, and the faults that do not stop an opt-out
        Texts("table_faults", language),
        # names of attributes
        Texts("deidentification", language),
    )


def warnings_in_words(
    rows: Iterable[Mapping[str, str]], language: str, called: Callable[[str], str] = str
) -> list[dict[str, str]]:
    """Return warnings as a person reads them: ``source``, ``rule``, ``where``, ``message``.

    Parameters
    ----------
    rows
        Rows of a ``*.warnings.csv``.
    called
        The names of the software and readers in warnings, by their keys.
    """
    texts = warning_texts(language)
    return [
        {
            "source": texts[0](row["source"])
            if row["source"] in texts[0]
            else called(row["source"]),
            "rule": row["rule"],
            "where": place_in_words(read_phrases(row["where"]), *texts),
            "message": Phrase(row["key"], read_phrases(row["values"])).in_words(*texts),
        }
        for row in rows
    ]
