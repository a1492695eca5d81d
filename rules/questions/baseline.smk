use rule answer_question from asking as baseline with:
    """Who the cases are, by tracer and together: age, height, weight, findings."""
    input:
        **tables_of("baseline"),
    output:
        **written_by("baseline"),
    log:
        "logs/baseline.log",
    params:
        **asked_of("baseline"),
