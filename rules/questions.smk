"""Needs the reference and the measurements; gives every statistic as Estimate rows, a table a question (R11)."""


rule assess_reader_agreement:
    """How far the readers agree on yes or no (R10)."""
    input:
        readings=CHOSEN_READINGS,
    output:
        table="results/metrics/reader_agreement.csv",
    log:
        "logs/assess_reader_agreement.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/assess_reader_agreement.py"),
    script:
        "../scripts/questions/assess_reader_agreement.py"


rule assess_reader_eod:
    """How far the readers agree on the grade of the extent of disease (R10)."""
    input:
        readings=CHOSEN_READINGS,
    output:
        table="results/metrics/reader_eod.csv",
    log:
        "logs/assess_reader_eod.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/assess_reader_eod.py"),
    script:
        "../scripts/questions/assess_reader_eod.py"


rule assess_reader_counts:
    """How far the readers agree on the number of metastases (R10)."""
    input:
        readings=CHOSEN_READINGS,
    output:
        table="results/metrics/reader_counts.csv",
    log:
        "logs/assess_reader_counts.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/assess_reader_counts.py"),
    script:
        "../scripts/questions/assess_reader_counts.py"


rule count_failures:
    """How often the software failed to analyse a case, version against version."""
    input:
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/failures.csv",
    log:
        "logs/count_failures.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.version_pairs(config),
        software=SOFTWARE,
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/count_failures.py"),
    script:
        "../scripts/questions/count_failures.py"


rule estimate_accuracy:
    """AUC of each software against the reference standard."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/accuracy.csv",
        curves="results/metrics/roc_curves.csv",
    log:
        "logs/estimate_accuracy.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/estimate_accuracy.py"),
    script:
        "../scripts/questions/estimate_accuracy.py"


rule estimate_cutoffs:
    """Sensitivity, specificity and likelihood ratios at the configured cut-offs, and Youden's."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/cutoffs.csv",
    log:
        "logs/estimate_cutoffs.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs", "optimism"),
        code=code_digest("scripts/questions/estimate_cutoffs.py"),
    script:
        "../scripts/questions/estimate_cutoffs.py"


rule vary_reference:
    """Accuracy against each reader alone, the unanimous cases, and any reader."""
    input:
        readings=CHOSEN_READINGS,
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/reference_sensitivity.csv",
    log:
        "logs/vary_reference.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs"),
        code=code_digest("scripts/questions/vary_reference.py"),
    script:
        "../scripts/questions/vary_reference.py"


rule compare_version_diagnosis:
    """Diagnoses of an old version against a new one, on the same patients."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/version_diagnosis.csv",
        reclassified="results/metrics/reclassified.csv",
    log:
        "logs/compare_version_diagnosis.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.version_pairs(config),
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs"),
        code=code_digest("scripts/questions/compare_version_diagnosis.py"),
    script:
        "../scripts/questions/compare_version_diagnosis.py"


rule compare_version_measurement:
    """Values of an old version against a new one, on the same patients."""
    input:
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/version_measurement.csv",
    log:
        "logs/compare_version_measurement.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.version_pairs(config),
        software=SOFTWARE,
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/compare_version_measurement.py"),
    script:
        "../scripts/questions/compare_version_measurement.py"


rule assess_equivalence:
    """Whether two versions are equivalent within the configured margins."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/equivalence.csv",
    log:
        "logs/assess_equivalence.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.version_pairs(config),
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs", "margins"),
        code=code_digest("scripts/questions/assess_equivalence.py"),
    script:
        "../scripts/questions/assess_equivalence.py"


rule assess_repeatability:
    """Values that the preceding study stored of the same cases, against today's."""
    input:
        measurements=f"{CHOSEN}/measurements.csv",
        repeats=STORED_TABLES,
    output:
        table="results/metrics/repeatability.csv",
    log:
        "logs/assess_repeatability.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["stored"],
        compared=list(REPEATS),
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs"),
        code=code_digest("scripts/questions/assess_repeatability.py"),
    script:
        "../scripts/questions/assess_repeatability.py"


rule compare_software:
    """One company's software against the other's: other patients, other tracer, labelled so."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/software_comparison.csv",
    log:
        "logs/compare_software.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.product_pairs(config),
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs"),
        code=code_digest("scripts/questions/compare_software.py"),
    script:
        "../scripts/questions/compare_software.py"


rule compare_case_mix:
    """How the patients of the two tracers differ."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
    output:
        table="results/metrics/case_mix.csv",
    log:
        "logs/compare_case_mix.log",
    conda:
        "../envs/python.yaml"
    params:
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/compare_case_mix.py"),
    script:
        "../scripts/questions/compare_case_mix.py"


rule relate_hotspots:
    """Hotspot against the readers' number of metastases."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/hotspot_count.csv",
    log:
        "logs/relate_hotspots.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/relate_hotspots.py"),
    script:
        "../scripts/questions/relate_hotspots.py"


rule relate_eod:
    """BSI against the readers' grade of the extent of disease."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
    output:
        table="results/metrics/bsi_eod.csv",
    log:
        "logs/relate_eod.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        confidence=METRICS["confidence"],
        code=code_digest("scripts/questions/relate_eod.py"),
    script:
        "../scripts/questions/relate_eod.py"


rule estimate_exposure:
    """Results with and without the cases that a version may have been trained on (R31)."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
        exposure="results/exposure.csv",
    output:
        table="results/metrics/exposure.csv",
    log:
        "logs/estimate_exposure.log",
    conda:
        "../envs/python.yaml"
    params:
        pairs=study.version_pairs(config),
        software=SOFTWARE,
        settings=metrics_of("confidence", "cutoffs"),
        code=code_digest("scripts/questions/estimate_exposure.py"),
    script:
        "../scripts/questions/estimate_exposure.py"


rule list_misclassified:
    """Every misclassified case with all its values; the incidental findings for the hospital (R34)."""
    input:
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
        readings=CHOSEN_READINGS,
    output:
        misclassified="results/metrics/misclassified.csv",
        incidental="results/hospital/incidental.csv",
    log:
        "logs/list_misclassified.log",
    conda:
        "../envs/python.yaml"
    params:
        imported=ROUNDS["readings"],
        software=SOFTWARE,
        cutoffs=METRICS["cutoffs"],
        settings=METRICS["values"],
        code=code_digest("scripts/questions/list_misclassified.py"),
    script:
        "../scripts/questions/list_misclassified.py"


rule adjust_hypotheses:
    """Every test once: the primary hypothesis, the families (Holm), the exploratory rest."""
    input:
        tables=[TABLES[question] for question in QUESTIONS if question != "hypotheses"],
    output:
        table="results/metrics/hypotheses.csv",
    log:
        "logs/adjust_hypotheses.log",
    conda:
        "../envs/python.yaml"
    params:
        primary=METRICS["primary"],
        families=METRICS["families"],
        language=language_of_messages,
        code=code_digest("scripts/questions/adjust_hypotheses.py"),
    script:
        "../scripts/questions/adjust_hypotheses.py"
