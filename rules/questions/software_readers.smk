use rule answer_question from asking as software_readers with:
    """Whether each software agrees with the readers as the readers agree with each other."""
    input:
        **tables_of("software_readers"),
    output:
        **written_by("software_readers"),
    log:
        "logs/software_readers.log",
    params:
        **asked_of("software_readers"),
