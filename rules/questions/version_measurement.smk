use rule answer_question from asking as version_measurement with:
    """Values of an old version against a new one, on the same patients."""
    input:
        **tables_of("version_measurement"),
    output:
        **written_by("version_measurement"),
    log:
        "logs/version_measurement.log",
    params:
        **asked_of("version_measurement"),
