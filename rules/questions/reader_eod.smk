use rule answer_question from asking as reader_eod with:
    """How far the readers agree on the grade of the extent of disease (R10)."""
    input:
        **tables_of("reader_eod"),
    output:
        **written_by("reader_eod"),
    log:
        "logs/reader_eod.log",
    params:
        **asked_of("reader_eod"),
