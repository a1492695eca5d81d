"""`bonescint incidental`, and the numbers that the report gets of it (R34)."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from scripts.custody.count_incidental import count_incidental

from bonescint.custody.incidental import incidental_counts, incidental_on_record
from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import Ledger
from bonescint.warning_words import warnings_in_words
from tests.unit.called import call
from tests.unit.ledger_study import HEAD, KEY, LEDGER, SUBJECTS, opened

Run = Callable[..., str]
TOLD = ["--consulted", "2025-05-01", "--decision", "disclose"]
LIST = Path("results/hospital/incidental.csv")


@pytest.fixture
def run(codes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    LIST.parent.mkdir(parents=True)
    listed = [{"code": codes[subject], "found": "vsbone3:hotspots=3"} for subject in SUBJECTS[:2]]
    write_rows(LIST, columns("incidental"), listed)

    def command(*arguments: str) -> str:
        capsys.readouterr()
        assert call("incidental", *arguments) == 0
        return capsys.readouterr().out

    return command


def counted() -> tuple[str, str]:
    settings = {"path": LEDGER, "key": KEY, "head": HEAD}
    table = Path("counted.csv")
    count_incidental(LIST, settings, table)  # type: ignore[arg-type]
    rows = list(read_rows(table))
    return table.read_text(encoding="utf-8-sig"), " ".join(
        said["message"] for said in warnings_in_words(rows, "en")
    )


def test_from_the_consultation_to_the_disclosure(run: Run, codes: dict[str, str]) -> None:
    first, second, third = (codes[subject] for subject in SUBJECTS)
    assert "未記録" in run("list")
    assert "尋ね" in run("record", first.lower(), *TOLD)
    run("record", first, *TOLD, "--wish", "yes", "--disclosed", "2025-05-20")
    run("record", second, "--consulted", "2025/5/2", "--decision", "not-disclose")
    run("record", third, *TOLD, "--wish", "no", "--despite", "カットオフを変える前の一覧")
    said = run("list")
    assert "2025-05-20" in said and "一覧にない" in said and "開示しない" in said
    entry = incidental_on_record(opened())[first]
    assert (entry["wish"], entry["disclosed"], entry["despite"]) == ("yes", "2025-05-20", "")
    table, said = counted()
    assert not any(code in table for code in codes.values())
    assert "2 cases are positive" in said and "0 of them have no record" in said
    assert "2 are to be disclosed (1 wish to know, 1 do not, 1 told) and 1 not" in said
    assert Path("private/incidental.mark").exists()


def test_a_disclosure_after_the_day_does_not_count(run: Run, codes: dict[str, str]) -> None:
    run("record", codes[SUBJECTS[0]], *TOLD, "--wish", "yes", "--disclosed", "2025-05-20")
    for until, disclosed in (("2025-05-19", 0), ("2025-05-20", 1)):
        records = incidental_on_record(opened(), until)
        assert incidental_counts([], records)["disclosed"] == disclosed


def test_a_code_that_was_retired_is_recorded_under_the_one_in_use(
    run: Run, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    used, retired = codes[SUBJECTS[0]], codes[SUBJECTS[2]]
    monkeypatch.setattr(Ledger, "code_in_use", lambda _, code: {retired: used}.get(code, code))
    assert used in run("record", retired, *TOLD)
    assert set(incidental_on_record(opened())) == {used}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["BS-AAAAA", *TOLD], "対応表にありません"),
        (["4711234", *TOLD], "患者符号"),
        (["third", *TOLD], "--despite"),
        (["first", "--consulted", str(date.today() + timedelta(1)), "--decision", "disclose"],
         "未来"),
        (["first", "--consulted", "1.5.2025", "--decision", "disclose"], "--consulted"),
        (["first", *TOLD, "--wish", "yes", "--disclosed", "2025-04-30"], "より前"),
        (["first", *TOLD, "--wish", "yes", "--disclosed", str(date.today() + timedelta(1))],
         "未来"),
        (["first", *TOLD, "--wish", "yes", "--disclosed", "?"], "--disclosed"),
        (["first", *TOLD, "--wish", "no", "--disclosed", "2025-06-01"], "希望した方"),
        (["first", *TOLD, "--disclosed", "2025-06-01"], "希望した方"),
        (["first", "--consulted", "2025-05-01", "--decision", "not-disclose", "--wish", "yes",
          "--disclosed", "2025-06-01"], "開示しないと決定"),
    ],
)  # fmt: skip
def test_an_impossible_entry_changes_nothing(
    run: Run, codes: dict[str, str], wrong: list[str], says: str
) -> None:
    named = {"first": codes[SUBJECTS[0]], "third": codes[SUBJECTS[2]]}
    before = Path(LEDGER).read_bytes()
    with pytest.raises(InputError, match=says) as caught:
        run("record", *(named.get(word, word) for word in wrong))
    assert "何も記録していません" in str(caught.value) and "4711234" not in str(caught.value)
    assert Path(LEDGER).read_bytes() == before
    assert not Path("private/incidental.mark").exists()


def test_without_entries_nothing_is_counted(codes: dict[str, str]) -> None:
    assert counted()[1] == ""
