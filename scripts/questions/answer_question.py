"""Answer one question of the study: write its table, and the further tables that it declares."""

import importlib
import logging
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

# nearly all questions need it; what stands here is imported once for all of them
# (bonescint.forkserver)
import bonescint.special  # noqa: F401
from bonescint.files import write_rows
from bonescint.joblog import job_log
from bonescint.stats.estimate import Estimate, write_estimates, write_number
from bonescint.stats.questions import UNTESTED, held_together, sign_of, without_test

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

_MIDPOINT = re.compile(r"(?<=\bmidpoint=)[^;]+")


def answer_question(name: str, given: Mapping[str, Any], tables: Mapping[str, Path]) -> None:
    """Write results/metrics/<name>.csv and the question's other tables.

    Parameters
    ----------
    given
        The inputs that it declares, and ``settings``: the configuration's `metrics`.
    tables
        The paths of its table (``table``) and of each further table.
    """
    module = _module(name)
    software, settings = given.get("software", {}), given.get("settings", {})
    tested = module.QUESTION.get("tested", True)
    found = (
        _named(
            row if tested and row.measure not in UNTESTED else without_test(row),
            name,
            software,
            settings,
        )
        for row in module.rows(**given)
    )
    count = write_estimates(tables["table"], found)
    logger.info("%s: %d rows", name, count)  # they have the cases of each number
    for further in module.QUESTION.get("also", ()):
        write_rows(tables[further], module.HEADERS[further], getattr(module, further)(**given))


def _named(
    row: Estimate,
    name: str,
    software: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> Estimate:
    """Return the row with its question, its interval's level, and the versions it is about."""

    def versions() -> Iterable[str]:
        for note, key in (("version", row.subject), ("comparator_version", row.comparator)):
            if key in software:  # R37
                yield f"{note}={software[key]['version']}"

    level = row.level
    if math.isnan(level) and not math.isnan(row.ci_low):
        level = settings.get("confidence", level)
    if sign_of(settings, row.metric) < 0:
        # scores that were compared with the truth have the opposite sign
        # (`bonescint.stats.samples.Samples`)
        note = _MIDPOINT.sub(lambda found: write_number(-float(found[0])), row.note)
        row = replace(row, cutoff=-row.cutoff, note=note)
    row = replace(row, question=row.question or name, level=level)
    return held_together(row, level).noting(*versions())


def _module(name: str) -> Any:
    """Return a module of bonescint.questions, without knowing the others."""
    return importlib.import_module(f"bonescint.questions.{name}")


def _paths(given: str | Iterable[str]) -> Path | list[Path]:
    return Path(given) if isinstance(given, str) else [Path(path) for path in given]


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        inputs, params = dict(snakemake.input.items()), dict(snakemake.params.items())
        declared = _module(snakemake.rule).QUESTION
        needs = [*declared["needs"], *(["settings"] if "settings" in declared else [])]
        answer_question(
            name=snakemake.rule,
            given={key: _paths(inputs[key]) if key in inputs else params[key] for key in needs},
            tables={key: Path(path) for key, path in snakemake.output.items()},
        )
