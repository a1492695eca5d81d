"""Needs coded tables and coded DICOM; gives the workbook, the figures and the report."""

from bonescint.outputs.presets import PRESETS

# answers to the lists of reporting items
STATED = {
    **config["study"],
    **{
        key: (config.get("papers") or {}).get(key)
        for key in ("institution", "funding", "conflict_of_interest")
    },
}
FIGURES_WANTED = config.get("figures") or {}
# the job reads a list of codes itself, because a param stays in Snakemake's records
MONTAGE = {
    "cases": (FIGURES_WANTED.get("montage") or {}).get("cases", "first"),
    "list": study.montage_list(config),
    "stamp": STAMPS.get("figures.montage.cases"),
}
# what the reference analyser found is drawn in report and workbook, in no figure for a journal
MARKS = (
    of_batches("results/analyser/batches/{batch}.marks.csv")
    if has_builtin(config)
    else []
)
# tables for the workbook's charts, in addition to its lists
OF_CHARTS = {"roc_curves": OF_FIGURES["roc_curves"]} if "accuracy" in QUESTIONS else {}


rule write_provenance:
    """Record versions, configuration and inputs: what this run's results were made of (R37)."""
    input:
        inputs="results/cohort/inputs.csv",
        selection="results/cohort/selection.json",
    output:
        provenance="results/provenance.json",
    log:
        "logs/write_provenance.log",
    conda:
        "../envs/python.yaml"
    params:
        config={**config, "metrics": study.metrics(config)},
        software=SOFTWARE,
        versions=versions(),
        code=code_digest("scripts/outputs/write_provenance.py"),
    script:
        "../scripts/outputs/write_provenance.py"


rule draw_figures:
    """Draw the figures: flow, performance, versions, distributions, a few coded scans."""
    input:
        **{
            need: OF_FIGURES[need]
            for drawn in DRAWN.values()
            for need in drawn.needs
            if need in OF_FIGURES
        },
        marks=MARKS,
    output:
        [
            (
                listed(
                    path,
                    "figure",
                    CALLED.figure("title", Path(path).stem),
                    CALLED.figure("caption", Path(path).stem),
                )
                if path.endswith(DRAWN[Path(path).stem].form)
                else path
            )
            for path in FIGURES
        ],
    log:
        "logs/draw_figures.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        version_pairs=VERSION_PAIRS,
        cutoffs=METRICS["cutoffs"],
        metrics=METRICS["values"],
        language=LANGUAGE,
        synthetic=SYNTHETIC,
        confidence=METRICS["confidence"],
        there=sorted({*HAS, *QUESTIONS}),
        words=WORDS,
        montage=MONTAGE,
        code=code_digest(
            "scripts/outputs/draw_figures.py",
            *(f"bonescint.outputs.figures.{name}" for name in DRAWN),
        ),
    script:
        "../scripts/outputs/draw_figures.py"


rule figures:
    """Every figure for a journal's columns and for slides."""
    input:
        "results/presets",
        PURGED,


rule draw_presets:
    """Draw every figure for a journal's columns and for slides, with the figures' legends."""
    input:
        **{
            need: OF_FIGURES[need]
            for drawn in drawn_figures({*HAS, *QUESTIONS}, of_report=False).values()
            for need in ("cases", *drawn.needs)
            if need in OF_FIGURES
        },
        # the search for patients who declined comes first: no later run draws these figures again
        searched=ancient(PURGED),
    output:
        folder=directory("results/presets"),
    log:
        "logs/draw_presets.log",
    conda:
        "../envs/python.yaml"
    params:
        study={
            "software": SOFTWARE,
            "version_pairs": VERSION_PAIRS,
            "cutoffs": METRICS["cutoffs"],
            "metrics": METRICS["values"],
            "language": LANGUAGE,
            "synthetic": SYNTHETIC,
            "confidence": METRICS["confidence"],
            "there": sorted({*HAS, *QUESTIONS}),
            "words": WORDS,
            "montage": MONTAGE,
        },
        presets=FIGURES_WANTED.get("presets") or list(PRESETS),
        single_panels=FIGURES_WANTED.get("single_panels", False),
        code=code_digest(
            "scripts/outputs/draw_presets.py",
            *(
                f"bonescint.outputs.figures.{name}"
                for name in drawn_figures(of_report=False)
            ),
        ),
    script:
        "../scripts/outputs/draw_presets.py"


rule write_workbook:
    """Write every table and figure of the study into one Excel workbook."""
    input:
        **TABLES,
        **CASE_LISTS,
        **OF_CHARTS,
        readings=CHOSEN_READINGS,
        warnings=WARNINGS,
        selection=SELECTED,
        figures=[f"results/figures/{n}.{DRAWN[n].formats[-1]}" for n in DRAWN],
        provenance="results/provenance.json",
    output:
        workbook="results/study.xlsx",
    log:
        "logs/write_workbook.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        study=STATED,
        words=WORDS,
        there=sorted(HAS),
        unanswered=config_questions.unanswered(config),
        language=LANGUAGE,
        code=code_digest("scripts/outputs/write_workbook.py"),
    script:
        "../scripts/outputs/write_workbook.py"


rule write_report:
    """Write the report: one self-contained page."""
    input:
        **TABLES,
        warnings=WARNINGS,
        selection=SELECTED,
        figures=FIGURES,
        provenance="results/provenance.json",
    output:
        report=listed(
            "results/report.html",
            "page",
            Texts("report", LANGUAGE)("title"),
            Texts("overview", LANGUAGE)("report_caption"),
        ),
    log:
        "logs/write_report.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        # changes once, on the day after the period's end
        study={**STATED, "after_period_end": AFTER_PERIOD_END},
        words=WORDS,
        there=sorted(HAS),
        unanswered=config_questions.unanswered(config),
        language=LANGUAGE,
        code=code_digest("scripts/outputs/write_report.py"),
    script:
        "../scripts/outputs/write_report.py"
