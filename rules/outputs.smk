"""Needs coded tables and coded DICOM; gives the workbook, the figures and the report."""


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
        config={**config, "metrics": METRICS},
        software=SOFTWARE,
        versions=versions(),
        code=code_digest("scripts/outputs/write_provenance.py"),
    script:
        "../scripts/outputs/write_provenance.py"


rule draw_figures:
    """Draw the flow, the ROC curves, the forest, Bland-Altman, the version's slope, the distributions."""
    input:
        flow="results/metrics/flow.csv",
        reference=f"{CHOSEN}/reference.csv",
        measurements=f"{CHOSEN}/measurements.csv",
        accuracy="results/metrics/accuracy.csv",
        cutoffs="results/metrics/cutoffs.csv",
        curves="results/metrics/roc_curves.csv",
        version_measurement="results/metrics/version_measurement.csv",
    output:
        **{
            f"{figure}_{ending}": (
                report(
                    f"results/figures/{figure}.{ending}",
                    caption=f"../report/{figure}.rst",
                    category="Figures",
                )
                if ending == "svg"
                else f"results/figures/{figure}.{ending}"
            )
            for figure in DRAWN
            for ending in ("svg", "png")
        },
    log:
        "logs/draw_figures.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        pairs=study.version_pairs(config),
        cutoffs=METRICS["cutoffs"],
        language=LANGUAGE,
        synthetic=SYNTHETIC,
        confidence=METRICS["confidence"],
        code=code_digest("scripts/outputs/draw_figures.py"),
    script:
        "../scripts/outputs/draw_figures.py"


rule draw_montage:
    """Show a few coded scans, front and back."""
    input:
        cases=f"{CHOSEN}/cases.csv",
        reference=f"{CHOSEN}/reference.csv",
        dicom=expand("results/dicom/{batch}", batch=BATCHES),
    output:
        svg="results/figures/montage.svg",
        png=report(
            "results/figures/montage.png",
            caption="../report/montage.rst",
            category="Figures",
        ),
    log:
        "logs/draw_montage.log",
    conda:
        "../envs/python.yaml"
    params:
        language=LANGUAGE,
        synthetic=SYNTHETIC,
        code=code_digest("scripts/outputs/draw_montage.py"),
    script:
        "../scripts/outputs/draw_montage.py"


rule write_workbook:
    """Write every table and figure of the study into one Excel workbook."""
    input:
        **TABLES,
        **CASE_LISTS,
        warnings=WARNINGS,
        selection=SELECTED,
        figures=[figure for figure in FIGURES if figure.endswith(".png")],
        provenance="results/provenance.json",
    output:
        workbook="results/study.xlsx",
    log:
        "logs/write_workbook.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        study=lookup("study", within=config),
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
        report="results/report.html",
    log:
        "logs/write_report.log",
    conda:
        "../envs/python.yaml"
    params:
        software=SOFTWARE,
        # changes once, on the day after the period's end
        study={**config["study"], "after_period_end": AFTER_PERIOD_END},
        language=LANGUAGE,
        code=code_digest("scripts/outputs/write_report.py"),
    script:
        "../scripts/outputs/write_report.py"
