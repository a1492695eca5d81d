"""What a software measures: its unit, its kind and which way it points."""

from typing import NamedTuple


class Metric(NamedTuple):
    """One of `metrics.values` of the configuration.

    Parameters
    ----------
    key
        Its name in the configuration and in every table.
    unit
        Such as ``%``; empty if it has none.
    kind
        ``percent``, ``count`` or ``number``.
    bounds
        The lowest and the highest value that there can be; None where it is open.
    positive
        Whether ``high`` or ``low`` values speak for metastasis.
    """

    key: str
    unit: str
    kind: str
    bounds: tuple[float | None, float | None]
    positive: str

    def is_positive(self, value: float, cutoff: float) -> bool:
        """Tell whether a value is positive: a cut-off itself is."""
        return value <= cutoff if self.positive == "low" else value >= cutoff
