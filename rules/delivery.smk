"""What goes to the partner, behind its gates: targets of `deliver`; of `all` only the list of what is incomplete."""


rule deliver:
    """Everything the partner gets; refused while a gate is closed (R14, R27, R28, R33, R39)."""
    input:
        PURGED,
        sheet="results/delivery/partner_sheet.xlsx",
        incomplete="results/hospital/incomplete.csv",
        planned="results/hospital/planned.csv",
        volumes="results/delivery/volumes.csv",
        contents="results/delivery/contents.csv",
        forms=FORMS_OF_PROVISION if MANAGER else [],
        selection="results/cohort/selection.csv",
        reports=of_batches("results/anonymization/{batch}.csv"),
        folders=of_batches("results/dicom/{batch}"),
    output:
        receipt="results/delivery/checked.json",
    log:
        "logs/deliver.log",
    conda:
        "../envs/python.yaml"
    params:
        # the folder of all batches, so that other files in it are seen too
        dicom=lambda wildcards, input: os.path.dirname(input.folders[0]),
        language=LANGUAGE,
        synthetic=SYNTHETIC,
        round=ROUNDS["volumes"],
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


rule plan_delivery:
    """Say which cases the next delivery holds, and why not the others (R28, R31, R38)."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        findings="private/findings.csv",
        selection="results/cohort/selection.csv",
        incomplete="results/hospital/incomplete.csv",
        reports=of_batches("results/anonymization/{batch}.csv"),
    output:
        table="results/hospital/planned.csv",
    log:
        "logs/plan_delivery.log",
    conda:
        "../envs/python.yaml"
    params:
        stamps=[content_stamp(MARK), content_stamp(DELIVERIES), content_stamp(REQUESTS)],
        ledger=LEDGER,
        contents=DISC.get("contents", "new"),
        code=code_digest("scripts/delivery/plan_delivery.py"),
    script:
        "../scripts/delivery/plan_delivery.py"


rule build_disc:
    """Build the volumes that go to the partner (R29); with nothing new what stands stays."""
    input:
        planned="results/hospital/planned.csv",
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        findings="private/findings.csv",
        selection="results/cohort/selection.csv",
        incomplete="results/hospital/incomplete.csv",
        reports=of_batches("results/anonymization/{batch}.csv"),
        folders=of_batches("results/dicom/{batch}"),
        # an input, so that the disc waits for the conditions of the sheet
        sheet="results/delivery/partner_sheet.xlsx",
        searched=ancient(PURGED),
    output:
        # results/delivery/volumes is written too, but is no output: Snakemake would delete the
        # volumes before the job, and they must stay until the new ones are complete
        volumes="results/delivery/volumes.csv",
        contents="results/delivery/contents.csv",
    log:
        "logs/build_disc.log",
    conda:
        "../envs/python.yaml"
    params:
        study={
            key: config["study"][key]
            for key in ("id", "title", "synthetic", "period_end")
        },
        delivery=lookup("delivery", within=config),
        language=LANGUAGE,
        # a new passphrase needs a new disc
        passphrase=content_stamp(PASSPHRASE) if PASSPHRASE else None,
        round=ROUNDS["volumes"],
        code=code_digest("scripts/delivery/build_disc.py"),
    script:
        "../scripts/delivery/build_disc.py"


rule write_partner_sheet:
    """Write the partner's sheet, columns A to I (R26)."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        findings="private/findings.csv",
        selection="results/cohort/selection.csv",
        reports=of_batches("results/anonymization/{batch}.csv"),
        folders=of_batches("results/dicom/{batch}"),
        planned="results/hospital/planned.csv",
        # after the search for patients who declined; `ancient`, because each run searches again
        searched=ancient(PURGED),
    output:
        sheet="results/delivery/partner_sheet.xlsx",
    log:
        "logs/write_partner_sheet.log",
    conda:
        "../envs/python.yaml"
    params:
        study=lookup("study", within=config),
        # the sheet says nothing about the disc
        delivery={k: v for k, v in config["delivery"].items() if k != "disc"},
        language=LANGUAGE,
        decisions=DECISIONS if os.path.exists(DECISIONS) else None,
        stamp=content_stamp(DECISIONS),
        reviewers=REVIEWERS,
        code=code_digest("scripts/delivery/write_partner_sheet.py"),
    script:
        "../scripts/delivery/write_partner_sheet.py"


rule write_forms:
    """Write what is printed and signed when the volumes are handed over (R29, R33)."""
    input:
        volumes="results/delivery/volumes.csv",
        contents="results/delivery/contents.csv",
    output:
        FORMS_OF_PROVISION,
    log:
        "logs/write_forms.log",
    conda:
        "../envs/python.yaml"
    params:
        config={
            "study": config["study"],
            "papers": config.get("papers"),
            # only the keys that a form shows
            "delivery": {
                "partner": config["delivery"].get("partner"),
                "responsible": config["delivery"].get("responsible"),
                "after_period_end": config["delivery"].get("after_period_end"),
                "disc": {
                    "medium": lookup("delivery/disc/medium", within=config, default="")
                },
            },
            "language": LANGUAGE,
        },
        code=code_digest("scripts/delivery/write_forms.py"),
    script:
        "../scripts/delivery/write_forms.py"
