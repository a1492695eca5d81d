"""`bonescint table check` of a list finds what the run would stop for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.ledger import create_ledger, open_ledger
from bonescint.identity.opt_outs import record
from tests.unit.called import call
from tests.unit.commands.opt_out_command import LEDGER, take_list
from tests.unit.study_config import configure, reconfigure

IDS = ("00471936", "00586371", "ａ-1")
Command = Callable[..., str]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    configure(language="en")
    return tmp_path


@pytest.fixture
def command(study: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str) -> str:
        assert call(*arguments) == 0
        return capsys.readouterr().out

    return run


def list_of(*ids: str) -> Path:
    rows = "".join(f'"{one}",2024-01-10,本人\n' for one in ids)
    Path("opt_out.csv").write_text("患者ID,申出日,申出者\n" + rows, encoding="utf-8")
    return Path("opt_out.csv")


def filtered(opt_out: Path) -> None:
    take_list(opt_out, IDS)


@pytest.mark.parametrize(
    "typed", ["00471936, 00586371", "00471936/00586371", "山田 花子", "00471936 00586371"]
)
def test_check_and_run_refuse_the_same_entries(command: Command, typed: str):
    filtered(list_of("00471936"))
    opt_out = list_of("00586371", typed)
    with pytest.raises(InputError) as of_run:
        filtered(opt_out)
    with pytest.raises(InputError) as of_check:
        command("table", "check", "opt_out", "opt_out.csv")
    assert of_run.value.problems == of_check.value.problems
    assert "row 3" in of_run.value.problems[0] and "471936" not in str(of_run.value)


def test_a_code_is_no_id(command: Command):
    ledger = create_ledger(**LEDGER)
    (code,) = ledger.assign(["471936"]).values()
    list_of(code)
    with pytest.raises(InputError, match="row 2"):
        command("table", "check", "opt_out", "opt_out.csv")


def test_an_odd_id_that_an_image_or_the_ledger_names_is_one(command: Command):
    filtered(list_of())
    list_of("ａ-1")
    assert "no error" in command("table", "check", "opt_out", "opt_out.csv")
    filtered(list_of("ａ-1"))  # its images are left out from now on
    assert "no error" in command("table", "check", "opt_out", "opt_out.csv")


def test_before_the_first_run_it_says_what_it_could_not_check(command: Command):
    list_of("00471936")
    said = command("table", "check", "opt_out", "opt_out.csv")
    assert "private/consented.csv" in said and "no ledger yet, or it cannot be read" in said
    assert "0 warnings" in said.splitlines()[0]
    filtered(Path("opt_out.csv"))
    said = command("table", "check", "opt_out", "opt_out.csv")
    assert "consented" not in said and "ledger" not in said


def test_patients_who_declined_are_known_from_the_ledger(command: Command):
    filtered(list_of("00471936"))
    list_of("00471936 00586371")
    with pytest.raises(InputError, match="row 2"):
        command("table", "check", "opt_out", "opt_out.csv")
    record(open_ledger(**LEDGER), [_entry("Q.7")])
    list_of("Q.7")
    assert "no error" in command("table", "check", "opt_out", "opt_out.csv")


def _entry(subject: str) -> dict[str, Any]:
    return {"subject": subject, "source": "command", "received": "", "by": "", "ground": "",
            "relation": ""}  # fmt: skip


def test_rows_struck_out_are_named(command: Command):
    book = openpyxl.Workbook()
    book.active.append(["患者ID", "試験番号"])
    book.active.append(["12", "HS2022-005"])
    for cell in book.active[2]:
        cell.font = Font(strike=True)
    book.save("p.xlsx")
    said = command("table", "check", "participants", "p.xlsx")
    assert "1 warnings" in said and "p.xlsx row 2: The whole row is struck out" in said


def test_the_check_of_all_lists_is_the_same(command: Command):
    reconfigure(inputs={"opt_out": "opt_out.csv"})
    list_of("山田 花子")
    with pytest.raises(InputError, match="row 2"):
        command("check")


def test_exams_to_take_are_held_against_the_images(command: Command):
    Path("exams.csv").write_text("患者ID,検査日\n1,2019-07-01\n7,2019-07-01\n", encoding="utf-8")
    said = command("table", "check", "exam_dates", "exams.csv")
    assert "private/consented.csv" in said and "0 warnings" in said.splitlines()[0]
    row = {"subject": "1", "study_date": "20190701"}
    write_rows("private/consented.csv", list(row), [row])
    said = command("table", "check", "exam_dates", "exams.csv")
    assert "exams.csv row 3: No image" in said and "1 warnings" in said.splitlines()[0]
    write_rows("private/consented.csv", list(row), [row | {"study_date": "20190702"}])
    with pytest.raises(InputError, match="row 2.*no image of an exam"):
        command("table", "check", "exam_dates", "exams.csv")
