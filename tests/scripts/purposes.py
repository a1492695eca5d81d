"""Which measures no question explains yet."""

from collections.abc import Iterable

from bonescint.registered import words_in

# owed by those who write their questions; any other measure needs its sentence at once
OWED = {
    "accuracy", "agreement_intercept", "agreement_lower", "agreement_sd_intercept",
    "agreement_sd_slope", "agreement_slope", "agreement_upper", "bias", "cochran_q",
    "cohen_kappa", "cohen_kappa_quadratic", "deming_intercept", "deming_slope",
    "diagnostic_odds_ratio", "fleiss_kappa", "gwet_ac1", "hodges_lehmann", "icc_a1", "icc_ak",
    "jonckheere", "kendall", "kendall_w", "krippendorff_interval", "krippendorff_nominal",
    "krippendorff_ordinal", "kruskal_wallis", "likelihood_ratio_negative",
    "likelihood_ratio_positive", "limit_high", "limit_low", "negative_agreement",
    "nonzero_difference", "passing_bablok_intercept", "passing_bablok_slope",
    "percent_agreement", "positive_agreement", "positive_difference", "power", "rate_ratio",
    "ratio_bias", "ratio_limit_high", "ratio_limit_low", "repeatability_coefficient",
    "spearman", "standardised_difference", "stuart_maxwell", "within_subject_sd", "youden",
    "youden_corrected",
}  # fmt: skip


def explained() -> set[str]:
    """Return the measures for which a question has a sentence on what they are for."""
    keys = (key for words in words_in("text/questions/", "en").values() for key in words)
    return {key.removeprefix("purpose_") for key in keys if key.startswith("purpose_")}


def unexplained(measures: Iterable[str]) -> set[str]:
    """Return those of some measures that lack such a sentence and are not `OWED`."""
    return set(measures) - explained() - OWED
