"""`bonescint ledger rename-study`: on purpose, by its former ID, and never another kind of data."""

from pathlib import Path

import pytest

from bonescint.errors import InputError
from bonescint.identity.first_use import open_or_create
from bonescint.identity.study import study_of_folder
from tests.unit.ledger_study import HEAD, KEY, LEDGER, opened, run, settle
from tests.unit.study_config import configure


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(tmp_path, monkeypatch)
    mark = {"id": "BONE-DEMO", "synthetic": True}
    open_or_create({"path": LEDGER, "key": KEY, "head": HEAD, "study": mark}, Path("none"))  # type: ignore[typeddict-item]


def test_the_new_id_is_on_record_and_the_former_stays() -> None:
    configure(study={"id": "BONE-2"})
    with pytest.raises(InputError, match="rename-study"):
        run("status")
    with pytest.raises(InputError, match="BONE-DEMO"):
        run("rename-study", "BONE-1")
    assert study_of_folder() == {"id": "BONE-DEMO", "synthetic": True}
    assert run("rename-study", "BONE-DEMO") == 0
    assert [e["id"] for e in opened().entries("study")] == ["BONE-DEMO", "BONE-2"]
    assert opened().entries("study")[-1]["former"] == "BONE-DEMO"
    assert study_of_folder() == {"id": "BONE-2", "synthetic": True}
    assert run("status") == 0
    # once more, as after a power cut between ledger and folder
    assert run("rename-study", "BONE-DEMO") == 0
    assert len(opened().entries("study")) == 2
    configure()
    with pytest.raises(InputError, match="'BONE-2'"):
        run("status")


def test_a_new_id_makes_no_patients_of_simulated_data() -> None:
    configure(study={"id": "BONE-2", "synthetic": False})
    with pytest.raises(InputError):
        run("rename-study", "BONE-DEMO")
    assert len(opened().entries("study")) == 1
