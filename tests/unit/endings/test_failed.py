"""The last words of a failed run: each fault once, where it is, what is no fault of the user's."""

from pathlib import Path

import pytest

from bonescint.endings.failed import CallFault, Wording, fault_lines, logged_faults
from bonescint.joblog import job_log

EN = Wording({"language": "en"})


def said(*faults: CallFault, text: Wording = EN, is_interrupted: bool = False) -> str:
    return "\n".join(fault_lines(faults, text, is_interrupted))


def job(rule: str, log: Path, *wildcards: str) -> CallFault:
    return CallFault(rule=rule, wildcards=wildcards, logs=(log,))


def write(log: Path, *lines: str) -> Path:
    log.write_text("\n".join(["INFO 3 rows", *lines, ""]), encoding="utf-8")
    return log


def test_errors_of_a_log_with_all_their_lines(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", "ERROR one", "  and more", "INFO no", "  nor this", "ERROR two")
    assert logged_faults(log) == ["one\n  and more", "two"]
    assert logged_faults(tmp_path / "none.log") == []


def test_a_job_that_was_refused_on_a_node_says_why(tmp_path: Path) -> None:
    log = tmp_path / "13.log"
    log.write_text(
        'WorkflowError in file "rules/common.smk", line 126:\nThis node does not see the lock.\n'
        '  File "rules/common.smk", line 126, in <module>\nsrun: error: n1: task 0: Exited\n'
    )
    assert logged_faults(log) == ["This node does not see the lock."]


def test_several_jobs_each_sentence_once_the_earliest_first(tmp_path: Path) -> None:
    a = write(tmp_path / "a.log", "ERROR row 3 is wrong")
    b = write(tmp_path / "b.log", "ERROR row 3 is wrong")
    told = said(job("import_software", b, "vsbone2"), job("import_readings", a, "reader1"))
    assert told.startswith("bonescint: steps that failed: 2")
    assert told.index("- import_software vsbone2: ") < told.index("- import_readings reader1: ")
    assert told.count("row 3 is wrong") == 1
    assert "same reason" in told
    assert str(a) in told and str(b) in told


def test_of_many_sentences_some_and_the_last(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", *(f"ERROR row {n}." for n in range(20)))
    told = said(job("import_software", log, "vsbone2"))
    assert [f"row {n}." in told for n in (0, 3, 4, 18, 19)] == [True, True, False, False, True]
    assert "15 more" in told


def test_a_killed_job_and_a_fault_of_the_program(tmp_path: Path) -> None:
    assert "without a word" in said(job("write_report", write(tmp_path / "a.log")))
    with pytest.raises(SystemExit), job_log(tmp_path / "b.log"):
        raise ValueError("Yamada Hanako")
    told = said(job("write_report", tmp_path / "b.log"))
    assert "a fault of the program (ValueError)" in told
    assert "Yamada" not in told and "withheld" not in told
    # what is known of the cause is enough
    with pytest.raises(SystemExit), job_log(tmp_path / "c.log"):
        raise OSError(28, "No space left on device")
    told = said(job("write_report", tmp_path / "c.log"))
    assert "The disk is full" in told and "fault of the program" not in told


def test_what_snakemake_says_without_where_it_was_raised() -> None:
    message = 'WorkflowError in file "/x/common.smk", line 38:\nconfig.yaml\n  wrong.\n'
    told = said(
        CallFault(message + '  File "/x/common.smk", line 38, in <module>', "WorkflowError")
    )
    assert told.splitlines() == ["bonescint: this could not be run.", "  config.yaml", "  wrong."]
    told = said(CallFault("MissingRuleException:\nNo rule to produce x", "MissingRuleException"))
    assert "no step and no file of that name" in told
    assert "No rule to produce x" in told


def test_the_message_of_an_unknown_exception_is_not_repeated() -> None:
    message = "KeyError in file \"/x/common.smk\", line 9:\n'Yamada Hanako'"
    told = said(CallFault(message, "KeyError"))
    assert "a fault of the program (KeyError common.smk:9)" in told
    assert "Yamada" not in told


def test_that_a_job_failed_is_said_by_the_job_alone(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", "ERROR row 3 is wrong")
    called = (
        "RuleException:\nCalledProcessError in file \"/x/imports.smk\", line 72:\nCommand '...'"
    )
    told = said(CallFault(called, "RuleException"), job("import_readings", log, "reader1"))
    assert "CalledProcessError" not in told
    assert told.startswith("bonescint: this step failed.")


def test_an_interruption_blames_no_job(tmp_path: Path) -> None:
    told = said(job("write_report", write(tmp_path / "a.log")), is_interrupted=True)
    assert "interrupted" in told and "write_report" not in told


def test_both_languages_while_the_study_has_none() -> None:
    told = said(text=Wording({"language": ["ja"]}))
    assert "実行できませんでした" in told and "could not be run" in told
    assert "could not be run" not in said(text=Wording({"language": "ja"}))


HELD = (
    "Traceback (most recent call last):\n\n  File \"x.py\", line 1\n\nOSError: [Errno {}] No: '{}'"
)


@pytest.mark.parametrize("number", [1, 13, 16, 26])
def test_a_result_that_snakemake_cannot_delete(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    held = CallFault(HELD.format(number, "results/study.xlsx"), "PermissionError")
    told = said(held)
    assert "results/study.xlsx cannot be made anew. Close it if it is open in Excel" in told
    assert "fault of the program" not in told
    (tmp_path / "results").mkdir()
    # what Excel puts beside it holds the name of who has it open
    (tmp_path / "results/~$study.xlsx").write_text("Yamada")
    told = said(held)
    assert "results/study.xlsx is open in Excel" in told and "Yamada" not in told
    assert "開かれている" in said(held, text=Wording({"language": "ja"}))


@pytest.mark.parametrize("name", ["raw/Yamada/a.xlsx", "private/inputs/Yamada.xlsx"])
def test_an_input_that_cannot_be_read_is_not_named(name: str) -> None:
    message = f"PermissionError in file \"/x/common.smk\", line 9:\n[Errno 13] No: '{name}'"
    told = said(CallFault(message, "PermissionError"))
    assert "An input file or folder may not be read" in told and "Yamada" not in told


def test_other_errors_of_the_system_are_faults_of_the_program() -> None:
    assert "fault of the program" in said(CallFault(HELD.format(5, "results/a"), "OSError"))


def test_a_result_without_the_mode_to_write_is_named() -> None:
    message = 'ProtectedOutputException in rule a in file "/x", line 9:\n    results/study.xlsx'
    told = said(CallFault(message, "ProtectedOutputException"))
    assert "A file may not be written" in told and "results/study.xlsx" in told
