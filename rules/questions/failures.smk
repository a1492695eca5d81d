use rule answer_question from asking as failures with:
    """How often the software failed to analyse a case, version against version."""
    input:
        **tables_of("failures"),
    output:
        **written_by("failures"),
    log:
        "logs/failures.log",
    params:
        **asked_of("failures"),
