"""`bonescint check`: every input at once, a table at the end, the run's own verdict."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pydicom
import pytest

from bonescint.cli import main
from bonescint.config import ledger_settings
from bonescint.identity.choices import ChoiceRule, record_choice
from bonescint.identity.ledger import create_ledger
from bonescint.resources import ROOT
from tests.scripts.imports.cohort_tables import make_cohort
from tests.unit.dicom.samples import nm_file
from tests.unit.study_config import shipped, write

IDS = ("00001001", "00001002", "00001003", "00001004", "00002001", "00002002")
DAY = "2019-06-03"
Check = Callable[[], tuple[int, str, str]]


def export(*ids: str, hotspots: int = 2) -> str:
    rows = "".join(f"{one},{DAY},1.5,{hotspots},解析済,\n" for one in ids)
    return f"患者ID,検査日,BSI値(%),ホットスポット数,状態,ソフト\n{rows}"


def report(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["患者ID", "検査日", "転移数", "転移の有無", "EOD", "所見"])
    for one in IDS:
        book.active.append([one, DAY, 1, "有", 1, "所見"])
    book.save(path)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return a good study's configuration, with its inputs in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    config = shipped(language="en")
    config["inputs"] = {"dicom": "images", "participants": "who.csv", "opt_out": "out.csv"}
    config["software"].pop("reference", None)
    for key, entry in config["software"].items():
        entry["export"] = f"{key}.csv"
        entry.pop("second_export", None)
        entry["columns"] = {"key": "患者ID", "bsi": "BSI値(%)", "hotspots": "ホットスポット数"}
    config["readers"] = {"reader1": {"report": "reader1.xlsx", "key": "patient_id"}}
    for number in range(3):
        path = nm_file(tmp_path / "images" / f"{number}.dcm", number)
        dataset = pydicom.dcmread(path)
        dataset.add_new("SyntheticData", "CS", "YES")
        dataset.save_as(path)
    Path("images/notes.txt").write_text("no image")
    rows = "".join(f"{one},HS2022-005\n" for one in IDS)
    Path("who.csv").write_text(f"患者ID,試験番号\n{rows}", encoding="utf-8")
    Path("out.csv").write_text("患者ID,申出日,申出者\n99,2024-01-10,本人\n", encoding="utf-8")
    Path("bonenavi.csv").write_text(export(*IDS[4:]), encoding="utf-8")
    for n, key in enumerate(("vsbone2", "vsbone3")):
        Path(f"{key}.csv").write_text(export(*IDS[:4], hotspots=n + 3), encoding="utf-8")
    report(Path("reader1.xlsx"))
    return config


@pytest.fixture
def check(config: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Check:
    def run() -> tuple[int, str, str]:
        write(config)
        code = main(["check"])
        said = capsys.readouterr()
        assert not re.search("100[1-4]|200[12]", said.out + said.err)  # nobody's ID
        return code, said.out, said.err

    return run


def line(out: str, where: str) -> list[str]:
    """Return rows, cohort, errors and warnings of an input in the table."""
    (found,) = [one for one in out.splitlines() if one.startswith(f"{where}  ")]
    return found.removeprefix(where).replace(" / ", "/").split()


def test_before_the_first_run(check: Check) -> None:
    code, out, err = check()
    assert (code, err) == (0, ""), err
    assert line(out, "inputs.dicom") == ["4", "-", "0", "0"]
    assert line(out, "inputs.participants") == ["6", "-", "0", "0"]
    assert line(out, "software.vsbone3.export") == ["4", "-", "0", "0"]
    assert line(out, "readers.reader1.report") == ["6", "-", "0", "0"]
    assert "3 are DICOM" in out and "no ledger yet" in out and "cohort is not known yet" in out
    assert out.splitlines()[-1].startswith("Next: see the steps")
    written = {"config.yaml", "images", "who.csv", "out.csv", "reader1.xlsx"}
    written |= {"bonenavi.csv", "vsbone2.csv", "vsbone3.csv"}
    assert {path.name for path in Path().iterdir()} == written  # the check wrote nothing


def test_tables_are_held_against_the_cohort(check: Check, config: dict[str, Any]) -> None:
    make_cohort(Path("private"))
    Path("vsbone3.csv").write_text(export(*IDS[:3], "0777"), encoding="utf-8")
    code, out, err = check()
    assert code == 0
    assert line(out, "ledger") == ["6", "-", "0", "0"]
    assert line(out, "inputs.participants") == ["6", "6/6", "0", "0"]
    assert line(out, "software.bonenavi.export")[:3] == ["2", "2/2", "0"]
    rows, matched, errors, warnings = line(out, "software.vsbone3.export")
    assert (rows, matched, errors) == ("4", "3/4", "0") and int(warnings) >= 2
    assert "R8" in err and out.splitlines()[-1].startswith("Next: read the warnings")


def test_all_errors_of_all_inputs_at_once(check: Check, config: dict[str, Any]) -> None:
    make_cohort(Path("private"))
    Path("vsbone2.csv").write_text(
        export(*IDS[:4]).replace("1.5", "101", 1).replace("1.5", "x", 1), encoding="utf-8"
    )
    second = export(*IDS[:4], hotspots=4).replace("1.5", "-5", 1)
    Path("second.csv").write_text(second, encoding="utf-8")
    config["software"]["vsbone3"]["second_export"] = "second.csv"
    config["readers"]["reader1"]["report"] = "nowhere.xlsx"
    config["inputs"]["participants"] = "images"
    config["cohort"]["exam_to"] = "2019-01-01"
    Path("out.csv").write_text("患者ID,申出日,申出者\n山田 花子,,本人\n", encoding="utf-8")
    code, out, err = check()
    assert code == 1
    told = {
        "config.yaml": "1", "inputs.participants": "1", "inputs.opt_out": "1",
        "software.vsbone2.export": "2", "readers.reader1.report": "1",
        "software.vsbone3.second_export": "1", "software.vsbone3.export": "1",
        "software.bonenavi.export": "0",
    }  # fmt: skip
    assert {where: line(out, where)[2] for where in told} == told
    assert "exam_from is later" in err and "'images' is a folder" in err
    assert "nowhere.xlsx" in err and "山田" not in err
    assert err.splitlines()[-1] == (
        "Next: mend the errors of config.yaml first (1), then run bonescint check again."
    )
    # each once, though the configuration's own check reads some inputs, too
    assert err.count("nowhere.xlsx") == 1


@pytest.mark.parametrize("form", ["plain", "encrypted"])
def test_what_a_disc_waits_for_is_told(check: Check, config: dict[str, Any], form: str) -> None:
    config["delivery"]["disc"] = {"form": form, "passphrase_file": None}
    code, out, _ = check()
    assert code == 0 and ("passphrase_file" in out) == (form == "encrypted")


def test_an_incomplete_opt_out_is_a_warning(check: Check) -> None:
    Path("out.csv").write_text("患者ID,申出日,申出者\n99,,代諾者\n", encoding="utf-8")
    code, out, err = check()
    assert code == 0 and line(out, "inputs.opt_out") == ["1", "-", "0", "3"]
    assert "out.csv 2" in err


@pytest.mark.parametrize("synthetic", [True, False])
def test_images_of_the_other_kind(check: Check, config: dict[str, Any], synthetic: bool) -> None:
    config["study"]["synthetic"] = synthetic
    code, out, err = check()
    assert code == (0 if synthetic else 1)
    assert ("Synthetic Data = YES" in err) is not synthetic
    # a real study's delivery waits for more: told, and no error
    assert ("What a delivery" in out and "R39" in out) is not synthetic or synthetic


def test_a_folder_without_images(check: Check, config: dict[str, Any]) -> None:
    Path("other").mkdir()
    config["inputs"]["dicom"] = "other"
    code, out, err = check()
    assert code == 1 and "holds no file" in err
    Path("other/a.txt").write_text("none")
    code, out, err = check()
    assert code == 0 and "readable DICOM" in err
    config["inputs"]["dicom"] = "who.csv"
    code, out, err = check()
    assert code == 1 and "'who.csv' is a file. Name a folder." in err


def test_secrets_and_decisions(check: Check, config: dict[str, Any]) -> None:
    make_cohort(Path("private"))
    Path("private/ledger.key").chmod(0o644)
    decisions = Path("private/review/decisions.tsv")
    decisions.parent.mkdir()
    decisions.write_text("item\tsha256\tdecision\treviewer\tdate\nimage\tx\tperhaps\tR1\t\n")
    Path("staff.txt").write_text("# names\n佐藤\n", encoding="utf-8")
    config["delivery"]["staff_names"] = "staff.txt"
    code, out, err = check()
    assert code == 1
    assert line(out, "ledger")[2] == "1" and line(out, str(decisions))[2] == "1"
    assert line(out, "delivery.staff_names")[0] == "1"
    # without the ledger whose codes these are nobody can tell
    assert line(out, "software.vsbone3.export") == ["4", "-", "0", "0"]
    assert "not held against the cohort" in out


def test_the_hospital_s_tag_table(check: Check, config: dict[str, Any]) -> None:
    rows = (ROOT / "resources/tag_table.csv").read_text(encoding="utf-8-sig")
    Path("tags.csv").write_text(rows, encoding="utf-8")
    config["deidentification"]["tag_table"] = "tags.csv"
    code, out, err = check()
    assert code == 0 and int(line(out, "deidentification.tag_table")[0]) > 10
    Path("tags.csv").write_text(f"{rows}(0008\n", encoding="utf-8")
    code, out, err = check()
    assert code == 1 and line(out, "deidentification.tag_table")[2] == "1"


def test_a_table_that_is_open_in_excel(check: Check) -> None:
    Path("~$reader1.xlsx").touch()
    Path(".~lock.who.csv#").touch()
    code, out, err = check()
    assert code == 0 and err.count("open in Excel") == 2
    assert line(out, "readers.reader1.report")[3] == "1"


def test_a_configuration_of_the_wrong_form(check: Check, config: dict[str, Any]) -> None:
    config["cohrot"] = config.pop("cohort")
    del config["language"]
    code, out, err = check()
    assert code == 1 and "「cohort」ではありませんか" in err
    assert "ほかの入力はまだ確認していません" in out and "inputs.dicom" not in out


def test_on_a_terminal_a_bar_stands(
    check: Check, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    code, out, err = check()
    assert code == 0 and line(out, "inputs.dicom")[0] == "4"


def test_the_check_of_one_table_tells_an_open_one(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    check()
    Path("~$reader1.xlsx").touch()
    assert main(["table", "check", "reader1"]) == 0
    assert "open in Excel" in capsys.readouterr().out


def test_a_configuration_of_another_folder(check: Check, tmp_path: Path) -> None:
    check()
    (tmp_path / "below").mkdir()
    os.chdir(tmp_path / "below")
    assert main(["check", "--config", "../config.yaml"]) == 1


def test_an_empty_table_is_a_warning(check: Check) -> None:
    Path("vsbone3.csv").write_text(export(), encoding="utf-8")
    code, out, err = check()
    assert code == 0 and line(out, "software.vsbone3.export") == ["0", "-", "0", "1"]
    assert "vsbone3.csv" in err


def test_many_warnings_are_cut(check: Check) -> None:
    rows = "".join(f"{n},,\n" for n in range(10, 40))
    Path("out.csv").write_text(f"患者ID,申出日,申出者\n{rows}", encoding="utf-8")
    code, out, err = check()
    assert code == 0 and line(out, "inputs.opt_out")[3] == "60"
    assert "50 more (all of them: bonescint table check inputs.opt_out)" in err


def test_stored_values_and_the_list_to_choose_from(check: Check, config: dict[str, Any]) -> None:
    config["software"]["vsbone3"]["repeat_export"] = "stored.csv"
    config["cohort"]["selection"] = {"list": "order.csv"}
    Path("stored.csv").write_text(export(*IDS[:4]), encoding="utf-8")
    Path("order.csv").write_text("\n".join(["患者ID", *IDS, ""]), encoding="utf-8")
    code, out, err = check()
    assert (code, err) == (0, ""), err
    assert line(out, "software.vsbone3.repeat_export") == ["4", "-", "0", "0"]
    assert line(out, "cohort.selection.list") == ["6", "-", "0", "0"]

    Path("stored.csv").write_text("患者ID,検査日\n", encoding="utf-8")
    Path("order.csv").write_text(f"患者ID\n{IDS[0]}\n{IDS[0]}\n", encoding="utf-8")
    code, out, err = check()
    assert code == 1
    assert line(out, "software.vsbone3.repeat_export")[2] == "2"
    assert line(out, "cohort.selection.list")[2] == "1"


def test_a_choice_on_record_that_the_run_would_not_give_up(
    check: Check, config: dict[str, Any]
) -> None:
    ledger = create_ledger(**ledger_settings(config))
    record_choice(ledger, ChoiceRule("random", 7), {"BS-1": "with_findings"}, None)
    config["cohort"]["selection"] = {"random": 7}
    code, out, err = check()
    assert code == 0 and line(out, "cohort.selection")[2] == "0"
    for other in ({"random": 8}, "all", {"list": "order.csv"}):
        config["cohort"]["selection"] = other
        Path("order.csv").write_text("\n".join(["患者ID", *IDS, ""]), encoding="utf-8")
        code, out, err = check()
        assert code == 1 and "again" in err
    config["cohort"]["selection"] = {"random": 8, "again": "one reader was replaced"}
    assert check()[0] == 0
