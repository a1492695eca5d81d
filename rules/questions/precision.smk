use rule answer_question from asking as precision with:
    """How wide the intervals are and how large the power is with the planned cases and the planned difference."""
    input:
        **tables_of("precision"),
    output:
        **written_by("precision"),
    log:
        "logs/precision.log",
    params:
        **asked_of("precision"),
