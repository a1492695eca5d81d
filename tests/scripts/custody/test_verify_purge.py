"""The last step gives a receipt only if nothing is left of any patient who has declined by now."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from scripts.custody.verify_purge import verify_purge

from bonescint.custody.declined import seal_declined
from bonescint.custody.traces import content, workers
from bonescint.custody.traces.terms import Person
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.identity.opt_out_lists import fingerprint, undo
from bonescint.identity.opt_outs import record
from tests.unit.custody.built import build

SUBJECT, OTHER = "84065274", "84065275"
ENTRY = {"source": "command", "received": "", "by": "", "ground": "", "relation": ""}
FILES = {name: f"private/ledger.{name}" for name in ("path", "key", "head")}
DECLINED, RECEIPT = Path("private/declined.age"), Path("results/purge.json")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger of a study in the current folder: one patient declined and is sealed."""
    monkeypatch.chdir(tmp_path)
    for side in ("results", "private", "logs", ".snakemake"):
        Path(side).mkdir()
    Path("opt_out.csv").write_text("患者ID,申出者,申出日\n", encoding="utf-8")
    ledger = create_ledger(**FILES)
    code = ledger.assign([SUBJECT, OTHER])[SUBJECT]
    record(ledger, [{"subject": SUBJECT} | ENTRY], None)
    person = Person(code, frozenset({SUBJECT}), frozenset({"MORI^EMI"}))
    seal_declined(DECLINED, {SUBJECT: person}, ledger)
    return ledger


def run(made_by: str = "") -> dict[str, int]:
    verify_purge(
        declined=DECLINED,
        ledger=FILES,
        opt_out=Path("opt_out.csv"),
        inputs=[Path("opt_out.csv")],
        temporary=[Path("private/index.csv")],
        decisions=Path("private/review/decisions.tsv"),
        current=["00"],
        language="en",
        receipt=RECEIPT,
        made_by=made_by,
    )
    return dict(json.loads(RECEIPT.read_text()))


def test_nothing_is_left(ledger: Ledger) -> None:
    Path("private/index.csv").write_text(SUBJECT)  # a run that ended early left it
    Path("results/cases.csv").write_text(f"code\n{ledger.code_of(OTHER)}\n")
    assert run() == {"declined": 1, "left": 0}
    assert not Path("private/index.csv").exists()


@pytest.mark.parametrize("left", [SUBJECT, "MORI EMI", "code"])
def test_what_is_left_is_named_by_its_file_alone(ledger: Ledger, left: str) -> None:
    left = str(ledger.code_of(SUBJECT)) if left == "code" else left
    Path("results/notes.txt").write_text(f"seen: {left}\n")
    with pytest.raises(InputError, match=r"results/notes\.txt") as caught:
        run()
    assert left not in str(caught.value)
    assert not RECEIPT.exists()


