use rule answer_question from asking as cutoffs with:
    """Sensitivity, specificity and likelihood ratios at the configured cut-offs, and Youden's."""
    input:
        **tables_of("cutoffs"),
    output:
        **written_by("cutoffs"),
    log:
        "logs/cutoffs.log",
    params:
        **asked_of("cutoffs"),
