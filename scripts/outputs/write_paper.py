"""Write a draft for the authors of a paper: methods, results with their numbers' rows, lists."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bonescint.declared import columns
from bonescint.files import replacing, write_rows
from bonescint.joblog import job_log
from bonescint.outputs.checklists import checklists
from bonescint.outputs.drawn import drawn_figures
from bonescint.outputs.labels import Labels
from bonescint.outputs.paper.bound import BoundLabels, bound
from bonescint.outputs.paper.document import Draft, write_document
from bonescint.outputs.paper.sentences import cited, findings, methods
from bonescint.outputs.results import labels_for, read_results
from bonescint.outputs.run_facts import RunFacts
from bonescint.resources import SYNTHETIC, Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_paper(
    inputs: Mapping[str, Any],
    study: dict[str, Any],
    software: dict[str, dict[str, str]],
    language: str,
    folder: Path,
    words: Mapping[str, str] | None = None,
    there: Collection[str] | None = None,
    figures: Sequence[str] = (),
) -> None:
    """Write results/paper. It contains no list of cases.

    Parameters
    ----------
    figures
        The figures whose legends are written, numbered as in results/presets/legends.txt.
    """
    results = read_results({"figures": [], **inputs})
    about = (Texts("report", language), results, study, software, words, there)
    plain = labels_for(*about)
    marking = cast("BoundLabels", labels_for(*about, kind=BoundLabels))
    own = Texts("paper", language)
    facts = RunFacts(results, study, plain)
    how = methods(facts, plain)
    said, numbers = bound(findings(RunFacts(results, study, marking), marking), marking, results)
    found = {name: ["".join(p.text for p in one) for one in said[name]] for name in said}
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in (("methods", how), ("results", {key: [one] for key, one in found.items()})):
        blocks = [
            "\n".join([own(key), *map(facts.said, paragraphs)]) for key, paragraphs in parts.items()
        ]
        blocks = [*([SYNTHETIC] if plain.synthetic else []), plain("coded_notice"), *blocks]
        with replacing(folder / f"{name}.txt") as stream:
            stream.write("\n\n".join(blocks) + "\n")
    write_rows(folder / "numbers.csv", columns("paper_numbers"), numbers)
    legends = [_legend(n, key, plain, own) for n, key in enumerate(figures, 1)]
    lists = checklists(results, study, plain, lambda _: "")
    draft = Draft(str(study.get("title", "")), how, said, cited(how), legends, lists, numbers)
    write_document(folder / "paper.docx", draft, plain)


def _legend(n: int, key: str, labels: Labels, words: Texts) -> str:
    """Return a figure's legend with the names of its files."""
    shown = drawn_figures().get(key)
    files = [f"results/figures/{key}.{shown.form}"] if shown else []
    files.append(f"results/presets (figures.csv: {key})")
    title, caption = (labels.figure(kind, key) for kind in ("title", "caption"))
    joined = words("separator").join(files)
    return words("legend", n=n, title=title, caption=caption, files=joined)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_paper(
            inputs=dict(snakemake.input.items()),
            study=snakemake.params.study,
            software=snakemake.params.software,
            language=snakemake.params.language,
            words=snakemake.params.words,
            there=snakemake.params.there,
            figures=snakemake.params.figures,
            folder=Path(snakemake.output.document).parent,
        )
