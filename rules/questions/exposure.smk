use rule answer_question from asking as exposure with:
    """Results with and without the cases that a version may have been trained on (R31)."""
    input:
        **tables_of("exposure"),
    output:
        **written_by("exposure"),
    log:
        "logs/exposure.log",
    params:
        **asked_of("exposure"),
