"""A sealed study says so whatever is asked of it, and has nothing to do once it is unsealed."""

import shutil
from pathlib import Path

from bonescint.config import LEDGER_HEAD
from tests.workflow.runner import snakemake, started


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_seal_run_unseal(study: Path) -> None:
    key = study.parent / "medium" / "ledger.key"
    key.parent.mkdir()
    # a link, because another path of the key would run some steps again
    shutil.move(study / "private" / "ledger.key", key)
    (study / "private" / "ledger.key").symlink_to(key)
    started(study, "bonescint.cli", "seal", "--results")
    left = names_in(study / "private")
    assert left == [
        "ledger.age", "ledger.age.lock", Path(LEDGER_HEAD).name, "ledger.key", "readings.mark",
        "salt", "software.mark", "study.json", "volumes.mark",
    ]  # fmt: skip
    for arguments in ((), ("-n",)):
        printed = snakemake(study, *arguments, fails=True)
        assert "bonescint unseal" in printed
        assert "封印" in printed
        assert "Traceback" not in printed
    assert names_in(study / "private") == left
    assert names_in(study / "results") == []
    started(study, "bonescint.cli", "unseal")
    assert "Nothing to be done" in snakemake(study, "-n")
