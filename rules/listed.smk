"""What the page of `snakemake --report` lists, in the study's words."""

import re

from bonescint.outputs.labels import Labels
from bonescint.resources import SYNTHETIC as MARK_OF_SIMULATED

# titles of figures and questions
CALLED = Labels(
    Texts("figures", LANGUAGE),
    SOFTWARE,
    SYNTHETIC,
    METRICS["confidence"],
    METRICS.get("protocol"),
    METRICS["values"],
    WORDS,
    HAS,
)


def listed(path, kind, title, caption):
    # for `snakemake --report`: results with their titles and captions; the workbook stays in the
    # hospital
    words = Texts("overview", LANGUAGE)
    mark = f" ({MARK_OF_SIMULATED})" if SYNTHETIC else ""
    return report(
        path,
        caption=f"../report/result.{LANGUAGE}.rst",
        category=words(f"{kind}s"),
        labels={words(kind): title, words("caption"): f"{caption}{mark}"},
    )


def written_by(name):
    title, about = (CALLED.question(kind, name) for kind in ("title", "about"))
    # without numbers of requirements, which only matter to developers
    captions = {"table": re.sub(r" \(R\d[^)]*\)", "", about)}
    captions |= {
        table: CALLED.question(f"table_{table}", name) for table in question(name).also
    }
    paths = {
        table: f"results/metrics/{name if table == 'table' else table}.csv"
        for table in captions
    }
    # a list of cases stays in the hospital
    return {
        table: (
            path
            if table in CASE_LISTS
            else listed(path, "table", title, captions[table])
        )
        for table, path in paths.items()
    }
