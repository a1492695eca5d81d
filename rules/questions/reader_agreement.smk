use rule answer_question from asking as reader_agreement with:
    """How far the readers agree on yes or no (R10)."""
    input:
        **tables_of("reader_agreement"),
    output:
        **written_by("reader_agreement"),
    log:
        "logs/reader_agreement.log",
    params:
        **asked_of("reader_agreement"),
