use rule answer_question from asking as repeatability with:
    """Values that the preceding study stored of the same cases, against today's."""
    input:
        **tables_of("repeatability"),
    output:
        **written_by("repeatability"),
    log:
        "logs/repeatability.log",
    params:
        **asked_of("repeatability"),
