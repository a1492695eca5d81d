"""How the yes or no of several readers becomes one, by the rules that a study may choose."""

from collections.abc import Callable


def majority(yes: int, readers: int) -> bool | None:
    """Return the answer of more than half of the readers; None for a tie.

    `readers` counts all who read the case, at least one.

    Examples
    --------
    >>> majority(2, 3), majority(1, 3), majority(1, 2)
    (True, False, None)
    """
    return None if 2 * yes == readers else 2 * yes > readers


# the configured rules of the reference standard (`reference.metastasis`)
YES_NO: dict[str, Callable[[int, int], bool | None]] = {
    "majority": majority,
    "any": lambda yes, readers: yes > 0,
    "unanimous": lambda yes, readers: yes == readers,
}
