"""From raw DICOM to coded results: see README.md; the rules stand in the order the data travel."""

from pathlib import Path

from snakemake.exceptions import WorkflowError

from bonescint import forkserver
from bonescint.endings.watch import watch
from bonescint.errors import InputError
from bonescint.text.yamlfile import read_yaml

# prints the last lines on the screen, however the call ends
ENDING = watch(workflow)
forkserver.use(workflow)

# read here as well, because Snakemake does not tell line and column of a mistake, and accepts a key
# that occurs twice
try:
    for file in ["config.yaml", *workflow.overwrite_configfiles]:
        if Path(file).exists() and Path(file).suffix != ".json":
            read_yaml(Path(file))
except InputError as error:
    raise WorkflowError("\n  ".join(error.problems)) from None


configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/listed.smk"


localrules:
    all,
    deliver,
    review,
    tables,
    paper,


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


if has_builtin(config):

    include: "rules/analyser.smk"


include: "rules/questions.smk"
include: "rules/outputs.smk"
include: "rules/analysis.smk"
include: "rules/paper.smk"
include: "rules/delivery.smk"
include: "rules/review.smk"
include: "rules/custody.smk"
