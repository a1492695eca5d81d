"""Receiver operating characteristic; a higher score always means metastasis.

`y` is the truth, shape (n,): 1 or True is metastasis. A score has the same shape, and NaN is a
missing result, whose case is left out.
"""

from bonescint.stats.roc.area import auc, compare_paired, compare_unpaired
from bonescint.stats.roc.band import SPECIFICITIES, band
from bonescint.stats.roc.bootstrap import optimism
from bonescint.stats.roc.cutoffs import at_cutoff, curve, youden
from bonescint.stats.roc.matched import Bootstrap, matched

__all__ = [
    "SPECIFICITIES",
    "Bootstrap",
    "at_cutoff",
    "auc",
    "band",
    "compare_paired",
    "compare_unpaired",
    "curve",
    "matched",
    "optimism",
    "youden",
]
