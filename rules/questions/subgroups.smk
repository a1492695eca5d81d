use rule answer_question from asking as subgroups with:
    """Performance and differences of versions in the configured subgroups; exploratory, without tests."""
    input:
        **tables_of("subgroups"),
    output:
        **written_by("subgroups"),
    log:
        "logs/subgroups.log",
    params:
        **asked_of("subgroups"),
