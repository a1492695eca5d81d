"""Needs coded tables alone; gives the reference standard, the measurements and every statistic as Estimate rows."""


rule build_reference:
    """Form the reference standard from the readers by the configured consensus (R10)."""
    input:
        readings=expand("results/readings/{reader}.csv", reader=READERS),
        cases="results/cases.csv",
    output:
        table="results/reference.csv",
    log:
        "logs/build_reference.log",
    conda:
        "../envs/python.yaml"
    params:
        settings=lookup("reference", within=config),
        code=code_digest("bonescint.stats"),
    script:
        "../scripts/build_reference.py"


rule build_measurements:
    """Put the software's results under each other: one row a case, software and metric (R8)."""
    input:
        software=expand("results/software/{software}.csv", software=SOFTWARE),
    output:
        table="results/measurements.csv",
    log:
        "logs/build_measurements.log",
    conda:
        "../envs/python.yaml"
    params:
        code=code_digest("bonescint.stats"),
    script:
        "../scripts/build_measurements.py"


rule check_cases:
    """Check the margins of the 2x2 table and the plausibility of each case (R3, R4)."""
    input:
        cases="results/cases.csv",
        reference="results/reference.csv",
    output:
        balance="results/cohort/balance.csv",
        warnings="results/cohort/cases.warnings.csv",
    log:
        "logs/check_cases.log",
    conda:
        "../envs/python.yaml"
    params:
        targets=lookup("cohort/targets", within=config),
        language=LANGUAGE,
    script:
        "../scripts/check_cases.py"


rule summarise_flow:
    """Carry the flow from files found to cases analysed; the counts add up."""
    input:
        flow="results/cohort/flow.csv",
        anonymization=expand("results/anonymization/{batch}.csv", batch=BATCHES),
        reference="results/reference.csv",
        software=expand("results/software/{software}.csv", software=SOFTWARE),
    output:
        table="results/metrics/flow.csv",
    log:
        "logs/summarise_flow.log",
    conda:
        "../envs/python.yaml"
    params:
        software=list(SOFTWARE),
    script:
        "../scripts/summarise_flow.py"


rule estimate_accuracy:
    """Diagnostic accuracy of each software against the reference standard (R11)."""
    input:
        reference="results/reference.csv",
        measurements="results/measurements.csv",
    output:
        table="results/metrics/accuracy.csv",
        curves="results/metrics/roc_curves.csv",
    log:
        "logs/estimate_accuracy.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        settings=lookup("metrics", within=config),
        code=code_digest("bonescint.stats"),
    script:
        "../scripts/estimate_accuracy.py"


rule compare_versions:
    """Old version against new, on the same patients (R11)."""
    input:
        reference="results/reference.csv",
        measurements="results/measurements.csv",
    output:
        table="results/metrics/version_change.csv",
    log:
        "logs/compare_versions.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.version_pairs(config),
        settings=lookup("metrics", within=config),
        code=code_digest("bonescint.stats"),
    script:
        "../scripts/compare_versions.py"


rule compare_software:
    """One company's software against the other's: other patients, other tracer, labelled so (R11)."""
    input:
        reference="results/reference.csv",
        measurements="results/measurements.csv",
    output:
        table="results/metrics/software_comparison.csv",
    log:
        "logs/compare_software.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.product_pairs(config),
        settings=lookup("metrics", within=config),
        code=code_digest("bonescint.stats"),
    script:
        "../scripts/compare_software.py"


rule assess_reader_agreement:
    """How far the readers agree with each other (R10)."""
    input:
        readings=expand("results/readings/{reader}.csv", reader=READERS),
    output:
        table="results/metrics/reader_agreement.csv",
    log:
        "logs/assess_reader_agreement.log",
    conda:
        "../envs/python.yaml"
    params:
        settings=lookup("metrics", within=config),
        code=code_digest("bonescint.stats"),
    script:
        "../scripts/assess_reader_agreement.py"
