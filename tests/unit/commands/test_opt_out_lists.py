"""`bonescint opt-out confirm` and `undo` as a person at the hospital meets them."""

from pathlib import Path

import pytest

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from bonescint.identity.opt_out_lists import HELD, fingerprint, standing
from bonescint.identity.opt_outs import in_force, record
from bonescint.warning_words import warnings_in_words
from tests.unit.commands.opt_out_command import LEDGER, Run, run, take_list
from tests.unit.study_config import configure

__all__ = ["run"]
COHORT = [f"123456{n:02d}" for n in range(20)]


@pytest.fixture(params=["ja", "en"])
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Make a study, run once with an empty list, the current folder; return its language."""
    monkeypatch.chdir(tmp_path)
    inputs = {"opt_out": {"file": "list.csv", "ids_only": True}}
    configure(language=request.param, delivery={"partner": "Partner Inc."}, inputs=inputs)
    create_ledger(**LEDGER)
    put()
    filtered()
    opened().assign(COHORT)
    return str(request.param)


def opened() -> Ledger:
    return open_ledger(**LEDGER)


def put(*subjects: str, file: str = "list.csv") -> None:
    Path(file).write_text("患者ID\n" + "".join(f"{s}\n" for s in subjects), encoding="utf-8")


def filtered(language: str = "en") -> tuple[set[str], dict[str, str], list[str]]:
    """Run the rule; return the patients who stay, its counts and its warnings."""
    take_list(Path("list.csv"), COHORT, language, ids_only=True)
    stay = {row["subject"] for row in read_rows(Path("private/consented.csv"))}
    (counts,) = read_rows(Path("private/counts.csv"))
    said = warnings_in_words(list(read_rows(Path("private/warnings.csv"))), language)
    return stay, counts, [row["message"] for row in said]


def test_a_wrong_list_excludes_waits_and_is_mended(run: Run, study: str) -> None:
    put(*COHORT[:10])
    stay, counts, said = filtered(study)
    assert stay == set(COHORT[10:])
    assert (counts["entries_held"], counts["patients_held"]) == ("10", "10")
    (held,) = (message for message in said if "opt-out confirm" in message)
    assert "10" in held
    assert not any(subject in held for subject in COHORT)
    assert in_force(opened()) == {}
    assert "opt-out confirm" in run("opt-out", "list")
    with pytest.raises(InputError, match="snakemake"):  # there is nothing to take back
        run("opt-out", "undo", "list.csv")
    put(COHORT[0])
    stay, counts, said = filtered(study)
    assert stay == set(COHORT[1:])
    assert counts["entries_held"] == "0"
    assert not any("opt-out confirm" in message for message in said)


def test_confirm(run: Run) -> None:
    with pytest.raises(InputError, match=r"list\.csv"):
        run("opt-out", "confirm")
    put(*COHORT[:10])
    with pytest.raises(InputError, match="snakemake"):  # no run has held it yet
        run("opt-out", "confirm")
    filtered()
    said = run("opt-out", "confirm")
    assert "10" in said
    assert not any(subject in said for subject in COHORT)
    assert set(in_force(opened())) == set(COHORT[:10])
    assert Path("private/opt_outs.mark").exists()
    assert filtered()[1]["entries_held"] == "0"
    with pytest.raises(InputError):
        run("opt-out", "confirm")


def test_undo_by_file_or_fingerprint(run: Run, study: str) -> None:
    put(*COHORT[:3])
    filtered()
    run("opt-out", "add", COHORT[0])  # with the same details
    put(*COHORT[:5], "999")
    filtered()
    Path("list.csv").rename("wrong.csv")
    put(COHORT[1])
    filtered()
    said = run("opt-out", "undo", "wrong.csv")
    # 3 and 4 come back; patients named by the command or another list do not
    assert set(in_force(opened())) == set(COHORT[:3])
    assert not any(subject in said for subject in COHORT)
    with pytest.raises(InputError) as caught:
        run("opt-out", "undo", "wrong.csv")
    assert not any(subject in str(caught.value) for subject in COHORT)
    Path("wrong.csv").rename("list.csv")
    stay, counts, warned = filtered(study)
    assert stay == set(COHORT[3:])
    assert any("opt-out undo" in message for message in warned)
    assert counts["entries"] == "3"
    # the list of three, by its fingerprint
    put(*COHORT[:3])
    of = fingerprint(opened(), "list.csv")
    assert "inputs.opt_out" in run("opt-out", "undo", of[:12])
    assert set(in_force(opened())) == set(COHORT[:2])
    run("opt-out", "confirm")  # a way back
    assert set(in_force(opened())) == set(COHORT[:3])


def test_undo_says_what_it_can_do_about_older_entries(run: Run) -> None:
    details = {"source": "list", "received": "", "by": "", "ground": "", "relation": ""}
    record(opened(), ({"subject": s} | details for s in COHORT[:4]), None)
    put(*COHORT[:2], file="old.csv")
    before = Path(LEDGER["path"]).read_bytes()
    with pytest.raises(InputError, match="opt-out withdraw") as caught:
        run("opt-out", "undo", "old.csv")
    message = str(caught.value)
    assert "4" in message and "2" in message
    with pytest.raises(InputError):
        run("opt-out", "undo", "nowhere.csv")
    with pytest.raises(InputError):
        run("opt-out", "undo", "0" * 12)
    assert Path(LEDGER["path"]).read_bytes() == before


def test_a_list_in_doubt_recalls_no_patient(run: Run) -> None:
    codes = opened().codes()
    for subject in COHORT[:10]:
        folder = Path("results/dicom/00") / codes[subject]
        folder.mkdir(parents=True)
        (folder / "a.dcm").touch()
    put(*COHORT[:10])
    assert standing(opened(), fingerprint(opened(), "list.csv")) != HELD
    deliver = ("delivery", "record", "--medium", "CD-R 1", "--date", "2024-12-01")
    run(*deliver)
    assert not Path("recalls").exists()
    put(COHORT[0])
    run(*deliver[:-1], "2024-12-02")
    assert len(list(Path("recalls").glob("*.txt"))) == 2
