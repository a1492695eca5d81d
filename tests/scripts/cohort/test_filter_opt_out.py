"""Who declined goes, however it was said."""

import json
from pathlib import Path

import pytest
from scripts.cohort.filter_opt_out import filter_opt_out

from bonescint.custody.declined import unseal_doubts
from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.index_cache import known_rows
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from bonescint.identity.opt_outs import in_force, record, withdraw
from bonescint.names.ids import ANY_ID
from bonescint.warning_words import warnings_in_words

PEOPLE = [
    ("a", "0012", "", "Sato^Hanako", "19500101"),
    ("b", "12", "", "Suzuki^Aki", "19500101"),
    ("c", "34", "", "SATO^HANAKO", "19500102"),
    ("d", "56", "78\\90", "Mori^Emi", "19600101"),
]
EVERY: dict[str, str] = {}  # what every image has
KEYS = ("path", "patient_id", "other_patient_ids", "patient_name", "patient_birth_date")
DETAILS = {"received": "2024-01-10", "by": "self", "ground": "", "relation": ""}


def files(folder: Path) -> dict[str, Path]:
    return {name: folder / f"ledger.{name}" for name in ("path", "key", "head")}


def run(
    folder: Path, *declined: str, lost: str = "x", pattern: str = ANY_ID
) -> dict[str, list[dict[str, str]]]:
    people = (dict(zip(KEYS, person, strict=True)) | EVERY for person in PEOPLE)
    write_rows(folder / "index.csv", columns("index"), people)
    write_rows(folder / "lost.csv", ["path", "reason"], [{"path": lost, "reason": "empty"}])
    rows = "".join(f"{number},本人,2024-01-10\n" for number in declined)
    (folder / "opt_out.csv").write_text("患者ID,申出者,申出日\n" + rows, encoding="utf-8")
    names = ("consented", "counts", "warnings", "unreadable")
    filter_opt_out(
        index=folder / "index.csv",
        unindexed=folder / "lost.csv",
        opt_out=folder / "opt_out.csv",
        ledger=files(folder),
        language="en",
        coded=folder / "coded",
        decisions=folder / "decisions.tsv",
        declined=folder / "declined.age",
        id_pattern=pattern,
        doubts=folder / "doubts.age",
        cache=folder / "index.age",
        made_by="one",
        **{name: folder / f"{name}.csv" for name in names},
    )
    tables = {name: list(read_rows(folder / f"{name}.csv")) for name in names}
    return tables | {"warnings": warnings_in_words(tables["warnings"], "en")}


def kept(tables: dict[str, list[dict[str, str]]]) -> str:
    return "".join(row["path"] for row in tables["consented"])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return create_ledger(**files(tmp_path))


def test_the_next_index_knows_everybody_but_who_declined(tmp_path: Path, ledger: Ledger) -> None:
    run(tmp_path, "12")
    sealed = tmp_path / "index.age"
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert b"SATO" not in sealed.read_bytes()
    known = known_rows(sealed, "one", files(tmp_path))
    assert [*known] == ["c", "d"]
    assert [*known.values()] == [
        row for row in read_rows(tmp_path / "index.csv") if row["path"] in "cd"
    ]
    # another program, a file that is damaged, another key, no ledger: everything is read
    assert known_rows(sealed, "two", files(tmp_path)) == {}
    sealed.write_bytes(sealed.read_bytes()[:-9])
    assert known_rows(sealed, "one", files(tmp_path)) == {}
    assert known_rows(tmp_path / "none", "one", files(tmp_path)) == {}
    assert known_rows(sealed, "one", files(tmp_path / "elsewhere")) == {}


def test_rows_without_a_name_that_was_hidden_are_not_kept(tmp_path: Path) -> None:
    EVERY["staff"] = "MORI^EMI"
    try:
        run(tmp_path, "56")
    finally:
        del EVERY["staff"]
    assert known_rows(tmp_path / "index.age", "one", files(tmp_path)) == {}


def test_by_any_spelling_of_the_id(tmp_path):
    tables = run(tmp_path, "１２", "99")
    assert kept(tables) == "cd"
    assert tables["counts"][0]["entries_unmatched"] == "1"


