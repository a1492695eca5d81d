"""`bonescint delivery forms`: of a record, of built volumes, and what it refuses."""

from datetime import date
from pathlib import Path

import pytest

from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record
from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.papers import OF_PROVISION
from tests.unit.called import call
from tests.unit.ledger_study import opened
from tests.unit.papers.samples import provision
from tests.unit.study_config import configure

ALL = sorted(f"{name}{ending}" for name in OF_PROVISION for ending in (".pdf", ".xlsx"))


def run(*arguments: str) -> int:
    return call("delivery", "forms", *arguments)


def files(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).glob("*"))


@pytest.fixture
def built(codes: dict[str, str]) -> list[str]:
    """Return the codes of two volumes that were built, the next delivery of the study."""
    configure(study={"synthetic": True})
    inside = sorted(codes.values())[:2]
    Path("results/delivery").mkdir(parents=True)
    rows = [{**v, "file": "x", "file_set_id": f"BONE_DEMO_D001_{v['volume']}"}
            for v in provision().volumes]  # fmt: skip
    write_rows("results/delivery/volumes.csv", columns("volumes"), rows)
    cases = [{"volume": "1", "code": c, "images": "2", "sha256": "0" * 64, "replaces": ""}
             for c in inside]  # fmt: skip
    write_rows("results/delivery/contents.csv", columns("contents"), cases)
    return inside


def deliver(inside: list[str]) -> None:
    contents = DeliveryContents([["a.iso", "0" * 64]], set(inside))
    details = dict.fromkeys(DETAILS, "x") | {"date": "2026-01-30", "medium": "CD-R 7"}
    put_on_record(opened(), contents, details, "ja", date(2026, 1, 31), None,
                  volumes=provision().volumes)  # fmt: skip


def test_forms_of_built_volumes(built: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert files("forms/D-001") == ALL
    assert "D-001" in capsys.readouterr().out
    data = Path("forms/D-001/codes.pdf").read_bytes()
    assert all(code.encode() in data for code in built)
    assert Path("forms/D-001").stat().st_mode & 0o077 == 0
    before = {path: path.read_bytes() for path in Path("forms").rglob("*.*")}
    assert run() == 0  # the same again
    assert {path: path.read_bytes() for path in Path("forms").rglob("*.*")} == before


def test_forms_of_a_record_instead_of_built_volumes(built: list[str]) -> None:
    run()
    blank = Path("forms/D-001/record.pdf").read_bytes()
    assert b"2026-01-30" not in blank
    deliver(built)
    assert run("D-001") == 0
    recorded = Path("forms/D-001/record.pdf").read_bytes()
    assert b"2026-01-30" in recorded and b"CD-R 7" in recorded


def test_a_form_that_somebody_filled_in_stays(built: list[str]) -> None:
    run()
    deliver(built)
    Path("forms/D-001/receipt.xlsx").write_bytes(b"filled in")
    before = Path("forms/D-001/record.pdf").read_bytes()
    with pytest.raises(InputError, match=r"receipt\.xlsx"):
        run("D-001")
    assert Path("forms/D-001/receipt.xlsx").read_bytes() == b"filled in"
    assert Path("forms/D-001/record.pdf").read_bytes() == before
    assert run("d1", "--folder", "elsewhere", "--form", "receipt") == 0
    assert files("elsewhere") == ["receipt.pdf", "receipt.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["D-009"], "D-009"),
        (["--folder", "results/forms"], "results/forms"),
        (["--folder", "private"], "private"),
        (["--folder", "recalls/x"], "recalls"),
    ],
)
def test_bad_input(built: list[str], arguments: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(*arguments)
    assert not Path("forms").exists()
    assert not Path("recalls").exists()


def test_nothing_was_built(codes: dict[str, str]) -> None:
    configure(study={"synthetic": True})
    with pytest.raises(InputError, match=r"volumes\.csv"):
        run()
    assert not Path("forms").exists()


def test_no_manager(built: list[str]) -> None:
    configure(study={"synthetic": True, "privacy_manager": None})
    with pytest.raises(InputError, match="R33"):
        run()
    assert not Path("forms").exists()
