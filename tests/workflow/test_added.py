"""A question is three files and a figure is two. Nothing else has to name them."""

import shutil
from pathlib import Path

from openpyxl import load_workbook

from bonescint.resources import ROOT
from tests.workflow.runner import configure, copied, jobs, snakemake, started

# docs/en/contributing.md: which files these are
QUESTION = {
    "scripts/bonescint/questions/made_up.py": '''
"""How many cases there are."""

from bonescint.files import read_rows
from bonescint.stats.estimate import Estimate

QUESTION = {
    "order": 25,
    "needs": ["reference"],
    "settings": ["confidence"],
}


def rows(reference, settings):
    n = sum(1 for _ in read_rows(reference))
    yield Estimate(measure="heads", n=n, estimate=float(n)).noting("nodding=2")
''',
    "resources/text/questions/made_up.csv": """key,ja,en
title,架空の問い,A made-up question
sheet,架空,Made up
about,症例を数えます。,Count the cases.
note,架空の注,A made-up note
methods,架空の方法です。,A made-up method.
word_heads,頭数,Heads
word_nodding,うなずいた {value} 例,Nodding: {value}
""",
    "rules/questions/made_up.smk": '''use rule answer_question from asking as made_up with:
    """Count the cases."""
    input:
        **tables_of("made_up"),
    output:
        **written_by("made_up"),
    log:
        "logs/made_up.log",
    params:
        **asked_of("made_up"),
''',
}
FIGURE = {
    "scripts/bonescint/outputs/figures/made_up_figure.py": '''
"""A made-up figure."""

from bonescint.outputs.panels import Panel, Picture

FIGURE = {
    "order": 15,
    "section": "made_up",
    "needs": ["made_up"],
}


def draw(made_up, labels):
    def panel(ax):
        ax.set_title(made_up[0]["estimate"])

    return Picture(labels.figure("title", "made_up_figure"), [Panel("n", panel)], (6, 3))
''',
    "resources/text/figures/made_up_figure.csv": """key,ja,en
title,架空の図,A made-up figure
caption,架空の図の説明,What the made-up figure shows
""",
}


def test_a_question_and_a_figure_are_found_by_their_files_alone(
    tmp_path: Path, study: Path
) -> None:
    program = copied(tmp_path / "program")
    for name, text in (QUESTION | FIGURE).items():
        (program / name).write_text(text.lstrip("\n"), encoding="utf-8")
    # schema and dry-run know the question
    configure(study, lambda c: c["metrics"]["questions"].append("made_up"))
    planned = jobs(snakemake(study, "-n", program=program))
    assert planned == dict.fromkeys(
        ["made_up", "hypotheses", "draw_figures", "write_provenance", "write_workbook"]
        + ["write_report", "verify_purge", "all"],
        1,
    )

    snakemake(study, "results/report.html", "results/study.xlsx", program=program)
    page = (study / "results/report.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="made_up">') :]
    section = section[: section.index("</section>")]
    for words in ("架空の問い", "架空の注", "頭数", "うなずいた 2 例", "架空の図の説明"):
        assert words in section, words
    assert 'id="figure-made_up_figure"' in section
    assert '<a href="#made_up">架空の問い</a>' in page and "<p>架空の方法です。</p>" in page
    book = load_workbook(study / "results/study.xlsx")
    assert book.sheetnames.index("架空") == book.sheetnames.index("診断能_ROC") - 1
    assert "架空の図" in [row[0].value for row in book["図"].iter_rows(max_col=1)]

    shutil.copytree(ROOT / "tools", program / "tools")
    for language in ("en", "ja"):
        (program / "docs" / language).mkdir(parents=True)
    started(program, "tools.generate_tables_doc", program=program)
    document = (program / "docs/en/tables.md").read_text(encoding="utf-8")
    assert "`results/metrics/made_up.csv`: Count the cases. Written by `made_up`." in document
