use rule answer_question from asking as bridge with:
    """Products with different tracers compared indirectly, over the research reference analysis of the scans of both."""
    input:
        **tables_of("bridge"),
    output:
        **written_by("bridge"),
    log:
        "logs/bridge.log",
    params:
        **asked_of("bridge"),
