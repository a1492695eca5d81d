"""Which measures no question explains yet."""

from collections.abc import Iterable

from bonescint.registered import words_in

# owed by those who write their questions; any other measure needs its sentence at once
OWED = {
    "agreement_intercept", "agreement_lower", "agreement_sd_intercept", "agreement_sd_slope",
    "agreement_slope", "agreement_upper", "deming_intercept", "deming_slope", "hodges_lehmann",
    "nonzero_difference", "passing_bablok_intercept", "passing_bablok_slope", "rate_ratio",
    "ratio_bias", "ratio_limit_high", "ratio_limit_low",
}  # fmt: skip


def explained() -> set[str]:
    """Return the measures for which a question has a sentence on what they are for."""
    keys = (key for words in words_in("text/questions/", "en").values() for key in words)
    return {key.removeprefix("purpose_") for key in keys if key.startswith("purpose_")}


def unexplained(measures: Iterable[str]) -> set[str]:
    """Return those of some measures that lack such a sentence and are not `OWED`."""
    return set(measures) - explained() - OWED