def test_an_edited_result_that_was_put_aside_goes_if_it_holds_who_declined(ledger: Ledger) -> None:
    kept = [Path(f"private/edited/2024010{n}-120000/results/cases.csv") for n in (1, 2)]
    for path, subject in zip(kept, (SUBJECT, OTHER), strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(f"code\n{ledger.code_of(subject)}\n")
    assert run() == {"declined": 1, "left": 0}
    assert [path.exists() for path in kept] == [False, True]


@pytest.mark.parametrize("how", ["list", "command"])
def test_a_patient_who_declined_meanwhile_is_filtered_by_the_next_run(
    ledger: Ledger, how: str
) -> None:
    if how == "list":
        with Path("opt_out.csv").open("a", encoding="utf-8") as stream:
            stream.write(f"{OTHER},本人,2024-01-10\n")
    else:
        record(ledger, [{"subject": OTHER} | ENTRY], None)
    with pytest.raises(InputError, match="Run again") as caught:
        run()
    assert OTHER not in str(caught.value)
    assert not RECEIPT.exists()
    # if it is missing, Snakemake makes everything anew that filter_opt_out makes
    assert not DECLINED.exists()


def test_a_list_that_was_taken_back_names_no_patient(ledger: Ledger) -> None:
    with Path("opt_out.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{OTHER},本人,2024-01-10\n")
    undo(ledger, fingerprint(ledger, "opt_out.csv"), None)
    assert run() == {"declined": 1, "left": 0}


def built(*codes: str) -> Path:
    """Build a closed disc image of these codes and return it."""
    (image,) = build(codes)
    assert not any(code.encode() in image.read_bytes() for code in codes)
    return image


def test_a_disc_is_withdrawn_by_its_list(ledger: Ledger) -> None:
    image = built(str(ledger.code_of(SUBJECT)), str(ledger.code_of(OTHER)))
    assert run() == {"declined": 1, "left": 0, "withdrawn": 1}
    assert not list(image.parent.iterdir()) and not list(image.parent.parent.glob("*.csv"))
    assert run() == {"declined": 1, "left": 0}


def test_a_disc_of_others_stays_and_is_not_read(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its list decides, because the search would read the image as a text of 700 MB."""
    image = built(str(ledger.code_of(OTHER)))
    search = content.search_text

    def watched(stream: IO[bytes], name: str, *rest: Any) -> Iterator[Any]:
        assert not name.endswith(".ISO")
        return search(stream, name, *rest)

    monkeypatch.setattr(content, "search_text", watched)
    assert run() == {"declined": 1, "left": 0}
    assert image.exists()


def test_an_image_without_a_list_goes_whoever_is_on_it(ledger: Ledger) -> None:
    image = built(str(ledger.code_of(OTHER)))
    other = image.with_name("BONE_TEST_D002_1.ISO")
    other.write_bytes(b"x")
    assert run() == {"declined": 1, "left": 0, "unlisted": 1}
    assert image.exists()
    assert not other.exists()


def test_who_stopped_the_provision_is_in_nothing_for_the_partner(ledger: Ledger) -> None:
    code = str(ledger.code_of(OTHER))
    sheet = Path("results/delivery/sheet.csv")
    ledger.append([{"kind": "stop_provision", "subject": OTHER}])
    image = built(code)
    sheet.write_text(code)
    Path("results/cases.csv").write_text(f"code\n{code}\n")  # stays in the analysis
    assert run() == {"declined": 1, "left": 0, "withdrawn": 1}
    assert not image.exists()
    assert not sheet.exists()


def test_nobody_declined(ledger: Ledger) -> None:
    for name in FILES:
        Path(FILES[name]).unlink()
    seal_declined(DECLINED, {}, create_ledger(**FILES))
    assert run() == {"declined": 0, "left": 0}


def test_a_later_run_looks_into_what_has_changed_alone(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_into: list[str] = []
    whole = workers.search_content

    def search_content(stream: IO[bytes], name: str, *rest: Any, **more: Any) -> Iterator[Any]:
        looked_into.append(name)
        return whole(stream, name, *rest, **more)

    monkeypatch.setattr(workers, "search_content", search_content)
    for name in ("results/a.txt", "results/b.txt", "logs/a.log", "results/delivery/a.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("nothing\n")
    time.sleep(0.15)  # within a tick of the clock a file may change and keep its date
    assert run("code") == {"declined": 1, "left": 0}
    # logs and deliveries are purged and searched, but looked into once
    assert sorted(looked_into)[:2] == ["logs/a.log", "private/ledger.head"]
    assert len(looked_into) == len(set(looked_into))
    Path("results/new.txt").write_text("nothing\n")
    # changed unnoticed: size and date are the same as before
    before = Path("results/b.txt").stat()
    Path("results/b.txt").write_text(f"{ledger.code_of(SUBJECT)}".rjust(before.st_size))
    os.utime("results/b.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    looked_into.clear()
    with pytest.raises(InputError, match=r"results/b\.txt"):
        run("code")
    assert {"results/b.txt", "results/new.txt"} <= set(looked_into)
    assert {"results/a.txt", "logs/a.log"}.isdisjoint(looked_into)
    Path("results/b.txt").unlink()
    # no record: everything is looked into
    looked_into.clear()
    assert run() == {"declined": 1, "left": 0}
    assert {"results/a.txt", "logs/a.log"} <= set(looked_into)
