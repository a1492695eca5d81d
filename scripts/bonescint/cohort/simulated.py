"""Check by the mark of every image whether the images are of the configured kind."""

from collections import Counter
from collections.abc import Iterable

from bonescint.errors import InputError
from bonescint.resources import Texts


def refuse_marks(marks: Iterable[str], synthetic: bool, language: str) -> None:
    """Refuse images whose (0008,001C) Synthetic Data, empty if absent, is not as configured.

    Raises
    ------
    InputError
        If the study is simulated and an image is not marked so, or the other way round.
    """
    marked = Counter(value.upper() == "YES" for value in marks)
    if marked[not synthetic]:
        key = "not_synthetic" if synthetic else "is_synthetic"
        text = Texts("ingest", language)
        raise InputError(text(key, n=marked[not synthetic], total=marked.total()))
