"""Needs coded tables, coded DICOM and, on the identified side, the raw tree; gives the page on which a person decides: targets of `review`."""


rule review:
    """The page on which a person looks at everything that waits and at every image that is to leave (R22, R23, R27)."""
    input:
        "private/review/index.html",
        PURGED,


rule list_review_items:
    """List every image that is to leave and everything that waits for a person (R22, R23, R27)."""
    input:
        batches=of_batches("private/batches/{batch}.csv"),
        reports=of_batches("results/anonymization/{batch}.csv"),
        refused=of_batches("private/refused/{batch}.csv"),
        dicom=of_batches("results/dicom/{batch}"),
        excluded="private/excluded.csv",
        consented="private/consented.csv",
        findings="private/findings.csv",
        incomplete="results/hospital/incomplete.csv",
        selection="results/cohort/selection.csv",
        planned="results/hospital/planned.csv",
        doubts=str(OPT_OUT_DOUBTS),
        # after the search for patients who declined; `ancient`, because each run searches again
        searched=ancient(PURGED),
    output:
        table="private/review/items.csv",
    log:
        "logs/list_review_items.log",
    conda:
        "../envs/python.yaml"
    params:
        raw=path_of("inputs.dicom"),
        ledger=LEDGER,
        keep_private=lookup("deidentification/keep_private", within=config, default=[]),
        decisions=DECISIONS,
        decided=content_stamp(DECISIONS),
        reviewers=REVIEWERS,
        code=code_digest("scripts/review/list_review_items.py"),
    script:
        "../scripts/review/list_review_items.py"


rule write_review_page:
    """Make the page: pictures, headers before and after, what each decision does."""
    input:
        listed="private/review/items.csv",
        batches=of_batches("private/batches/{batch}.csv"),
        reports=of_batches("results/anonymization/{batch}.csv"),
        refused=of_batches("private/refused/{batch}.csv"),
        dicom=of_batches("results/dicom/{batch}"),
        findings="private/findings.csv",
    output:
        page="private/review/index.html",
    log:
        "logs/write_review_page.log",
    conda:
        "../envs/python.yaml"
    params:
        raw=path_of("inputs.dicom"),
        ledger=LEDGER,
        keep_private=lookup("deidentification/keep_private", within=config, default=[]),
        study={key: config["study"][key] for key in ("id", "title", "synthetic")},
        language=LANGUAGE,
        code=code_digest("scripts/review/write_review_page.py"),
    script:
        "../scripts/review/write_review_page.py"
