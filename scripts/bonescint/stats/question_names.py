"""The names of the study's questions."""

# every question of the study: its table is results/metrics/<question>.csv; shown in this order
QUESTIONS = (
    "hypotheses",
    "failures",
    "reader_agreement",
    "reader_eod",
    "reader_counts",
    "accuracy",
    "cutoffs",
    "reference_sensitivity",
    "version_diagnosis",
    "version_measurement",
    "equivalence",
    "repeatability",
    "software_comparison",
    "case_mix",
    "hotspot_count",
    "bsi_eod",
    "exposure",
)
