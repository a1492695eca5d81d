use rule answer_question from asking as repeatability with:
    """Two results of the same cases: stored values, a second operator's, a reader's second reading."""
    input:
        **tables_of("repeatability"),
    output:
        **written_by("repeatability"),
    log:
        "logs/repeatability.log",
    params:
        **asked_of("repeatability"),
