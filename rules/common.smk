"""The configuration checked, and the few names that several rules share."""

import os
import sys
from datetime import date
from pathlib import Path

from snakemake.exceptions import IncompleteCheckpointException, WorkflowError
from snakemake.utils import min_version

from bonescint import config as study
from bonescint import config_questions, made, runlock
from bonescint.config_values import entries_of, has_builtin, tracers
from bonescint.config_words import reader_names, study_words
from bonescint.custody import runs
from bonescint.custody.declined import OPT_OUT_DOUBTS
from bonescint.custody.deliveries import MARK as DELIVERIES
from bonescint.custody.incidental import MARK as INCIDENTAL
from bonescint.custody.receipts import MARK as RECEIPTS, OPEN_ENDS
from bonescint.custody.recalls import FOLDER as RECALLS
from bonescint.custody.requests import MARK as REQUESTS
from bonescint.custody.seal import clear_unfinished, refuse_sealed
from bonescint.custody.volumes import read_build
from bonescint.deid.decisions import (
    blanks_decided,
    other_persons,
    read_decisions,
    redactions,
    released_images,
    released_stations,
)
from bonescint.deid.rectangles import spelled
from bonescint.delivery import gate
from bonescint.delivery.plan import at_end
from bonescint.errors import InputError
from bonescint.identity.batches import recorded_batches
from bonescint.identity.choices import rule_of
from bonescint.identity.cluster import refuse_cluster
from bonescint.identity.first_use import begin_study
from bonescint.identity.opt_outs import MARK
from bonescint.identity.study import refuse_other_folder
from bonescint.incidents import system_error
from bonescint.papers import OF_PROVISION
from bonescint.provenance import (
    code_digest,
    content_stamp,
    settings_stamp,
    values_stamp,
    versions,
)
from bonescint.outputs.drawn import drawn_figures
from bonescint.questions import TESTS, question
from bonescint.resources import ROOT, Texts, locate
from bonescint.tables.repeats import coded_repeats, own_settings, repeats
from bonescint.text.filled import filled_for

min_version("9.27")
os.umask(0o077)

DECISIONS = "private/review/decisions.tsv"
PURGED = str(study.PURGED)

# a sealed study is refused before anything reads files that are sealed away
try:
    if workflow.is_main_process:
        refuse_sealed("en" if config.get("language") == "en" else "ja")
except InputError as error:
    raise WorkflowError("\n  ".join(error.problems)) from None
try:
    study.check_config(config)
    if workflow.is_main_process:
        refuse_other_folder(study.study_mark(config))
except InputError as error:
    raise WorkflowError("\n  ".join(["config.yaml", *error.problems])) from None
try:
    # how many persons must agree on a decision
    REVIEWERS = study.reviewers(config)
    DECIDED = (
        read_decisions(Path(DECISIONS), REVIEWERS) if os.path.exists(DECISIONS) else []
    )
except InputError as error:
    raise WorkflowError("\n  ".join(error.problems)) from None

LANGUAGE = config["language"]
# checked before any job starts: a delivery whose conditions are not met starts none
if (
    workflow.is_main_process
    and not runs.only_looks(sys.argv)
    and gate.is_asked(sys.argv[1:])
):
    unmet = list(
        gate.refusals(config["study"], config["delivery"], date.today(), LANGUAGE)
    )
    unmet += gate.disc_refusals(config["delivery"])
    if unmet:
        heading = Texts("delivery", LANGUAGE)("closed", n=len(unmet))
        raise WorkflowError("\n  ".join([heading, *unmet]))
