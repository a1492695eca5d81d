"""Whose identity is doubtful is listed where it may be; the coded side learns how many."""

from pathlib import Path

from scripts.cohort.find_identity_doubts import find_identity_doubts

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.warning_words import warnings_in_words
from tests.scripts.cohort.test_filter_opt_out import PEOPLE, run

DOUBTS = "identity_doubts.csv"


def doubts(consented: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    folder = consented.parent
    find_identity_doubts(
        consented=consented, language="en", doubts=folder / DOUBTS, warnings=folder / "w.csv"
    )
    return list(read_rows(folder / DOUBTS)), warnings_in_words(read_rows(folder / "w.csv"), "en")


def test_one_id_with_two_names_and_one_name_with_two_ids(tmp_path, monkeypatch):
    # the message names the temporary folder, whose number may be a short ID
    people = [
        ("a", "0047110012", "", "Sato^Hanako", "19500101"),
        ("b", "47110012", "", "Suzuki^Aki", "19500101"),
        ("c", "47110034", "", "SATO^HANAKO", "19500101"),
        *PEOPLE[3:],
    ]
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", people)
    run(tmp_path)
    found, warnings = doubts(tmp_path / "consented.csv")
    assert {row["where"] for row in found} == {"47110012", "47110012, 47110034"}
    # the coded side learns how many, not who
    (warning,) = warnings
    assert "2 pairs" in warning["message"]
    assert DOUBTS in warning["message"]
    assert (warning["rule"], warning["where"]) == ("R12", "")
    assert not any(word in str(warning) for word in ("Sato", "SATO", "47110034", "47110012"))


def test_a_patient_who_declined_is_listed_in_no_doubt(tmp_path):
    assert {row["subject"] for row in run(tmp_path, "１２", "99")["consented"]} == {"34", "56"}
    assert doubts(tmp_path / "consented.csv") == ([], [])


def test_nobody_is_left(tmp_path):
    run(tmp_path, *(number for _, number, *_ in PEOPLE))
    assert doubts(tmp_path / "consented.csv") == ([], [])
    header = (tmp_path / DOUBTS).read_text(encoding="utf-8-sig")
    assert header == ",".join(columns("identity_doubts")) + "\n"


def test_an_id_with_a_comma_is_one_person(tmp_path):
    rows = [
        {"path": str(n), "patient_id": '9,"1', "patient_name": name, "subject": '9,"1'}
        for n, name in enumerate(("MORI^EMI", "SATO^AKI"))
    ]
    write_rows(tmp_path / "consented.csv", [*columns("index"), *columns("consented")], rows)
    found, _ = doubts(tmp_path / "consented.csv")
    assert [row["where"] for row in found] == ["9,1"]
