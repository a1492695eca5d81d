"""Agreement of readers: ratings are subjects x raters, NaN a missing rating."""

from bonescint.stats.agreement.alpha import krippendorff_alpha
from bonescint.stats.agreement.concordance import kendall_w
from bonescint.stats.agreement.icc import icc
from bonescint.stats.agreement.kappa import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    kappa_with_both_limits,
)
from bonescint.stats.agreement.marginal import cochran_q, stuart_maxwell
from bonescint.stats.agreement.observed import (
    percent_agreement,
    specific_agreement,
    yes_no_agreement,
)

__all__ = [
    "cochran_q",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "icc",
    "kappa_with_both_limits",
    "kendall_w",
    "krippendorff_alpha",
    "percent_agreement",
    "specific_agreement",
    "stuart_maxwell",
    "yes_no_agreement",
]
