"""Rank methods for measurements with many ties and zeros.

`x` and `y` are two measurements of the same cases, shape (n,). A case with a NaN is left out.
"""

from bonescint.stats.ranks.correlation import kendall, spearman
from bonescint.stats.ranks.groups import jonckheere, kruskal_wallis, mann_whitney
from bonescint.stats.ranks.ordering import differences, midranks
from bonescint.stats.ranks.paired import hodges_lehmann, wilcoxon

__all__ = [
    "differences",
    "hodges_lehmann",
    "jonckheere",
    "kendall",
    "kruskal_wallis",
    "mann_whitney",
    "midranks",
    "spearman",
    "wilcoxon",
]
