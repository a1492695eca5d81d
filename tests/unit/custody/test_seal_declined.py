"""Opt-outs in a sealed study: what is said of them, until a run has taken them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.config import PURGED
from bonescint.custody.declined import seal_declined
from bonescint.custody.known_people import DECLINED
from bonescint.custody.traces.terms import Person
from bonescint.identity.ledger import Ledger, open_ledger
from bonescint.identity.opt_outs import declined, withdraw
from tests.unit.custody.to_seal import PATIENT, begin

Capture = pytest.CaptureFixture[str]
ADD = ["opt-out", "add", PATIENT, "--by", "self", "--received", "2026-01-01"]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Ledger]:
    """Return what opens the ledger of a study in this folder, which has run."""
    folder, key = tmp_path / "study", tmp_path / "ledger.key"
    mark = begin(folder, key, monkeypatch)
    (folder / "results").mkdir()

    def opened() -> Ledger:
        return open_ledger("private/ledger.age", key, head="private/ledger.head", study=mark)

    run(opened())
    return opened


def run(ledger: Ledger, through: bool = True) -> None:
    """Do what a run does of opt-outs: an early step, and the last one."""
    Path("private/consented.csv").write_text("subject,patient_name,patient_birth_date\n")
    persons = {s: Person(ledger.code_of(s), frozenset({s}), frozenset()) for s in declined(ledger)}
    seal_declined(DECLINED, persons, ledger)
    if through:
        PURGED.write_text("{}")
        os.utime(PURGED, ns=(1, DECLINED.stat().st_mtime_ns + 1))


def unsealed(capsys: Capture) -> str:
    assert main(["seal", "--results"]) == 0
    capsys.readouterr()
    assert main(["unseal"]) == 0
    return capsys.readouterr().out


def test_every_sealed_file_is_named_before_what_is_next(
    book: Callable[[], Ledger], capsys: Capture
) -> None:
    main(["seal", "--results"])
    capsys.readouterr()
    for command, then in ((ADD, "vanish"), (["opt-out", "withdraw", PATIENT], "excluded")):
        assert main(command) == 0
        said = capsys.readouterr().out
        assert "private.age, results.age" in said
        assert said.index("private.age") < said.index("bonescint unseal") < said.index("snakemake")
        assert then in said.splitlines()[-1]
    assert main(["check"]) == 1
    assert "private.age, results.age" in capsys.readouterr().err


def test_to_seal_a_finished_study_again_says_nothing(
    book: Callable[[], Ledger], capsys: Capture
) -> None:
    main(ADD)
    run(book())
    for _ in range(2):
        assert main(["seal", "--results"]) == 0
    assert "no run followed" not in capsys.readouterr().out


def test_an_opt_out_is_told_until_a_run_has_taken_it(
    book: Callable[[], Ledger], capsys: Capture
) -> None:
    assert "as it was before" in unsealed(capsys)
    assert main(ADD) == 0
    for _ in range(2):
        assert "since the last run" in unsealed(capsys)
    # one that was cut off after it had read them, and one that failed over the list
    run(book(), through=False)
    assert "since the last run" in unsealed(capsys)
    Path("private/consented.csv").unlink()
    assert "since the last run" in unsealed(capsys)
    run(book())
    assert "as it was before" in unsealed(capsys)
    withdraw(book(), [PATIENT])
    assert "since the last run" in unsealed(capsys)
    run(book())
    assert "as it was before" in unsealed(capsys)