@pytest.mark.parametrize("typed", ["56", "78", "0090"])
def test_any_of_her_ids_will_do(tmp_path, typed):
    tables = run(tmp_path, typed)
    assert kept(tables) == "abc"
    assert tables["counts"][0]["entries_unmatched"] == "0"
    said = [row["message"] for row in tables["warnings"]]
    assert any("another ID" in message for message in said) == (typed != "56")


def test_the_command_counts_like_the_list(tmp_path, ledger):
    record(ledger, [{"subject": "34", "source": "command"} | DETAILS | {"received": ""}], None)
    tables = run(tmp_path, "12")
    assert kept(tables) == "d"
    assert tables["counts"][0] | {"entries": "2", "entries_incomplete": "1"} == tables["counts"][0]
    assert any(row["rule"] == "R13" for row in tables["warnings"])


def test_a_shorter_list_lets_nobody_back(tmp_path):
    assert kept(run(tmp_path, "12", "34")) == "d"
    tables = run(tmp_path, "34")
    assert kept(tables) == "d"
    said = [row["message"] for row in tables["warnings"]]
    assert any("former list (1 with images)" in message for message in said)
    withdraw(open_ledger(**files(tmp_path)), ["12"], None)
    tables = run(tmp_path, "34")
    assert kept(tables) == "abd"
    assert not any("former list" in row["message"] for row in tables["warnings"])


def test_a_list_with_the_withdrawn_id_counts_again(tmp_path):
    run(tmp_path, "12")
    withdraw(open_ledger(**files(tmp_path)), ["12"], None)
    assert kept(run(tmp_path, "12")) == "cd"
    assert list(in_force(open_ledger(**files(tmp_path)))) == ["12"]


def test_what_is_to_be_searched_for_is_sealed(tmp_path, ledger):
    code = ledger.assign(["34"])["34"]
    run(tmp_path, "34", "56")
    data = (tmp_path / "declined.age").read_bytes()
    assert b"Mori^Emi" not in data  # long: three letters turn up in ciphertext by chance
    people = {p["subject"]: p for p in json.loads(ledger.unseal(data))}
    assert people["34"] == {"subject": "34", "code": code, "ids": ["34"], "names": []}
    assert set(people) == {"34", "56", "78", "90"}
    assert people["56"]["names"] == ["Mori^Emi"]


def test_paths_of_unreadable_files_name_nobody_who_declined(tmp_path):
    assert run(tmp_path, lost="99999/x.dcm")["unreadable"][0]["path"] == "99999/x.dcm"
    path = run(tmp_path, "99999", lost="099999/x.dcm")["unreadable"][0]["path"]
    assert path.endswith("/x.dcm")
    assert "99999" not in path


def test_an_id_with_a_comma_is_one_cell(tmp_path, monkeypatch):
    odd = [("e", '9,"1', "", "X^Y", ""), ("f", "", "", "Z", "")]
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", [*PEOPLE, *odd])
    tables = run(tmp_path, "12")
    assert [row["subject"] for row in tables["consented"]] == ["34", "56", "9,1", ""]
    assert tables["counts"][0]["patients_indexed"] == "4"


def test_a_namesake_keeps_the_groups_that_are_hers_too(tmp_path, monkeypatch):
    people = [
        ("a", "1", "", "KYOZOU^SUIKO=虚像^翠子=キョゾウ^スイコ", "19500101"),
        # with the same or an unknown birth date the namesakes would be held back
        ("b", "2", "", "Kyozou SUIKO=虚像^水子", "19500102"),
        ("c", "3", "", "MORI^EMI", "19600101"),
        ("d", "4", "", "MORI^EMI", "19600102"),
    ]
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", people)
    run(tmp_path, "1", "3")
    data = (tmp_path / "declined.age").read_bytes()
    records = json.loads(open_ledger(**files(tmp_path)).unseal(data))
    assert [record["names"] for record in records] == [["虚像^翠子=キョゾウ^スイコ"], []]


