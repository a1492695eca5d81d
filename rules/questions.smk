"""Needs the reference and the measurements; gives every statistic as Estimate rows, a table a question (R11)."""


module asking:
    snakefile:
        # relative to rules/questions/
        "../answer_question.smk"


for file in sorted((ROOT / "rules" / "questions").glob("*.smk")):

    include: f"questions/{file.name}"


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
