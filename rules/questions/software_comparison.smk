use rule answer_question from asking as software_comparison with:
    """One company's software against the other's: other patients, other tracer, labelled so."""
    input:
        **tables_of("software_comparison"),
    output:
        **written_by("software_comparison"),
    log:
        "logs/software_comparison.log",
    params:
        **asked_of("software_comparison"),
