"""What Snakemake logs, and what is said of it at the end of the process."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bonescint.endings.watch import PLAN, Ending


@pytest.fixture(autouse=True)
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["snakemake", "--cores", "2"])


def workflow(**settings: Any) -> Any:
    output = SimpleNamespace(**{"dryrun": False, "quiet": None} | settings)
    return SimpleNamespace(
        output_settings=output, globals={"config": {"language": "en"}}, touch=False
    )


def log(ending: Ending, message: str = "", **told: Any) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, message, None, None)
    record.__dict__ |= told
    ending.emit(record)


def started(ending: Ending) -> None:
    log(
        ending, event="job_info", jobid=3, rule_name="import_software", wildcards={"s": "vsbone2"},
        input=["a"], output=["b"], reason="Forced execution", is_checkpoint=False,
    )  # fmt: skip


def ended(ending: Ending, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    ending.say()
    out, err = capsys.readouterr()
    return out, err


def test_a_failed_job_after_the_run_began(capsys: pytest.CaptureFixture[str]) -> None:
    ending = Ending(workflow())
    ending.begun = True
    ending.failed_runs_say(lambda: ["Search not passed."])
    started(ending)
    log(ending, event="job_error", jobid=3, rule_name="import_software", log=["logs/x.log"])
    log(ending, "WorkflowError:\nAt least one job did not complete successfully.", event="error")
    out, err = ended(ending, capsys)
    assert out == ""
    assert "- import_software vsbone2: " in err
    assert err.endswith("Search not passed.\n")
    assert "At least one job" not in err


@pytest.mark.parametrize("is_dry", [False, True])
def test_what_was_said_first_is_said_last_too(
    is_dry: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    ending = Ending(workflow(dryrun=is_dry))
    ending.note = "A result was edited."
    if is_dry:
        started(ending)
    else:
        log(ending, "WorkflowError:\nwrong", event="error", exception="WorkflowError")
    assert "A result was edited." in "".join(ended(ending, capsys)).splitlines()[-2:]


def test_before_the_run_began_patients_who_declined_are_not_mentioned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ending = Ending(workflow())
    ending.failed_runs_say(lambda: ["Search not passed."])
    log(ending, "WorkflowError:\nwrong", event="error", exception="WorkflowError")
    assert ended(ending, capsys)[1].endswith("This call ran nothing.\n")


def test_the_jobs_that_an_interruption_kills_are_not_blamed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ending = Ending(workflow())
    ending.begun = True
    started(ending)
    log(ending, "Terminating processes on user request, this might take some time.")
    log(ending, event="job_error", jobid=3, rule_name="import_software", log=["logs/x.log"])
    log(ending, "WorkflowError:\nAt least one job did not complete successfully.", event="error")
    ending.failed_runs_say(lambda: ["Mend the error."])
    _, err = ended(ending, capsys)
    assert "Mend" not in err
    assert "interrupted" in err and "import_software" not in err


def test_a_dry_run_says_so_where_snakemake_writes(capsys: pytest.CaptureFixture[str]) -> None:
    ending = Ending(workflow(dryrun=True))
    started(ending)
    out, err = ended(ending, capsys)
    assert "nothing was run" in out and err == ""
    ending = Ending(workflow(dryrun=True))
    log(ending, "Nothing to be done (all requested files are present and up to date).")
    assert ended(ending, capsys)[0].endswith("everything is up to date. Nothing was run.\n")


def test_the_jobs_of_a_dry_run_for_bonescint_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PLAN, str(tmp_path / "plan.json"))
    ending = Ending(workflow(dryrun=True))
    started(ending)
    assert ended(ending, capsys) == ("", "")
    told = json.loads((tmp_path / "plan.json").read_text())
    assert told["failed"] == []
    assert [job["rule_name"] for job in told["jobs"]] == ["import_software"]
    assert told["jobs"][0]["wildcards"] == {"s": "vsbone2"}


@pytest.mark.parametrize("option", ["--unlock", "--dag", "--summary", "--lint"])
def test_calls_that_run_nothing_say_nothing(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["snakemake", option])
    assert ended(Ending(workflow()), capsys) == ("", "")


def test_a_forked_process_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ending = Ending(workflow())
    log(ending, "WorkflowError:\nwrong", event="error", exception="WorkflowError")
    ending._process += 1
    assert ended(ending, capsys) == ("", "")


def test_a_fault_in_the_last_words_quotes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def bad() -> list[str]:
        raise ValueError("Yamada Hanako")

    ending = Ending(workflow())
    ending.begun = True
    ending.failed_runs_say(bad)
    started(ending)
    log(ending, "WorkflowError:\nwrong", event="error", exception="WorkflowError")
    assert ended(ending, capsys)[1] == "\nbonescint: ValueError\n"


def test_a_record_of_another_form_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ending = Ending(workflow())
    log(ending, event="job_info", jobid=3)
    log(ending, event="job_error")
    assert ended(ending, capsys) == ("", "")


def test_a_controller_that_does_not_answer_is_told_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ending = Ending(workflow())
    log(ending, "Falling back to 'sacct' for status queries (MinJobAge=300; threshold=600s).")
    assert capsys.readouterr().err == ""
    log(ending, "Falling back to 'sacct' for status queries (MinJobAge=None; threshold=15s).")
    assert "Ctrl-C and run again" in capsys.readouterr().err
