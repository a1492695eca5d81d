use rule answer_question from asking as reference_sensitivity with:
    """Performance against each reader alone, the unanimous cases, and any reader."""
    input:
        **tables_of("reference_sensitivity"),
    output:
        **written_by("reference_sensitivity"),
    log:
        "logs/reference_sensitivity.log",
    params:
        **asked_of("reference_sensitivity"),
