"""Backups and the seal, as far as they are told without opening the ledger."""

import json
import os
from pathlib import Path

import pytest

from bonescint.doctor import rest
from bonescint.doctor.finding import GOOD, LOOK, MEND, looked_at

REAL, SIMULATED = looked_at({}), looked_at({"study": {"synthetic": True}})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def used(n: int) -> None:
    Path("private").mkdir(exist_ok=True)
    Path("private/ledger.head").write_text(f"{n} {'0' * 64}\n")


def told(**last: object) -> None:
    Path("private/backups.json").write_text(json.dumps(last))


def found() -> list[tuple[str, str]]:
    return [(one.state, one.key) for one in rest.backup(REAL)]


def test_backups() -> None:
    assert found() == [(GOOD, "nothing")]
    used(120)
    assert found() == [(MEND, "no_ledger"), (MEND, "no_key")]
    assert [one.state for one in rest.backup(SIMULATED)] == [LOOK, LOOK]
    ledger = {"at": "2026-11-01", "patients": 100, "entries": 120}
    told(ledger=ledger)
    assert found() == [(MEND, "no_key")]
    told(ledger=ledger, key={"at": "2026-11-02"})
    (one,) = rest.backup(REAL)
    assert one[1:3] == (GOOD, "found")
    assert one.values == {"ledger": "2026-11-01", "key": "2026-11-02"}
    used(123)
    (one,) = rest.backup(REAL)
    assert one[1:3] == (LOOK, "behind")
    assert one.values == {"date": "2026-11-01", "n": 3}


def test_a_record_that_somebody_edited_tells_nothing() -> None:
    used(1)
    for text in ('{"ledger": 3}', '{"ledger": {"at": "x"}, "key": {}}', "[]", "x"):
        Path("private/backups.json").write_text(text)
        assert found() == [(MEND, "no_ledger"), (MEND, "no_key")]


def test_the_seal() -> None:
    assert rest.seal()[1:3] == (GOOD, "nothing")
    used(1)
    assert rest.seal()[1:3] == (GOOD, "open")
    Path("private.age").write_bytes(b"age")
    os.utime("private.age", (10**9, 10**9))
    done = rest.seal()
    assert done[1:3] == (GOOD, "found")
    assert done.values == {"file": "private.age", "date": "2001-09-09"}
    # a mark left by a command is no interruption, a table is
    Path("private/opt_out.mark").touch()
    assert rest.seal().key == "found"
    Path("private/cohort.csv").touch()
    os.utime("private/cohort.csv", (10**9 - 1, 10**9 - 1))
    assert rest.seal()[1:3] == (LOOK, "unfinished")
    # neither command removes later files; a file may be named after a patient
    Path("private/cohort.csv").touch()
    Path("private/A^B.csv").touch()
    blocked = rest.seal()
    assert blocked[1:3] == (LOOK, "blocked")
    assert (blocked.values["n"], blocked.values["files"]) == (2, "private/cohort.csv, …")


def test_a_seal_with_a_file_left_in_any_folder_is_unfinished() -> None:
    Path("private/custody").mkdir(parents=True)
    study = looked_at({"ledger": {"path": "private/custody/x.age", "key": "private/link.key"}})
    Path("private/link.key").symlink_to("/nowhere")
    for name in ("private.age", "private/custody/x.age", "private/custody/x.age.lock"):
        Path(name).touch()
    assert rest.seal(study).key == "found"
    for name in ("private/codes.json", "private/batches/00.tsv"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
        os.utime(name, (1, 1))
        assert rest.seal(study).key == "unfinished"
        Path(name).unlink()
    Path("results").mkdir()
    Path("results/cases.csv").touch()
    os.utime("results/cases.csv", (1, 1))
    assert rest.seal(study).key == "found"
    Path("results.age").touch()
    assert rest.seal(study).values["file"] == "private.age, results.age"
    assert rest.seal(study).key == "unfinished"
