use rule answer_question from asking as hypotheses with:
    """Every test once: the primary hypothesis, the families (Holm), the exploratory rest."""
    input:
        **tables_of("hypotheses"),
    output:
        **written_by("hypotheses"),
    log:
        "logs/hypotheses.log",
    params:
        **asked_of("hypotheses"),
