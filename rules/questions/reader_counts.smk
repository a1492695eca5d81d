use rule answer_question from asking as reader_counts with:
    """How far the readers agree on the number of metastases (R10)."""
    input:
        **tables_of("reader_counts"),
    output:
        **written_by("reader_counts"),
    log:
        "logs/reader_counts.log",
    params:
        **asked_of("reader_counts"),