DEMO = study.uses_demo(config)
LEDGER = study.ledger_settings(config)
INPUTS = study.inputs(config)
# a job's own process is at work from its first line on; any other call is a run or only looks
is_run = (
    workflow.is_main_process
    and not workflow.output_settings.dryrun
    and not runs.only_looks(sys.argv)
)
try:
    if is_run:
        if workflow.resource_settings.nodes:  # set by --jobs on a cluster
            refuse_cluster(LEDGER, LANGUAGE)
        runlock.take(Path(".snakemake"), Texts("incidents", LANGUAGE))
        # again, because somebody may have sealed the study in the meantime
        refuse_sealed(LANGUAGE)
        clear_unfinished()
        if begin_study(LEDGER):
            said = Texts("study", LANGUAGE)("first_mark", id=config["study"]["id"])
            print(said, file=sys.stderr)
        # without the second, a delivery that is up to date would be neither searched nor checked
        for receipt in (PURGED, "results/delivery/checked.json"):
            runs.begin(Path(receipt), sys.argv)
        ENDING.begun = True
        runs.bring_back(["results", "private", *[study.DEMO] * DEMO], INPUTS.values())
    elif not workflow.is_main_process:
        runlock.join(Path(".snakemake"), Texts("incidents", LANGUAGE))
except InputError as error:
    raise WorkflowError("\n  ".join(error.problems)) from None
except OSError as error:
    raise WorkflowError(system_error(error)) from None

# a table that somebody edited is made anew before anything is computed from it
if workflow.is_main_process and not runs.only_looks(sys.argv):
    ENDING.edited = made.edited_results()
    try:
        edited = list(runs.edited(is_run, LANGUAGE))
    except InputError as error:
        raise WorkflowError("\n  ".join(error.problems)) from None
    if edited:
        print(*edited, sep="\n", file=sys.stderr)
        # said again at the end, because hundreds of lines may follow and people read the last ones
        ENDING.note = " ".join(line.strip() for line in edited)

OPT_OUT_SETTINGS = study.opt_out_settings(config)
# the batches that split_cohort made in the last run; before the first run, one batch is assumed
BATCHES = recorded_batches() or ["00"]


def of_batches(*paths):
    # the paths of every batch. Before split_cohort has run, the batches of the last run are used,
    # so that a dry-run shows their steps, except for files that only split_cohort makes
    def known(wildcards):
        try:
            checkpoints.split_cohort.get()
        except IncompleteCheckpointException as later:
            made = [path for path in paths if not path.startswith("private/batches/")]
            later.targetfile = [later.targetfile, *expand(made, batch=BATCHES)]
            raise
        return expand(paths, batch=recorded_batches())

    return known


TRACERS = tracers(config)
SOFTWARE = study.software(config)
READERS = list(entries_of(config, "readers"))
READINGS = expand("results/readings/{reader}.csv", reader=READERS)
IMPORTED = expand("results/software/{software}.csv", software=SOFTWARE)
BUILT = expand("results/delivery/{table}.csv", table=["volumes", "contents"])
# further tables of the same cases. Each has its own name, so that a table that is no longer
# configured is not taken for one of the software or the reader
AGAIN = repeats(entries_of(config, "software"), entries_of(config, "readers"))
OF_AGAIN = coded_repeats(AGAIN)
SELECTION = config["cohort"].get("selection", "all")
IS_CHOSEN = rule_of(SELECTION).rule != "all"
SELECTED = "results/cohort/selection.csv" if IS_CHOSEN else []
# the questions and the outputs read the tables of the chosen cases. If cases were chosen once, the
# tables of all cases are not read again: choose_cases then decides whether that is allowed
CHOSEN = "results/chosen"
if not IS_CHOSEN and not os.path.exists(CHOSEN):
    CHOSEN = "results"
