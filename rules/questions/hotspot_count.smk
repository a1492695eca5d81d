use rule answer_question from asking as hotspot_count with:
    """Hotspot, and any other count, against the readers' number of metastases."""
    input:
        **tables_of("hotspot_count"),
    output:
        **written_by("hotspot_count"),
    log:
        "logs/hotspot_count.log",
    params:
        **asked_of("hotspot_count"),
