"""Needs the coded tables; gives a draft for the authors of a paper (`snakemake paper`)."""


rule paper:
    """Everything for the authors of a paper."""
    input:
        "results/paper/paper.docx",
        PURGED,


rule write_paper:
    """Write a draft for a paper: methods, results, STARD and GRRAS."""
    input:
        **TABLES,
        warnings=WARNINGS,
        selection=SELECTED,
        provenance="results/provenance.json",
    output:
        document="results/paper/paper.docx",
        methods="results/paper/methods.txt",
        results="results/paper/results.txt",
        numbers="results/paper/numbers.csv",
    log:
        "logs/write_paper.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        study=STATED,
        words=WORDS,
        there=sorted(HAS),
        figures=list(drawn_figures({*HAS, *QUESTIONS}, of_report=False)),
        language=LANGUAGE,
        code=code_digest("scripts/outputs/write_paper.py"),
    script:
        "../scripts/outputs/write_paper.py"
