use rule answer_question from asking as interchangeability with:
    """Whether a software could take the place of a reader without more disagreement."""
    input:
        **tables_of("interchangeability"),
    output:
        **written_by("interchangeability"),
    log:
        "logs/interchangeability.log",
    params:
        **asked_of("interchangeability"),
