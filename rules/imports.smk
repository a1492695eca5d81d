"""Needs the software's exports and the readers' reports; gives them by code, checked, for the cohort alone."""


rule import_software:
    """Bring one software's export to the common table: cohort only, tracer and bounds checked (R6, R8, R9)."""
    input:
        given=lambda wildcards: given(
            f"software.{wildcards.software}.export",
            f"software.{wildcards.software}.second_export",
        ),
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
        export=lookup("software/{software}/export", within=config),
        # the same table typed by a second person, if there is one (double entry)
        second=lookup("software/{software}/second_export", within=config, default=None),
        stamp=lambda wildcards: [
            STAMPS.get(f"software.{wildcards.software}.{table}")
            for table in ("export", "second_export")
        ],
        software="{software}",
        settings=lambda wildcards: own_settings(config["software"][wildcards.software]),
        metrics=METRICS["values"],
        # the faults of a bad table, with its cells marked; no output, because Snakemake deletes
        # the outputs of a failed job
        faults="private/faults/{software}.xlsx",
        same=lambda wildcards: SAME_TABLES[f"software.{wildcards.software}"],
        synthetic=SYNTHETIC,
        ledger=LEDGER,
        language=language_of_messages,
        code=code_digest("scripts/imports/import_software.py"),
    script:
        "../scripts/imports/import_software.py"


rule import_repeat:
    """Bring a software's further results of the same cases to the common table (R8, R9)."""
    input:
        given=lambda wildcards: given(AGAIN[wildcards.again].key),
        cohort="private/cohort.csv",
        receipt="private/codes.json",
    output:
        table="results/repeats/{again}.csv",
        warnings="results/repeats/{again}.warnings.csv",
    log:
        "logs/import_repeat/{again}.log",
    conda:
        "../envs/python.yaml"
    params:
        stamp=lambda wildcards: STAMPS.get(AGAIN[wildcards.again].key),
        export=lambda wildcards: AGAIN[wildcards.again].settings["file"],
        second=None,
        software=lambda wildcards: AGAIN[wildcards.again].entry,
        settings=lambda wildcards: AGAIN[wildcards.again].settings,
        metrics=METRICS["values"],
        faults="private/faults/{again}.xlsx",
        same=None,
        synthetic=SYNTHETIC,
        ledger=LEDGER,
        language=language_of_messages,
        code=code_digest("scripts/imports/import_software.py"),
    script:
        "../scripts/imports/import_software.py"


rule import_readings:
    """Bring one reader's reports to the common table; the findings text stays in private/ (R10, R27)."""
    input:
        given=lambda wildcards: given(
            f"readers.{wildcards.reader}.report",
            f"readers.{wildcards.reader}.second_report",
        ),
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
        report=lookup("readers/{reader}/report", within=config),
        second=lookup("readers/{reader}/second_report", within=config, default=None),
        stamp=lambda wildcards: [
            STAMPS.get(f"readers.{wildcards.reader}.{table}")
            for table in ("report", "second_report")
        ],
        reader="{reader}",
        settings=lambda wildcards: own_settings(config["readers"][wildcards.reader]),
        faults="private/faults/{reader}.xlsx",
        same=lambda wildcards: SAME_TABLES[f"readers.{wildcards.reader}"],
        synthetic=SYNTHETIC,
        ledger=LEDGER,
        language=language_of_messages,
        code=code_digest("scripts/imports/import_readings.py"),
    script:
        "../scripts/imports/import_readings.py"


rule import_second_reading:
    """Bring one reader's second reading of the same cases to the common table, without findings (R10)."""
    input:
        given=lambda wildcards: given(AGAIN[wildcards.again].key),
        cohort="private/cohort.csv",
        receipt="private/codes.json",
    output:
        table="results/second_readings/{again}.csv",
        warnings="results/second_readings/{again}.warnings.csv",
    log:
        "logs/import_second_reading/{again}.log",
    conda:
        "../envs/python.yaml"
    params:
        stamp=lambda wildcards: STAMPS.get(AGAIN[wildcards.again].key),
        report=lambda wildcards: AGAIN[wildcards.again].settings["file"],
        second=None,
        reader=lambda wildcards: AGAIN[wildcards.again].entry,
        settings=lambda wildcards: AGAIN[wildcards.again].settings,
        faults="private/faults/{again}.xlsx",
        same=None,
        synthetic=SYNTHETIC,
        ledger=LEDGER,
        language=language_of_messages,
        code=code_digest("scripts/imports/import_readings.py"),
    script:
        "../scripts/imports/import_readings.py"


rule scan_findings:
    """Join each case's findings and scan them for what may identify somebody (R27)."""
    input:
        findings=expand("private/findings/{reader}.csv", reader=READERS),
        consented="private/consented.csv",
        given=given("delivery.staff_names"),
    output:
        table="private/findings.csv",
    log:
        "logs/scan_findings.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        readers=READERS,
        staff=path_of("delivery.staff_names"),
        stamp=STAMPS.get("delivery.staff_names"),
        language=LANGUAGE,
        code=code_digest("scripts/imports/scan_findings.py"),
    script:
        "../scripts/imports/scan_findings.py"


rule mark_exposure:
    """Mark the cases delivered before a version's release: it may have been trained on them (R31)."""
    input:
        cases=f"{CHOSEN}/cases.csv",
    output:
        table="results/exposure.csv",
    log:
        "logs/mark_exposure.log",
    conda:
        "../envs/python.yaml"
    params:
        stamp=content_stamp(DELIVERIES),
        software=SOFTWARE,
        ledger=LEDGER,
        code=code_digest("scripts/imports/mark_exposure.py"),
    script:
        "../scripts/imports/mark_exposure.py"
