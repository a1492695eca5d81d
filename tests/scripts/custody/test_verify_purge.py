"""The last step: what is left of who declined is cleared away, found, or stops the run."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scripts.custody.verify_purge import verify_purge

from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.identity.opt_outs import record

DECLINED, STAYS = "4711234", "8822345"
LEDGER = {name: f"private/ledger.{name}" for name in ("path", "key", "head")}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger of a study in which one of two patients has declined."""
    monkeypatch.chdir(tmp_path)
    for folder in ("results", "private", "logs", ".snakemake"):
        Path(folder).mkdir()
    book = create_ledger(**LEDGER)
    book.assign([DECLINED, STAYS])
    record(book, [{"subject": DECLINED, "source": "list", "received": "", "by": "self"}])
    people = [
        {
            "subject": DECLINED,
            "code": book.code_of(DECLINED),
            "ids": [DECLINED],
            "names": ["Takahashi^Hanako"],
        }
    ]
    Path("private/declined.age").write_bytes(book.seal(json.dumps(people).encode()))
    Path("opt_out.csv").write_text(f"患者ID,申出者,申出日\n{DECLINED},本人,2024-01-10\n")
    return book


@pytest.fixture
def verify(ledger: Ledger) -> Callable[[], None]:
    """Return the script's function with the study's own arguments."""

    def run() -> None:
        verify_purge(
            declined=Path("private/declined.age"),
            ledger=LEDGER,
            opt_out=Path("opt_out.csv"),
            inputs=[Path("opt_out.csv")],
            temporary=[Path("private/index.csv")],
            decisions=Path("private/review/decisions.tsv"),
            current=["00"],
            language="en",
            receipt=Path("results/purge.json"),
        )

    return run


def test_nothing_left_writes_the_receipt(verify: Callable[[], None]) -> None:
    Path("results/cases.csv").write_text("code,age\nBS-00000,63\n")
    verify()
    assert json.loads(Path("results/purge.json").read_text()) == {"declined": 1, "left": 0}


def test_a_table_of_everybody_goes(verify: Callable[[], None]) -> None:
    Path("private/index.csv").write_text(f"patient_id\n{DECLINED}\n")
    verify()
    assert not Path("private/index.csv").exists()


def test_a_trace_stops_the_run_without_naming_the_patient(
    ledger: Ledger, verify: Callable[[], None]
) -> None:
    code = ledger.code_of(DECLINED)
    Path("results/kept.csv").write_text(f"code,bsi\n{code},1.2\n")
    with pytest.raises(InputError) as stopped:
        verify()
    assert "results/kept.csv" in str(stopped.value)
    for identifier in (DECLINED, "Takahashi", "Hanako"):
        assert identifier not in str(stopped.value)
    assert not Path("results/purge.json").exists()


def test_who_declined_while_the_run_went_on_stops_it(verify: Callable[[], None]) -> None:
    with Path("opt_out.csv").open("a") as stream:
        stream.write(f"{STAYS},本人,2024-02-01\n")
    with pytest.raises(InputError):
        verify()
    # without it the next run must filter the opt-outs
    assert not Path("private/declined.age").exists()
    assert not Path("results/purge.json").exists()
