"""Agreement of two measurements of the same cases.

`x` and `y` are the two measurements, shape (n,), in the same unit. A case with a NaN is left out.
"""

from bonescint.stats.method_comparison.concordance import lin_ccc
from bonescint.stats.method_comparison.equivalence import tost_paired
from bonescint.stats.method_comparison.limits import (
    bland_altman,
    bland_altman_log,
    bland_altman_regression,
)
from bonescint.stats.method_comparison.quantiles import (
    limits_of_agreement,
    quantile_limits,
    spread,
)
from bonescint.stats.method_comparison.regression import deming, passing_bablok
from bonescint.stats.method_comparison.repeatability import within_subject

__all__ = [
    "bland_altman",
    "bland_altman_log",
    "bland_altman_regression",
    "deming",
    "limits_of_agreement",
    "lin_ccc",
    "passing_bablok",
    "quantile_limits",
    "spread",
    "tost_paired",
    "within_subject",
]
