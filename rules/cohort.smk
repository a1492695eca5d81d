"""Needs the index and the hospital's lists; gives the cohort, its flow counts and codes, the batches, and later who is chosen."""


rule filter_opt_out:
    """Leave out everybody who declined, before anything else is decided (R12, R13)."""
    input:
        index="private/index.csv",
        unindexed="private/unindexed.csv",
        given=given("inputs.opt_out"),
    output:
        consented="private/consented.csv",
        unreadable="private/unreadable.csv",
        declined="private/declined.age",
        doubts=str(OPT_OUT_DOUBTS),
        cache=INDEX_CACHE,
        counts="results/cohort/opt_out.csv",
        warnings="results/cohort/opt_out.warnings.csv",
    log:
        "logs/filter_opt_out.log",
    conda:
        "../envs/python.yaml"
    params:
        opt_out=path_of("inputs.opt_out"),
        stamps=[STAMPS["inputs.opt_out"], content_stamp(MARK)],
        settings=OPT_OUT_SETTINGS,
        layout=study.list_layout(config, "opt_out"),
        ledger=LEDGER,
        indexed_by=INDEXED_BY,
        coded=str(study.CODED_IMAGES),
        patient_id_pattern=study.patient_id_pattern(config),
        decisions=DECISIONS,
        reviewers=reviewers_of_decisions,
        decided=DECIDED_DOUBTS,
        # a change of `study.synthetic` runs this rule again, which compares it with the images
        synthetic=SYNTHETIC,
        language=language_of_messages,
        code=code_digest("scripts/cohort/filter_opt_out.py"),
    script:
        "../scripts/cohort/filter_opt_out.py"


rule find_identity_doubts:
    """List one patient ID with two names and one name with two IDs; how many is told on the coded side (R12)."""
    input:
        consented="private/consented.csv",
    output:
        doubts="private/identity_doubts.csv",
        warnings="results/cohort/identity_doubts.warnings.csv",
    log:
        "logs/find_identity_doubts.log",
    conda:
        "../envs/python.yaml"
    params:
        language=LANGUAGE,
        code=code_digest("scripts/cohort/find_identity_doubts.py"),
    script:
        "../scripts/cohort/find_identity_doubts.py"


rule select_cohort:
    """Choose the study's instances and count everybody who is left out, and why (R1-R7)."""
    input:
        consented="private/consented.csv",
        unreadable="private/unreadable.csv",
        counts="results/cohort/opt_out.csv",
        given=given(
            "inputs.dicom",
            "inputs.participants",
            "inputs.tracer_calendar",
            "inputs.exam_dates",
        ),
    output:
        cohort="private/cohort.csv",
        excluded="private/excluded.csv",
        flow="results/cohort/flow.csv",
        warnings="results/cohort/cohort.warnings.csv",
    log:
        "logs/select_cohort.log",
    conda:
        "../envs/python.yaml"
    params:
        dicom=path_of("inputs.dicom"),
        participants=path_of("inputs.participants"),
        calendar=path_of("inputs.tracer_calendar"),
        exam_dates=path_of("inputs.exam_dates"),
        stamps=[
            STAMPS.get("inputs.participants"),
            STAMPS.get("inputs.tracer_calendar"),
            STAMPS.get("inputs.exam_dates"),
        ],
        layouts={
            key: study.list_layout(config, key)
            for key in ("participants", "tracer_calendar", "exam_dates")
        },
        cohort=COHORT,
        tracers=TRACERS,
        decisions=DECISIONS,
        reviewers=reviewers_of_decisions,
        decided=DECIDED_IMAGES,
        preceding_study=lookup("study/preceding_study", within=config),
        language=language_of_messages,
        code=code_digest("scripts/cohort/select_cohort.py"),
    script:
        "../scripts/cohort/select_cohort.py"


rule assign_codes:
    """Give every patient of the cohort a code and a batch in the encrypted ledger (R16, R17)."""
    input:
        cohort="private/cohort.csv",
    output:
        receipt="private/codes.json",
    log:
        "logs/assign_codes.log",
    conda:
        "../envs/python.yaml"
    params:
        ledger=LEDGER,
        batch_size=lookup("deidentification/batch_size", within=config, default="auto"),
        code=code_digest("scripts/cohort/assign_codes.py"),
    script:
        "../scripts/cohort/assign_codes.py"


checkpoint split_cohort:
    """Split the cohort into batches that a patient never changes."""
    input:
        cohort="private/cohort.csv",
        receipt="private/codes.json",
    output:
        batches=directory("private/batches"),
        rectangles=directory("private/rectangles"),
    log:
        "logs/split_cohort.log",
    conda:
        "../envs/python.yaml"
    params:
        ledger=LEDGER,
        dicom=path_of("inputs.dicom"),
        decisions=DECISIONS,
        reviewers=reviewers_of_decisions,
        decided=DECIDED_RECTANGLES,
        code=code_digest("scripts/cohort/split_cohort.py"),
    script:
        "../scripts/cohort/split_cohort.py"


rule fingerprint_inputs:
    """Record what went in, as HMACs under the ledger's secret (R37)."""
    input:
        receipt="private/codes.json",
        given=given(*INPUTS),
    output:
        table="results/cohort/inputs.csv",
    log:
        "logs/fingerprint_inputs.log",
    conda:
        "../envs/python.yaml"
    params:
        stamps=STAMPS,
        inputs=INPUTS,
        ledger=LEDGER,
        code=code_digest("scripts/cohort/fingerprint_inputs.py"),
    script:
        "../scripts/cohort/fingerprint_inputs.py"


rule choose_cases:
    """Choose of more cases than planned, once the reference is known; the choice is on record (R3, R4)."""
    input:
        cases="results/cases.csv",
        reference="results/reference.csv",
        # findings, so that decisions that leave a case out are known
        findings="private/findings.csv" if IS_CHOSEN else [],
        given=given("cohort.selection.list"),
    output:
        table="results/cohort/selection.csv",
        receipt="results/cohort/selection.json",
        warnings="results/cohort/selection.warnings.csv",
    log:
        "logs/choose_cases.log",
    conda:
        "../envs/python.yaml"
    params:
        selection=SELECTION,
        stamp=STAMPS.get("cohort.selection.list"),
        targets=lookup("cohort/targets", within=config),
        ledger=LEDGER,
        decisions=DECISIONS,
        decided=DECIDED_BLANKS if IS_CHOSEN else None,
        reviewers=reviewers_of_decisions,
        language=language_of_messages,
        code=code_digest("scripts/cohort/choose_cases.py"),
    script:
        "../scripts/cohort/choose_cases.py"
