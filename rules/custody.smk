"""What was delivered of who declined is recalled; the last step: nothing is left of them; what a run says at its end."""

from bonescint.builtin import BUILTIN
from bonescint.endings.outcome import RunOutcome


rule write_recalls:
    """Ask the partner to give back what was delivered of somebody who declined (R12, R31)."""
    input:
        # once it exists, the hospital's list is on record in the ledger
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
        # a notice names them
        study={key: config["study"][key] for key in ("id", "title", "synthetic")},
        recalls=str(RECALLS),
        language=language_of_messages,
        code=code_digest("scripts/custody/write_recalls.py"),
    script:
        "../scripts/custody/write_recalls.py"


rule count_incidental:
    """How many incidental findings were consulted on, decided and disclosed; no codes (R34)."""
    input:
        incidental=CASE_LISTS["incidental"],
    output:
        warnings="results/hospital/incidental.warnings.csv",
    log:
        "logs/count_incidental.log",
    conda:
        "../envs/python.yaml"
    params:
        recorded=content_stamp(INCIDENTAL),
        ledger=LEDGER,
        code=code_digest("scripts/custody/count_incidental.py"),
    script:
        "../scripts/custody/count_incidental.py"


rule list_open_ends:
    """List what has not come back from the partner: receipts, recalls that nobody confirmed (R29)."""
    input:
        # once it exists, the recalls that are due are on record in the ledger
        recalled="results/cohort/recalls.warnings.csv",
    output:
        table="results/cohort/open_ends.csv",
        warnings="results/cohort/open_ends.warnings.csv",
    log:
        "logs/list_open_ends.log",
    conda:
        "../envs/python.yaml"
    params:
        stamps=[
            STAMPS["inputs.opt_out"],
            content_stamp(MARK),
            content_stamp(DELIVERIES),
            content_stamp(RECEIPTS),
            # a stop of provision may be recalled as well
            content_stamp(REQUESTS),
        ],
        ledger=LEDGER,
        code=code_digest("scripts/custody/list_open_ends.py"),
    script:
        "../scripts/custody/list_open_ends.py"


# every table of results/ that is not handed over; verify_purge reads them in addition to its other
# inputs. So Snakemake notices a table that was edited and put aside, even if all files made from it
# are there
WATCHED = [
    "results/anonymization/unique_cases.csv",
    *[f"results/{table}.csv" for table in ("cases", "reference", "measurements")],
    *IMPORTED,
    *[table for tables in OF_AGAIN.values() for table in tables],
    *READINGS,
    *CHOSEN_READINGS,
    "results/cohort/opt_out.csv",
    "results/cohort/flow.csv",
    "results/cohort/open_ends.csv",
    "results/cohort/selection.json",
    "results/metrics/version_diagnosis.csv",
    *[
        f"results/metrics/{table}.csv"
        for name in QUESTIONS
        for table in question(name).also
    ],
    "results/hospital/incomplete.csv",
    "results/provenance.json",
]
ANALYSED_BATCHES = (
    of_batches(
        "results/analyser/batches/{batch}.csv",
        "results/analyser/batches/{batch}.regions.csv",
        "results/analyser/batches/{batch}.marks.csv",
    )
    if has_builtin(config)
    else []
)


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
        # one output of every rule. If a rerun fails, Snakemake deletes the job's outputs. Without
        # these inputs it would not miss them as long as the files made from them exist
        indexed="private/indexed.json",
        given=given(*INPUTS),
        codes="private/codes.json",
        batches="private/batches",
        dicom=of_batches("results/dicom/{batch}"),
        fingerprints="results/cohort/inputs.csv",
        planned="results/hospital/planned.csv",
        selection="results/cohort/selection.csv",
        reports=of_batches(
            "results/anonymization/{batch}.csv",
            "results/anonymization/{batch}.tags.csv",
        ),
        analysed_batches=ANALYSED_BATCHES,
        watched=WATCHED,
    output:
        receipt=PURGED,
    log:
        "logs/verify_purge.log",
    conda:
        "../envs/python.yaml"
    threads: 4
    params:
        ledger=LEDGER,
        opt_out=path_of("inputs.opt_out"),
        inputs=list(INPUTS.values()),
        # a run that ended early leaves these files behind, and no later run would remove them
        temporary=["private/index.csv", "private/unindexed.csv"],
        decisions=DECISIONS,
        ids_only=OPT_OUT_SETTINGS["ids_only"],
        layout=study.list_layout(config, "opt_out"),
        current=[
            *SOFTWARE,
            *AGAIN,
            *READERS,
            *([BUILTIN] if has_builtin(config) else []),
        ],
        language=LANGUAGE,
        code=code_digest("scripts/custody/verify_purge.py"),
    script:
        "../scripts/custody/verify_purge.py"


ENDING.outcome = RunOutcome(
    Path(PURGED),
    Path("results/cohort/opt_out.csv"),
    OPEN_ENDS,
    WARNINGS,
    DECIDED,
    LANGUAGE,
    {key: CALLED.software(key) for key in (*SOFTWARE, *READERS)},
)
ENDING.good_runs_say(
    lambda: runs.ending(
        Path("results/cohort/opt_out.csv"), config["study"], LANGUAGE, OPEN_ENDS
    )
)
if gate.is_asked(sys.argv[1:]):
    ENDING.good_runs_say(
        lambda: at_end(read_build(), Path("results/hospital/planned.csv"), LANGUAGE)
    )
for after in (ENDING.good_runs_say, ENDING.failed_runs_say):
    after(lambda: runs.withdrawn_at_end(Path(PURGED), LANGUAGE))
ENDING.failed_runs_say(lambda: [runs.failure(Path(PURGED), LANGUAGE)])
