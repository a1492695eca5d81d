"""A ledger and a folder belong to one study and one kind of data."""

from pathlib import Path

import pytest

from bonescint.errors import InputError
from bonescint.identity.first_use import begin_study, open_or_create
from bonescint.identity.ledger import LedgerFiles, create_ledger, open_ledger
from bonescint.identity.study import STUDY_FILE, StudyMark, study_of_folder

ONE: StudyMark = {"id": "S-1", "synthetic": True}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LedgerFiles:
    monkeypatch.chdir(tmp_path)
    files = {"path": "private/l.age", "key": "private/l.key", "head": "private/l.head"}
    return LedgerFiles(**files, study=ONE)  # type: ignore[typeddict-item]


def of(settings: LedgerFiles, **study: object) -> LedgerFiles:
    return settings | {"study": ONE | study}  # type: ignore[return-value]


def test_the_first_use_writes_it_down(settings: LedgerFiles) -> None:
    ledger, is_first = open_or_create(settings, Path("results/dicom"))
    assert is_first and study_of_folder() == ONE
    assert [(e["id"], e["synthetic"]) for e in ledger.entries("study")] == [("S-1", True)]
    open_or_create(settings, Path("results/dicom"))
    assert len(open_ledger(**settings).entries("study")) == 1


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ({"id": "S-2"}, ["'S-1'", "'S-2'", "rename-study"]),
        ({"synthetic": False}, ["simulated"]),
        ({"id": "S-2", "synthetic": False}, ["'S-1'", "'S-2'", "simulated"]),
    ],
)
def test_another_study_is_refused_and_nothing_is_written(
    settings: LedgerFiles, study: dict[str, object], said: list[str]
) -> None:
    open_or_create(settings, Path("results/dicom"))
    before = Path(settings["path"]).read_bytes()
    for attempt in (
        lambda: open_ledger(**of(settings, **study)),
        lambda: open_or_create(of(settings, **study), Path("results/dicom")),
    ):
        with pytest.raises(InputError) as mistake:
            attempt()
        assert all(words in str(mistake.value) for words in said)
    # its own record of another ledger's end does not hide whose it is
    Path(settings["head"]).write_text("9 " + "0" * 64)
    with pytest.raises(InputError, match="S-1|simulated"):
        open_ledger(**of(settings, **study))
    assert Path(settings["path"]).read_bytes() == before


def test_data_of_patients_are_not_called_simulated_later(settings: LedgerFiles) -> None:
    open_or_create(of(settings, synthetic=False), Path("results/dicom"))
    with pytest.raises(InputError, match="data of patients"):
        open_ledger(**settings)


def test_an_older_ledger_gets_it_at_the_next_run(settings: LedgerFiles) -> None:
    older = {key: value for key, value in settings.items() if key != "study"}
    create_ledger(**older).assign(["1"])  # type: ignore[arg-type]
    assert begin_study(settings) and study_of_folder() == ONE
    assert not begin_study(settings)
    ledger, is_first = open_or_create(settings, Path("results/dicom"))
    assert not is_first and [e["id"] for e in ledger.entries("study")] == ["S-1"]


def test_a_folder_without_a_ledger_belongs_to_no_study_yet(settings: LedgerFiles) -> None:
    # a first run that failed may be begun again under the right ID
    assert not begin_study(settings) and not STUDY_FILE.exists()


def test_a_new_folder_does_not_take_another_studys_ledger(settings: LedgerFiles) -> None:
    open_or_create(settings, Path("results/dicom"))
    STUDY_FILE.unlink()
    with pytest.raises(InputError, match="S-1"):
        begin_study(of(settings, id="S-2"))
    assert not STUDY_FILE.exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"id": "S-1"}'])
def test_a_damaged_file_is_named(settings: LedgerFiles, text: str) -> None:
    STUDY_FILE.parent.mkdir()
    STUDY_FILE.write_text(text)
    with pytest.raises(InputError, match=r"private/study\.json"):
        study_of_folder()
