"""What was delivered of who declined is recalled; the last step: nothing is left of them; what a run says at its end."""


rule write_recalls:
    """Ask the partner to give back what was delivered of somebody who declined (R12, R31)."""
    input:
        # with it the hospital's list is on record in the ledger
        counts="results/cohort/opt_out.csv",
    output:
        warnings="results/cohort/recalls.warnings.csv",
    log:
        "logs/write_recalls.log",
    conda:
        "../envs/python.yaml"
    params:
        stamps=[
            STAMPS["inputs.opt_out"],
            content_stamp(MARK),
            content_stamp(DELIVERIES),
        ],
        ledger=LEDGER,
        # named in a notice
        study={key: config["study"][key] for key in ("id", "title", "synthetic")},
        recalls=str(RECALLS),
        language=language_of_messages,
        code=code_digest("scripts/custody/write_recalls.py"),
    script:
        "../scripts/custody/write_recalls.py"


rule verify_purge:
    """Look for everybody who declined in every file of every side; at every run (R12)."""
    input:
        **TABLES,
        **CASE_LISTS,
        warnings=WARNINGS,
        figures=FIGURES,
        workbook="results/study.xlsx",
        report="results/report.html",
        findings="private/findings.csv",
        declined="private/declined.age",
        consented="private/consented.csv",
        # one output of every rule: Snakemake forgets a rerun that failed once, for it deletes what
        # the job was to make anew, and misses nothing as long as what follows from it is there
        indexed="private/indexed.json",
        given=given(*INPUTS),
        codes="private/codes.json",
        batches=expand("private/batches/{batch}.csv", batch=BATCHES),
        dicom=expand("results/dicom/{batch}", batch=BATCHES),
        fingerprints="results/cohort/inputs.csv",
        selection="results/cohort/selection.csv",
    output:
        receipt=PURGED,
    log:
        "logs/verify_purge.log",
    conda:
        "../envs/python.yaml"
    params:
        ledger=LEDGER,
        opt_out=path_of("inputs.opt_out"),
        inputs=list(INPUTS.values()),
        # a run that ended early leaves them, and no later one misses them
        temporary=["private/index.csv", "private/unindexed.csv"],
        decisions=DECISIONS,
        ids_only=OPT_OUT_SETTINGS["ids_only"],
        layout=study.list_layout(config, "opt_out"),
        current=[*BATCHES, *SOFTWARE, *STORED, *READERS],
        language=LANGUAGE,
        code=code_digest("scripts/custody/verify_purge.py"),
    script:
        "../scripts/custody/verify_purge.py"


onsuccess:
    for line in runs.ending(
        Path("results/cohort/opt_out.csv"), config["study"], LANGUAGE
    ):
        print(line, file=sys.stderr)


onerror:
    print(runs.failure(Path(PURGED), LANGUAGE), file=sys.stderr)
