"""Needs the software's exports and the readers' reports; gives them by code, checked, for the cohort alone."""


rule import_software:
    """Bring one software's export to the common table: cohort only, tracer and bounds checked (R6, R8, R9)."""
    input:
        export=lookup("software/{software}/export", within=config),
        cohort="private/cohort.csv",
        receipt="private/codes.json",
    output:
        table="results/software/{software}.csv",
        warnings="results/software/{software}.warnings.csv",
    log:
        "logs/import_software/{software}.log",
    conda:
        "../envs/python.yaml"
    params:
        stamp=lookup("software.{software}.export", within=STAMPS),
        settings=lookup("software/{software}", within=config),
        ledger=LEDGER,
        language=LANGUAGE,
        code=code_digest(
            "bonescint.tables",
            "resources/text/tables.csv",
            "bonescint.identity",
            "schemas/software_export.schema.yaml",
        ),
    script:
        "../scripts/import_software.py"


rule import_readings:
    """Bring one reader's reports to the common table; the findings text stays in private/ (R10, R27)."""
    input:
        report=lookup("readers/{reader}/report", within=config),
        cohort="private/cohort.csv",
        receipt="private/codes.json",
    output:
        table="results/readings/{reader}.csv",
        warnings="results/readings/{reader}.warnings.csv",
        findings="private/findings/{reader}.csv",
    log:
        "logs/import_readings/{reader}.log",
    conda:
        "../envs/python.yaml"
    params:
        stamp=lookup("readers.{reader}.report", within=STAMPS),
        settings=lookup("readers/{reader}", within=config),
        ledger=LEDGER,
        language=LANGUAGE,
        code=code_digest(
            "bonescint.tables",
            "resources/text/tables.csv",
            "bonescint.identity",
            "schemas/reading_report.schema.yaml",
        ),
    script:
        "../scripts/import_readings.py"


rule scan_findings:
    """Join each case's findings and scan them for what may identify somebody (R27)."""
    input:
        findings=expand("private/findings/{reader}.csv", reader=READERS),
        consented="private/consented.csv",
        staff=config["delivery"].get("staff_names") or [],
    output:
        table="private/findings.csv",
    log:
        "logs/scan_findings.log",
    conda:
        "../envs/python.yaml"
    params:
        readers=READERS,
        stamp=STAMPS.get("delivery.staff_names"),
        language=LANGUAGE,
        code=code_digest("bonescint.delivery.review"),
    script:
        "../scripts/scan_findings.py"
