"""From raw DICOM to coded results: see README.md; the rules stand in the order the data travel."""


configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/common.smk"


localrules:
    all,
    deliver,


rule all:
    """The study's results on the coded side; nothing here leaves the hospital by itself."""
    input:
        "results/study.xlsx",
        "results/report.html",
        "results/provenance.json",
        PURGED,
        FIGURES,


if DEMO:

    include: "rules/demo.smk"


include: "rules/ingest.smk"
include: "rules/cohort.smk"
include: "rules/anonymize.smk"
include: "rules/imports.smk"
include: "rules/reference.smk"
include: "rules/questions.smk"
include: "rules/outputs.smk"
include: "rules/delivery.smk"
include: "rules/custody.smk"
