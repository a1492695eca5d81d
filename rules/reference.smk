"""Needs coded tables; gives the reference standard, the measurements, both of the chosen cases alone, the cases checked and the flow."""


rule build_reference:
    """Form the reference standard from the readers by the configured consensus (R10)."""
    input:
        readings=READINGS,
        cases="results/cases.csv",
    output:
        table="results/reference.csv",
        warnings="results/reference.warnings.csv",
    log:
        "logs/build_reference.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        settings=lookup("reference", within=config),
        code=code_digest("scripts/reference/build_reference.py"),
    script:
        "../scripts/reference/build_reference.py"


rule build_measurements:
    """Put the software's results under each other: one row a case, software and metric (R8)."""
    input:
        software=IMPORTED,
    output:
        table="results/measurements.csv",
        warnings="results/measurements.warnings.csv",
    log:
        "logs/build_measurements.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["software"],
        metrics={key: one["metrics"] for key, one in SOFTWARE.items()},
        settings=METRICS["values"],
        code=code_digest("scripts/reference/build_measurements.py"),
    script:
        "../scripts/reference/build_measurements.py"


rule restrict_tables:
    """Keep the chosen cases' rows: the one place between the coded tables and who reads them (R3, R4)."""
    input:
        selection="results/cohort/selection.csv",
        cases="results/cases.csv",
        reference="results/reference.csv",
        measurements="results/measurements.csv",
        readings=READINGS,
    output:
        cases="results/chosen/cases.csv",
        reference="results/chosen/reference.csv",
        measurements="results/chosen/measurements.csv",
        readings=expand("results/chosen/readings/{reader}.csv", reader=READERS),
    log:
        "logs/restrict_tables.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        code=code_digest("scripts/reference/restrict_tables.py"),
    script:
        "../scripts/reference/restrict_tables.py"


rule check_cases:
    """Check the margins of the 2x2 table and the plausibility of each case (R3, R4)."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        readings=CHOSEN_READINGS,
    output:
        balance="results/cohort/balance.csv",
        warnings="results/cohort/cases.warnings.csv",
    log:
        "logs/check_cases.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        targets=lookup("cohort/targets", within=config),
        has_readers=bool(READERS),
        code=code_digest("scripts/reference/check_cases.py"),
    script:
        "../scripts/reference/check_cases.py"


rule summarise_flow:
    """Carry the flow from files found to cases analysed; the counts add up."""
    input:
        flow="results/cohort/flow.csv",
        anonymization=of_batches("results/anonymization/{batch}.csv"),
        reference=f"{CHOSEN}/reference.csv",
        selection=SELECTED,
        software=IMPORTED,
    output:
        table="results/metrics/flow.csv",
    log:
        "logs/summarise_flow.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["software"],
        software=list(SOFTWARE),
        tracers=TRACERS,
        has_readers=bool(READERS),
        code=code_digest("scripts/reference/summarise_flow.py"),
    script:
        "../scripts/reference/summarise_flow.py"
