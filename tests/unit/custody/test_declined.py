"""Patients who declined are searched for by code, IDs and names; no plain file names them."""

import stat
from pathlib import Path

import pytest

from bonescint.custody.declined import seal_declined, unseal_declined, who_declined
from bonescint.custody.traces.terms import Person
from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.identity.people import read_people

ROWS = [
    {"patient_id": "0012", "patient_name": "MORI^EMI=森^恵美"},
    {"patient_id": "12", "patient_name": "MORI^EMI"},
    {"patient_id": "34", "patient_name": "SATO^AKI=佐藤^亜紀"},
    {"patient_id": "56", "patient_name": "SATO^AKI=佐藤^明"},
]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")


def persons(folder: Path, gone: set[str], ledger: Ledger) -> dict[str, Person]:
    write_rows(folder / "index.csv", columns("index"), ROWS)
    return who_declined(read_people(folder / "index.csv"), gone, ledger)


def test_every_spelling_is_searched_for_except_those_of_a_namesake(
    tmp_path: Path, ledger: Ledger
) -> None:
    code = ledger.assign(["34"])["34"]
    assert persons(tmp_path, {"12", "34", "99"}, ledger) == {
        "12": Person(None, frozenset({"0012", "12"}), frozenset({"MORI^EMI=森^恵美", "MORI^EMI"})),
        "34": Person(code, frozenset({"34"}), frozenset({"佐藤^亜紀"})),
        "99": Person(None, frozenset({"99"}), frozenset()),
    }


@pytest.mark.parametrize("gone", [{"12", "34"}, set()])
def test_what_is_sealed_opens_with_the_ledger_alone(
    tmp_path: Path, ledger: Ledger, gone: set[str]
) -> None:
    found, path = persons(tmp_path, gone, ledger), tmp_path / "declined.age"
    seal_declined(path, found, ledger)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"MORI" not in path.read_bytes()
    assert unseal_declined(path, ledger) == found
    other = create_ledger(tmp_path / "other.age", tmp_path / "other.key")
    with pytest.raises(InputError):
        unseal_declined(path, other)
