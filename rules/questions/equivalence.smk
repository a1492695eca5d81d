use rule answer_question from asking as equivalence with:
    """Whether two versions are equivalent within the configured margins."""
    input:
        **tables_of("equivalence"),
    output:
        **written_by("equivalence"),
    log:
        "logs/equivalence.log",
    params:
        **asked_of("equivalence"),
