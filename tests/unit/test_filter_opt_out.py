"""Who declined goes; whose identity is doubtful is listed where it may be."""

from pathlib import Path

from bonescint.dicom import INDEX_COLUMNS
from bonescint.files import read_rows, write_rows
from filter_opt_out import filter_opt_out

PEOPLE = [
    ("a", "0012", "Sato^Hanako", "19500101"),
    ("b", "12", "Suzuki^Aki", "19500101"),
    ("c", "34", "SATO^HANAKO", "19500101"),
    ("d", "56", "Mori^Emi", "19600101"),
]


def run(folder: Path, *declined: str) -> dict[str, list[dict[str, str]]]:
    people = [
        {"path": path, "patient_id": number, "patient_name": name, "patient_birth_date": born}
        for path, number, name, born in PEOPLE
    ]
    write_rows(folder / "index.csv", list(INDEX_COLUMNS), people)
    write_rows(folder / "unreadable.csv", ["path"], [])
    rows = "".join(f"{number},本人,2024-01-10\n" for number in declined)
    (folder / "opt_out.csv").write_text("患者ID,申出者,申出日\n" + rows, encoding="utf-8")
    names = ("consented", "counts", "warnings", "doubts")
    filter_opt_out(
        index=folder / "index.csv",
        unreadable=folder / "unreadable.csv",
        opt_out=folder / "opt_out.csv",
        language="en",
        **{name: folder / f"{name}.csv" for name in names},
    )
    return {name: list(read_rows(folder / f"{name}.csv")) for name in names}


def test_one_id_with_two_names_and_one_name_with_two_ids(tmp_path):
    tables = run(tmp_path)
    assert {row["where"] for row in tables["doubts"]} == {"12", "12, 34"}
    # the coded side learns how many, not who
    (warning,) = tables["warnings"]
    assert "2 pairs" in warning["message"]
    assert not any(word in str(warning) for word in ("Sato", "SATO", "34", "0012"))


def test_who_declined_is_in_no_doubt_either(tmp_path):
    tables = run(tmp_path, "１２", "99")
    assert [row["path"] for row in tables["consented"]] == ["c", "d"]
    assert tables["doubts"] == []
    assert tables["counts"][0]["entries_unmatched"] == "1"
