"""The one door: needs a batch of raw instances and the ledger, gives coded DICOM and what was done to it."""


rule anonymize_batch:
    """Write coded copies of a batch's instances, each verified before it gets its name (R15-R24)."""
    input:
        batch=batch_file,
        redactions=rectangles_file,
    output:
        dicom=directory("results/dicom/{batch}"),
        report="results/anonymization/{batch}.csv",
        tags="results/anonymization/{batch}.tags.csv",
        refused="private/refused/{batch}.csv",
    log:
        "logs/anonymize_batch/{batch}.log",
    conda:
        "../envs/python.yaml"
    params:
        dicom=path_of("inputs.dicom"),
        tag_table=TAG_TABLE,
        tag_rules=TAG_RULES,
        ledger=LEDGER,
        # every file of simulated data says so in its fixed descriptions
        descriptions={
            key: ("SYNTHETIC " if SYNTHETIC else "")
            + config["deidentification"][f"{key}_description"]
            for key in ("study", "series")
        },
        secondary_capture=lookup("cohort/secondary_capture", within=config),
        lossy=lookup("deidentification/lossy", within=config, default="keep"),
        keep_private=lookup("deidentification/keep_private", within=config, default=[]),
        vocabulary=path_of("deidentification.vocabulary"),
        terms=STAMPS.get("deidentification.vocabulary"),
        limits=lookup("limits", within=config, default={}),
        decisions=DECISIONS,
        reviewers=reviewers_of_decisions,
        decided=DECIDED_IMAGES,
        stations=DECIDED_STATIONS,
        code=code_digest("scripts/anonymize/anonymize_batch.py"),
    script:
        "../scripts/anonymize/anonymize_batch.py"


rule list_other_exams:
    """Tell whose exam was refused at the door though others could have been taken (R2)."""
    input:
        consented="private/consented.csv",
        cohort="private/cohort.csv",
        excluded="private/excluded.csv",
        refused=of_batches("private/refused/{batch}.csv"),
    output:
        exams="private/other_exams.csv",
        warnings="results/anonymization/other_exams.warnings.csv",
    log:
        "logs/list_other_exams.log",
    conda:
        "../envs/python.yaml"
    params:
        ledger=LEDGER,
        code=code_digest("scripts/anonymize/list_other_exams.py"),
    script:
        "../scripts/anonymize/list_other_exams.py"


rule summarise_anonymization:
    """List the cases by code and assert that the files present are the files written."""
    input:
        reports=of_batches("results/anonymization/{batch}.csv"),
        dicom=of_batches("results/dicom/{batch}"),
    output:
        cases="results/cases.csv",
    log:
        "logs/summarise_anonymization.log",
    conda:
        "../envs/python.yaml"
    params:
        code=code_digest("scripts/anonymize/summarise_anonymization.py"),
    script:
        "../scripts/anonymize/summarise_anonymization.py"


rule report_deidentification:
    """Count for the auditor what was done by row of the hospital's table and by rule, and how unique the cases are (R18, R24)."""
    input:
        reports=of_batches("results/anonymization/{batch}.csv"),
        tags=of_batches("results/anonymization/{batch}.tags.csv"),
        cases="results/cases.csv",
    output:
        tag_table="results/anonymization/tag_table.csv",
        rule_counts="results/anonymization/rule_counts.csv",
        unlisted="results/anonymization/unlisted.csv",
        instances="results/anonymization/instances.csv",
        anonymity="results/anonymization/k_anonymity.csv",
        unique_cases="results/anonymization/unique_cases.csv",
        warnings="results/anonymization/deidentification.warnings.csv",
    log:
        "logs/report_deidentification.log",
    conda:
        "../envs/python.yaml"
    params:
        hospital_table=TAG_TABLE,
        tag_rules=TAG_RULES,
        language=language_of_messages,
        code=code_digest("scripts/anonymize/report_deidentification.py"),
    script:
        "../scripts/anonymize/report_deidentification.py"
