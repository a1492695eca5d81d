use rule answer_question from asking as version_diagnosis with:
    """Diagnoses of an old version against a new one, on the same patients."""
    input:
        **tables_of("version_diagnosis"),
    output:
        **written_by("version_diagnosis"),
    log:
        "logs/version_diagnosis.log",
    params:
        **asked_of("version_diagnosis"),
