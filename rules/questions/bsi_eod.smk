use rule answer_question from asking as bsi_eod with:
    """BSI, and any metric that is no count, against the readers' grade of the extent of disease."""
    input:
        **tables_of("bsi_eod"),
    output:
        **written_by("bsi_eod"),
    log:
        "logs/bsi_eod.log",
    params:
        **asked_of("bsi_eod"),
