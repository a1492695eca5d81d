use rule answer_question from asking as case_mix with:
    """How the patients of the two tracers differ."""
    input:
        **tables_of("case_mix"),
    output:
        **written_by("case_mix"),
    log:
        "logs/case_mix.log",
    params:
        **asked_of("case_mix"),
