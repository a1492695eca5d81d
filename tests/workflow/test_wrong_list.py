"""A software's export in the place of the list of opt-outs: refused, held, undone (R12)."""

from pathlib import Path

import pytest

from bonescint.files import read_rows
from bonescint.identity.ledger import open_ledger
from bonescint.identity.opt_outs import in_force
from tests.workflow.runner import configure, snakemake
from tests.workflow.test_custody import bonescint

EXPORT = "demo/exports/bonenavi.csv"
# the table that the list decides; only the last run is a whole one
COHORT = "results/cases.csv"


def cases(study: Path) -> set[str]:
    return {row["code"] for row in read_rows(study / "results" / "cases.csv")}


def declined(study: Path) -> set[str]:
    private = study / "private"
    return set(in_force(open_ledger(private / "ledger.age", private / "ledger.key")))


@pytest.mark.slow
def test_an_export_as_list_of_opt_outs(study: Path) -> None:
    everybody, before = cases(study), declined(study)
    configure(study, lambda c: c["inputs"].update(opt_out=EXPORT))
    assert "ids_only" in snakemake(study, fails=True)
    assert declined(study) == before

    configure(study, lambda c: c["inputs"].update(opt_out={"file": EXPORT, "ids_only": True}))
    printed = snakemake(study, COHORT)
    assert "bonescint opt-out confirm" in printed
    assert len(cases(study)) <= len(everybody) - 8  # every patient with MDP
    assert declined(study) == before

    # the list is recorded all the same, then taken back as a whole
    bonescint(study, "opt-out", "confirm")
    assert len(declined(study)) > len(before)
    bonescint(study, "opt-out", "confirm", code=1)
    bonescint(study, "opt-out", "undo", EXPORT)
    assert declined(study) == before
    snakemake(study, COHORT)
    assert cases(study) == everybody
    warnings = read_rows(study / "results" / "cohort" / "opt_out.warnings.csv")
    assert "opt_out.undone" in {row["key"] for row in warnings}

    configure(study, lambda c: c["inputs"].update(opt_out="demo/opt_out.csv"))
    snakemake(study)
    assert cases(study) == everybody
    assert declined(study) == before
