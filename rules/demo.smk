"""The demonstration: simulated women, scans, exports and readings below demo/, from the configuration alone."""

from bonescint.demo.manifest import not_of_the_generator


rule make_demo_cohort:
    """Simulate the study's 100 women and every kind of person and file that must be left out."""
    output:
        dicom=directory("demo/dicom"),
        participants="demo/participants.csv",
        opt_out="demo/opt_out.csv",
        bonenavi="demo/exports/bonenavi.csv",
        bonenavi_second="demo/exports/bonenavi_second.csv",
        vsbone2="demo/exports/vsbone2.csv",
        vsbone3="demo/exports/vsbone3.xlsx",
        vsbone4="demo/exports/vsbone4.csv",
        reader1="demo/readings/reader1.xlsx",
        reader2="demo/readings/reader2.xlsx",
        reader3="demo/readings/reader3.xlsx",
        truth="demo/truth.csv",
    log:
        "logs/make_demo_cohort.log",
    conda:
        "../envs/python.yaml"
    threads: 4
    params:
        demo=config.get("demo"),
        cohort=COHORT,
        preceding_study=config["study"]["preceding_study"],
        code=code_digest("scripts/demo/make_demo_cohort.py"),
    script:
        "../scripts/demo/make_demo_cohort.py"


# checked before Snakemake deletes anything, because a person may have put files there
if workflow.is_main_process and not runs.only_looks(sys.argv):
    others = not_of_the_generator(
        Path(study.DEMO),
        [
            path.removeprefix(study.DEMO)
            for path in map(str, rules.make_demo_cohort.output)
        ],
    )
    if others:
        raise WorkflowError(
            Texts("study", LANGUAGE)("own_demo", n=len(others), folder=study.DEMO)
        )
