"""Needs coded DICOM; gives what the research reference analyser finds in it (`software.reference`)."""

OF_QUESTIONS["analysed"] = "results/analyser/cases.csv"
CASE_LISTS |= {
    "analysed": "results/analyser/cases.csv",
    "analysed_regions": "results/analyser/regions.csv",
}


rule analyse_batch:
    """Analyse a batch's coded scans with the research reference analyser, or say why not."""
    input:
        dicom="results/dicom/{batch}",
        report="results/anonymization/{batch}.csv",
    output:
        table="results/analyser/batches/{batch}.csv",
        regions="results/analyser/batches/{batch}.regions.csv",
        marks="results/analyser/batches/{batch}.marks.csv",
    log:
        "logs/analyse_batch/{batch}.log",
    conda:
        "../envs/python.yaml"
    params:
        code=code_digest("scripts/analyser/analyse_batch.py"),
    script:
        "../scripts/analyser/analyse_batch.py"


rule gather_analyses:
    """Join what the research reference analyser found in every batch, for the cases of the study."""
    input:
        tables=of_batches("results/analyser/batches/{batch}.csv"),
        parts=of_batches("results/analyser/batches/{batch}.regions.csv"),
        cases=f"{CHOSEN}/cases.csv",
    output:
        table="results/analyser/cases.csv",
        regions="results/analyser/regions.csv",
    log:
        "logs/gather_analyses.log",
    conda:
        "../envs/python.yaml"
    params:
        code=code_digest("scripts/analyser/gather_analyses.py"),
    script:
        "../scripts/analyser/gather_analyses.py"