@pytest.mark.parametrize(
    "typed",
    ["3456", "34 56", "34.5", "34様", "同上", "BS-7K3M2", "#34", "34/56", "HANAKO", "Abe Mai"],
)
def test_a_cell_that_is_no_id_stops_the_run(tmp_path, typed):
    run(tmp_path)
    with pytest.raises(InputError, match="row 3 .*not one patient ID"):
        run(tmp_path, "12", typed)
    # nothing of it is on record, so that the corrected list has nothing to explain
    assert in_force(open_ledger(**files(tmp_path))) == {}


@pytest.mark.parametrize("header", ["12\0\0XJUNK", "12.0", "+0012", '"0012"'])
def test_what_is_almost_her_id_is_hers(tmp_path, monkeypatch, header):
    monkeypatch.setattr(f"{__name__}.PEOPLE", [("z", header, "", "", ""), *PEOPLE])
    assert kept(run(tmp_path, "12")) == kept(run(tmp_path, header.split("\0")[0])) == "cd"


def test_the_hospital_says_what_an_id_is(tmp_path):
    run(tmp_path, "0047193600471937")
    with pytest.raises(InputError, match="row 2"):
        run(tmp_path, "0047193600471937", pattern=r"\d{1,8}")


def test_letters_alone_are_an_id_where_the_hospital_or_an_image_says_so(tmp_path, monkeypatch):
    run(tmp_path, "HANAKO", pattern="[A-Z]+")
    people = [*PEOPLE, ("e", "ABC", "", "X^Y", "")]
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", people)
    assert kept(run(tmp_path, "abc")) == "abcd"


def test_an_odd_id_that_is_somebodys_is_good(tmp_path, monkeypatch):
    odd = ("e", "A/7.0", "", "X^Y", "")
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", [*PEOPLE, odd])
    assert kept(run(tmp_path, "a/7.0")) == "abcd"


def test_other_ids_outlive_the_images(tmp_path, monkeypatch, ledger):
    code = ledger.assign(["56"])["56"]
    run(tmp_path, "78")
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", PEOPLE[:3])
    tables = run(tmp_path, "78")
    records = json.loads(ledger.unseal((tmp_path / "declined.age").read_bytes()))
    assert code in {record["code"] for record in records}
    assert tables["counts"][0]["entries_unmatched"] == "1"


def test_a_lost_ledger_is_not_replaced(tmp_path):
    (tmp_path / "coded" / "00" / "BS-7K3M2").mkdir(parents=True)
    with pytest.raises(InputError, match="other codes"):
        run(tmp_path)
    assert not files(tmp_path)["path"].exists()


def test_a_trailing_zero_makes_no_second_id(tmp_path, monkeypatch):
    # a file without a patient ID must not count as the other half
    monkeypatch.setattr(
        "tests.scripts.cohort.test_filter_opt_out.PEOPLE", [*PEOPLE, ("e", "", "", "X", "")]
    )
    tables = run(tmp_path, "340")
    assert tables["counts"][0]["entries_unmatched"] == "1"


TWINS = [
    ("a", "1234567", "", "MORI^EMI=森^恵美", "19600101"),
    ("b", "7654321", "", "Emi Mori", "1960/01/01"),
    ("c", "5555555", "", "MORI^EMI", "19600102"),
]


def held(folder: Path) -> list[tuple[list[str], list[str], str]]:
    """Return who is held back, who declined, and the digest."""
    found = unseal_doubts(folder / "doubts.age", open_ledger(**files(folder)))["doubts"]
    return [(d["held_back"]["ids"], d["declined"]["ids"], d["digest"]) for d in found]