CHOSEN_READINGS = expand(f"{CHOSEN}/readings/{{reader}}.csv", reader=READERS)
# an import or a disc that failed is made again before files made from it count as up to date
ROUNDS = {
    kind: runs.round_of(
        tables,
        Path(f"private/{kind}.mark"),
        is_run if workflow.is_main_process else None,
    )
    for kind, tables in (
        ("software", IMPORTED),
        *OF_AGAIN.items(),
        ("readings", READINGS),
        # the volumes too, if one of the list is missing in the folder or has another size
        ("volumes", BUILT if read_build().is_whole else [""]),
    )
}
METRICS = study.settings_of_questions(config)
WORDS = study_words(config) | reader_names(config)
HAS = config_questions.study_has(config)
QUESTIONS = config_questions.questions(config)
VERSION_PAIRS = config_questions.version_pairs(config)
SYNTHETIC = config["study"]["synthetic"]
DISC = config["delivery"].get("disc") or {}
PASSPHRASE = DISC.get("passphrase_file") if DISC.get("form") != "plain" else None
# decisions about findings only concern the delivery, so no patient is processed again for them
DECIDED_IMAGES = values_stamp(released_images(DECIDED))
# rectangles concern only the batch of their image: split_cohort says which
DECIDED_RECTANGLES = values_stamp(
    f"{sha256} {spelled(drawn)}" for sha256, drawn in redactions(DECIDED).items()
)
DECIDED_STATIONS = values_stamp(released_stations(DECIDED))
DECIDED_DOUBTS = values_stamp(other_persons(DECIDED))
DECIDED_BLANKS = values_stamp(
    f"{item} {sha256} {decision}"
    for (item, sha256), decision in blanks_decided(DECIDED).items()
)
DRAWN = drawn_figures({*HAS, *QUESTIONS})
FIGURES = [f"results/figures/{n}.{form}" for n in DRAWN for form in DRAWN[n].formats]
# tables from which the workbook and the report are written
TABLES = {
    "flow": "results/metrics/flow.csv",
    "cases": f"{CHOSEN}/cases.csv",
    "reference": f"{CHOSEN}/reference.csv",
    **{question: f"results/metrics/{question}.csv" for question in QUESTIONS},
    "balance": "results/cohort/balance.csv",
    "tag_table": "results/anonymization/tag_table.csv",
    "rule_counts": "results/anonymization/rule_counts.csv",
    "unlisted": "results/anonymization/unlisted.csv",
    "instances": "results/anonymization/instances.csv",
    "anonymity": "results/anonymization/k_anonymity.csv",
}
if "cutoffs" in QUESTIONS:
    TABLES["failed_calls"] = "results/metrics/failed_calls.csv"
# tables that a question may ask for
OF_QUESTIONS = {
    "cases": f"{CHOSEN}/cases.csv",
    "reference": f"{CHOSEN}/reference.csv",
    "measurements": f"{CHOSEN}/measurements.csv",
    "exposure": "results/exposure.csv",
    "readings": CHOSEN_READINGS,
    **OF_AGAIN,
    "questions": [TABLES[name] for name in QUESTIONS if name != TESTS],
}
# tables from which a figure may be drawn; a table that a question writes has its own name
OF_FIGURES = {
    **OF_QUESTIONS,
    "flow": TABLES["flow"],
    "dicom": of_batches("results/dicom/{batch}"),
    **{
        table: f"results/metrics/{table}.csv"
        for name in QUESTIONS
        for table in (name, *question(name).also)
    },
}
# by patient code: for the workbook, which stays in the hospital, not for the report (R34)
CASE_LISTS = {
    "measurements": f"{CHOSEN}/measurements.csv",
    "misclassified": "results/metrics/misclassified.csv",
    "reclassified": "results/metrics/reclassified.csv",
    "exposed": "results/exposure.csv",
    "incidental": "results/hospital/incidental.csv",
}
if not {"readers", "versions"} <= HAS:
    del CASE_LISTS["reclassified"]
