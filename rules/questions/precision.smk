use rule answer_question from asking as precision with:
    """What the planned cases can show: expected intervals and power at the planned difference."""
    input:
        **tables_of("precision"),
    output:
        **written_by("precision"),
    log:
        "logs/precision.log",
    params:
        **asked_of("precision"),