def test_the_same_patient_under_another_id_is_held_back(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", TWINS)
    tables = run(tmp_path, "01234567")
    assert kept(tables) == "c"
    counts = tables["counts"][0]
    assert counts | {"files_in_doubt": "1", "patients_in_doubt": "1"} == counts
    assert (counts["files_opted_out"], counts["patients_opted_out"]) == ("1", "1")
    ((other, declined, digest),) = held(tmp_path)
    assert (other, declined) == (["7654321"], ["1234567"])
    # how many, not who
    (said,) = [row["message"] for row in tables["warnings"] if "held back" in row["message"]]
    assert said.startswith("1 patient")
    written = ("consented", "counts", "warnings", "unreadable")
    plain = b"".join((tmp_path / f"{name}.csv").read_bytes() for name in written)
    assert not any(word in plain for word in (b"1234567", b"7654321", b"Emi"))
    line = f"opt-out-doubt\t{digest}\tanother-person\tA\t2026-01-01\n"
    (tmp_path / "decisions.tsv").write_text("item\tsha256\tdecision\treviewer\tdate\n" + line)
    tables = run(tmp_path, "1234567")
    assert (kept(tables), held(tmp_path)) == ("bc", [])
    assert tables["counts"][0]["patients_in_doubt"] == "0"


def test_the_doubt_outlives_the_images(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", TWINS[:1])
    run(tmp_path, "1234567")
    size = len(open_ledger(**files(tmp_path)).entries())
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", TWINS[1:])
    assert kept(run(tmp_path, "1234567")) == "c"
    assert len(open_ledger(**files(tmp_path)).entries()) == size
    # who takes part again leaves nobody in doubt
    withdraw(open_ledger(**files(tmp_path)), ["1234567"], None)
    assert kept(run(tmp_path)) == "bc"


def test_a_name_that_only_who_is_held_back_shares_is_searched_for(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.scripts.cohort.test_filter_opt_out.PEOPLE", TWINS[:2])
    run(tmp_path, "1234567")
    data = (tmp_path / "declined.age").read_bytes()
    sealed = json.loads(open_ledger(**files(tmp_path)).unseal(data))
    assert [record["names"] for record in sealed] == [["MORI^EMI=森^恵美"]]


def test_a_retired_code_is_searched_for_too(tmp_path, ledger, monkeypatch):
    with monkeypatch.context() as patch:  # as a former version wrote it
        patch.setattr("bonescint.identity.migration.normalise", str)
        codes = ledger.assign(["56"]) | ledger.assign(["56.0"])
    run(tmp_path, "56")
    records = json.loads(ledger.unseal((tmp_path / "declined.age").read_bytes()))
    assert set(codes.values()) <= {record["code"] for record in records}


@pytest.mark.parametrize("header", ["#12/A", "X\0\00012", "7\\12"])
def test_an_id_that_is_none_and_holds_hers_is_held_back(tmp_path, monkeypatch, header):
    odd = ("e", header, "", "Y^Z", "19700101")
    monkeypatch.setattr(f"{__name__}.PEOPLE", [*PEOPLE, odd])
    tables = run(tmp_path, "12")
    assert kept(tables) == "cd"
    assert tables["counts"][0]["patients_in_doubt"] == "1"


def test_a_code_given_before_a_nul_ended_an_id_is_kept(tmp_path, ledger, monkeypatch):
    codes = ledger.assign(["92XJUNK"], {"92XJUNK": "0092XJUNK"}) | ledger.assign(["56XJUNK"])
    codes |= ledger.assign(["56"])
    record(ledger, [DETAILS | {"subject": "92XJUNK", "source": "command"}], mark=None)
    odd = [(i, f"00{i}\0\0XJUNK", "", "", "") for i in ("92", "56")]
    monkeypatch.setattr(f"{__name__}.PEOPLE", [*PEOPLE, *odd])
    for _ in range(2):
        assert kept(run(tmp_path, "12")) == "cd56"
        book = open_ledger(**files(tmp_path))
        assert book.code_of("92") == codes["92XJUNK"]
        assert book.codes_of("56") == [codes["56XJUNK"], codes["56"]]
        assert len(book) == 2
        n = len(book.entries())
    assert len(book.entries("subject_moved")) == 3
    assert len(open_ledger(**files(tmp_path)).entries()) == n


def test_a_namesake_among_the_staff_is_not_found_for_ever(tmp_path, monkeypatch):
    staff = {"staff": "MORI^EMI=森^恵美\\IRAI^ISHI", "institution": "架空病院"}
    monkeypatch.setattr(f"{__name__}.PEOPLE", TWINS)
    monkeypatch.setattr(f"{__name__}.EVERY", staff)
    rows = run(tmp_path, "1234567")["consented"]
    assert {(row["staff"], row["institution"]) for row in rows} == {("\\IRAI^ISHI", "架空病院")}