WARNINGS = [
    "results/cohort/opt_out.warnings.csv",
    "results/cohort/recalls.warnings.csv",
    "results/cohort/open_ends.warnings.csv",
    "results/cohort/identity_doubts.warnings.csv",
    "results/cohort/cohort.warnings.csv",
    "results/cohort/selection.warnings.csv",
    "results/cohort/cases.warnings.csv",
    "results/anonymization/deidentification.warnings.csv",
    "results/anonymization/other_exams.warnings.csv",
    *expand("results/software/{software}.warnings.csv", software=SOFTWARE),
    *[f"{table[:-4]}.warnings.csv" for tables in OF_AGAIN.values() for table in tables],
    "results/reference.warnings.csv",
    "results/measurements.warnings.csv",
    "results/hospital/incomplete.warnings.csv",
    "results/hospital/incidental.warnings.csv",
    *expand("results/readings/{reader}.warnings.csv", reader=READERS),
]
# no form is made before a privacy manager is chosen; only simulated data leave without one (R33)
FORMS_OF_PROVISION = expand(
    "results/delivery/forms/{form}.{ending}", form=OF_PROVISION, ending=["pdf", "xlsx"]
)
MANAGER = filled_for(config["study"].get("privacy_manager"), SYNTHETIC)
# settings of who is in the cohort, without targets and selection, which are applied after coding
COHORT = {
    key: value
    for key, value in config["cohort"].items()
    if key not in ("selection", "targets", "tracers")
}
DEMO_SETTINGS = {
    "demo": config.get("demo"),
    "cohort": COHORT,
    "preceding_study": config["study"]["preceding_study"],
}
# the reason for a delivery after the study's end; empty as long as none is needed
AFTER_PERIOD_END = gate.reason_after_end(
    config["study"], config["delivery"], date.today()
)
# the hospital's table or the one that comes with the workflow; no rule makes either of them
TAG_TABLE = config["deidentification"]["tag_table"]
TAG_RULES = content_stamp(locate(TAG_TABLE))
# stamps of identified inputs: they differ if the content differs, without revealing it. Inputs that
# this workflow makes may not exist yet at parse time, so their stamp comes from their settings
STAMPS = {
    key: (
        settings_stamp(DEMO_SETTINGS)
        if path.startswith(study.DEMO)
        else content_stamp(path)
    )
    for key, path in INPUTS.items()
}
# one table given for two versions or readers; tables of the demonstration are compared by path
SAME_TABLES = study.same_tables(
    config,
    {k: p if p.startswith(study.DEMO) else STAMPS[k] for k, p in INPUTS.items()},
)


wildcard_constraints:
    batch=r"\d\d+",
    software="|".join(SOFTWARE),
    again="|".join(AGAIN) or "none",
    reader="|".join(READERS) or "none",


def given(*keys):
    # only inputs that this workflow makes. No rule makes the hospital's own, which are params with
    # stamps. As an input, a file that a wrong clock dated into the future would stop every run,
    # because Snakemake compares its date with those of the outputs
    paths = [INPUTS.get(key, "") for key in keys]
    return [path for path in paths if path.startswith(study.DEMO)]


def path_of(key):
    # a function, because lint takes a path that is also an input for a hardcoded prefix
    def path(wildcards):
        return INPUTS.get(key)

    return path


def metrics_of(*keys):
    # only the metrics that a rule reads, so that other metrics do not run it again
    return {key: METRICS[key] for key in keys}


def tables_of(name):
    # the tables that a question reads, under the names of its declaration
    return {
        need: OF_QUESTIONS[need]
        for need in question(name).needs
        if need in OF_QUESTIONS
    }


def asked_of(name):
    asked = question(name)
    said = {
        "software": SOFTWARE,
        "version_pairs": VERSION_PAIRS,
        "tracers": TRACERS,
        "product_pairs": config_questions.product_pairs(config),
        "language": language_of_messages,
    }
    params = {need: said[need] for need in asked.needs if need in said}
    rounds = {need: ROUNDS[need] for need in asked.needs if need in ROUNDS}
    if rounds:
        params["imported"] = rounds
    if asked.settings:
        params["settings"] = metrics_of(*asked.settings)
    params["code"] = code_digest(
        "scripts/questions/answer_question.py", f"bonescint.questions.{name}"
    )
    return params


def language_of_messages(wildcards, input):
    # for rules whose only words are error messages. Snakemake keeps no record of a param that is a
    # function of the input, so another language does not run them again
    return LANGUAGE


def reviewers_of_decisions(wildcards, input):
    # as with the language, another number runs nothing again: its effect is in the decisions' stamp
    return REVIEWERS


def batch_file(wildcards):
    # because the checkpoint is asked for, Snakemake compares the content of the batches and runs
    # only those that changed
    checkpoints.split_cohort.get()
    return f"private/batches/{wildcards.batch}.csv"


def rectangles_file(wildcards):
    checkpoints.split_cohort.get()
    return f"private/rectangles/{wildcards.batch}.csv"
