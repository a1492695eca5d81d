"""Running `bonescint opt-out`, `bonescint delivery` and the rule that takes the list."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from scripts.cohort.filter_opt_out import filter_opt_out

from bonescint.declared import columns
from bonescint.files import write_rows
from tests.unit.called import call

Run = Callable[..., str]
LEDGER = {
    "path": "private/ledger.age", "key": "private/ledger.key", "head": "private/ledger.head"
}  # fmt: skip


@pytest.fixture
def run(study: object, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what gives a command and returns what it says; tests import this fixture."""

    def command(*arguments: str) -> str:
        capsys.readouterr()
        assert call(*arguments) == 0
        return capsys.readouterr().out

    return command


def take_list(
    opt_out: Path, patients: Iterable[str], language: str = "en", ids_only: bool = False
) -> None:
    """Run the rule for an index of one image a patient."""
    rows = [{"path": str(n), "patient_id": one} for n, one in enumerate(patients)]
    write_rows("index.csv", columns("index"), rows)
    write_rows("lost.csv", columns("unreadable"), [])
    tables = ("consented", "counts", "warnings", "unreadable")
    filter_opt_out(
        index=Path("index.csv"),
        unindexed=Path("lost.csv"),
        opt_out=opt_out,
        ledger=LEDGER,
        language=language,
        coded=Path("coded"),
        declined=Path("private/declined.age"),
        decisions=Path("private/review/decisions.tsv"),
        doubts=Path("private/opt_out_doubts.age"),
        cache=Path("private/index.age"),
        made_by="",
        ids_only=ids_only,
        **{name: Path("private", f"{name}.csv") for name in tables},
    )
