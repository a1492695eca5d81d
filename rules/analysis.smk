"""Needs the coded tables; gives them to a statistician: for R, EZR and REDCap (`snakemake tables`)."""

# further tables that questions write, with one row per case or point
FURTHER = {
    table: f"results/metrics/{table}.csv"
    for name in QUESTIONS
    for table in question(name).also
}


rule tables:
    """Everything for R, EZR and REDCap."""
    input:
        "results/analysis",
        PURGED,


rule write_analysis:
    """Write cases and results as CSV for R, EZR and REDCap, with an R script; for use in the hospital."""
    input:
        **FURTHER,
        **{name: path for name, path in OF_QUESTIONS.items() if name != "questions"},
        answers=[TABLES[name] for name in QUESTIONS],
        flow=TABLES["flow"],
        balance=TABLES["balance"],
        selection=SELECTED,
        misclassified=CASE_LISTS["misclassified"],
        searched=ancient(PURGED),
    output:
        folder=directory("results/analysis"),
    log:
        "logs/write_analysis.log",
    conda:
        "../envs/python.yaml"
    params:
        questions=list(QUESTIONS),
        study={
            "software": SOFTWARE,
            "readers": {key: WORDS[f"reader.{key}"] for key in READERS},
            "metrics": METRICS["values"],
            "cutoffs": METRICS["cutoffs"],
            "version_pairs": VERSION_PAIRS,
            "confidence": METRICS["confidence"],
            "title": config["study"]["title"],
            "language": LANGUAGE,
            "synthetic": SYNTHETIC,
        },
        code=code_digest("scripts/outputs/write_analysis.py"),
    script:
        "../scripts/outputs/write_analysis.py"
