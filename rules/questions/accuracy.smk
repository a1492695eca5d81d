use rule answer_question from asking as accuracy with:
    """AUC of each software against the reference standard."""
    input:
        **tables_of("accuracy"),
    output:
        **written_by("accuracy"),
    log:
        "logs/accuracy.log",
    params:
        **asked_of("accuracy"),
