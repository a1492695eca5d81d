"""Needs the raw folder; gives an index of every file below it, from headers alone."""

# rows of the cached index are used only if the same code and settings made them
INDEX_CACHE = "private/index.age"
INDEXED_BY = values_stamp(
    [
        code_digest("scripts/ingest/index_dicom.py"),
        *TRACERS,
        *(f"{name} {most}" for name, most in config.get("limits", {}).items()),
    ]
)


rule index_dicom:
    """Read every file's header once: patient, exam, what kind of image, which tracer."""
    input:
        given=given("inputs.dicom"),
    output:
        index=temp("private/index.csv"),
        unindexed=temp("private/unindexed.csv"),
        receipt="private/indexed.json",
    log:
        "logs/index_dicom.log",
    conda:
        "../envs/python.yaml"
    threads: 4
    params:
        dicom=path_of("inputs.dicom"),
        stamp=STAMPS["inputs.dicom"],
        tracers=TRACERS,
        limits=lookup("limits", within=config, default={}),
        # the index of the last run; filter_opt_out writes it, without patients who declined
        cache=INDEX_CACHE,
        ledger=LEDGER,
        indexed_by=INDEXED_BY,
        language=language_of_messages,
        code=code_digest("scripts/ingest/index_dicom.py"),
    script:
        "../scripts/ingest/index_dicom.py"
