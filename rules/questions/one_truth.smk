use rule answer_question from asking as one_truth with:
    """Each reader and each software against the same truth: the majority of the other readers (R10, R11)."""
    input:
        **tables_of("one_truth"),
    output:
        **written_by("one_truth"),
    log:
        "logs/one_truth.log",
    params:
        **asked_of("one_truth"),
