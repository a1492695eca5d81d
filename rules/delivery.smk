"""What goes to the partner, behind its gates: targets of `deliver`; of `all` only the list of what is incomplete."""


rule deliver:
    """Everything the partner gets; refused while a gate is closed (R14, R27, R28, R33, R39)."""
    input:
        PURGED,
        sheet="results/delivery/partner_sheet.xlsx",
        incomplete="results/hospital/incomplete.csv",
        selection="results/cohort/selection.csv",
        reports=expand("results/anonymization/{batch}.csv", batch=BATCHES),
        folders=expand("results/dicom/{batch}", batch=BATCHES),
    log:
        "logs/deliver.log",
    conda:
        "../envs/python.yaml"
    params:
        # with whatever lies beside the batches
        dicom=lambda wildcards, input: os.path.dirname(input.folders[0]),
        language=LANGUAGE,
        synthetic=SYNTHETIC,
        code=code_digest("scripts/delivery/deliver.py"),
    script:
        "../scripts/delivery/deliver.py"


rule list_incomplete:
    """List the cases that lack a required field of the partner's sheet, and what was decided of them (R26, R28)."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        findings="private/findings.csv",
    output:
        table="results/hospital/incomplete.csv",
        warnings="results/hospital/incomplete.warnings.csv",
    log:
        "logs/list_incomplete.log",
    conda:
        "../envs/python.yaml"
    params:
        decisions=DECISIONS,
        reviewers=reviewers_of_decisions,
        decided=DECIDED_BLANKS,
        code=code_digest("scripts/delivery/list_incomplete.py"),
    script:
        "../scripts/delivery/list_incomplete.py"


rule write_partner_sheet:
    """Write the partner's sheet, columns A to I (R26)."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        findings="private/findings.csv",
        selection="results/cohort/selection.csv",
        reports=expand("results/anonymization/{batch}.csv", batch=BATCHES),
        folders=expand("results/dicom/{batch}", batch=BATCHES),
        # made of tables that were searched for who declined; each run searches anew
        searched=ancient(PURGED),
    output:
        sheet="results/delivery/partner_sheet.xlsx",
    log:
        "logs/write_partner_sheet.log",
    conda:
        "../envs/python.yaml"
    params:
        study=lookup("study", within=config),
        delivery=lookup("delivery", within=config),
        language=LANGUAGE,
        decisions=DECISIONS if os.path.exists(DECISIONS) else None,
        stamp=content_stamp(DECISIONS),
        reviewers=REVIEWERS,
        code=code_digest("scripts/delivery/write_partner_sheet.py"),
    script:
        "../scripts/delivery/write_partner_sheet.py"
