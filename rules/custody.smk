"""The last step: nothing is left of who declined; and what a run says at its end."""


rule verify_purge:
    """Look for everybody who declined in every file of every side; at every run (R12)."""
    input:
        **TABLES,
        warnings=WARNINGS,
        figures=FIGURES,
        workbook="results/study.xlsx",
        report="results/report.html",
        findings="private/findings.csv",
        declined="private/declined.age",
    output:
        receipt="results/purge.json",
    log:
        "logs/verify_purge.log",
    conda:
        "../envs/python.yaml"
    params:
        run=RUN,
        ledger=LEDGER,
        inputs=list(study.inputs(config).values()),
        decisions=DECISIONS,
        language=LANGUAGE,
    script:
        "../scripts/verify_purge.py"


onsuccess:
    if line := summary_line(config["study"], date.today(), LANGUAGE):
        print(line, file=sys.stderr)


onerror:
    print(Texts("flow", LANGUAGE)("run_failed"), file=sys.stderr)
