"""A file is searched once, and a later change that keeps size and date is noticed."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bonescint.custody.traces import searched as of_searched
from bonescint.custody.traces import workers
from bonescint.custody.traces.search import Person, Searcher
from bonescint.custody.traces.searched import Searched
from bonescint.identity.ledger import Ledger, create_ledger
from tests.unit.dicom.samples import nm_file

GONE = Person("BS-7K3M2", frozenset({"0039943096"}), frozenset({"KYOZOU^SUIKO"}))
OTHER = Person("BS-22222", frozenset({"84065274"}), frozenset())
RECORD = Path("private/searched.age")
TABLE = Path("results/cases.csv")


def _files(name: str) -> dict[str, str]:
    return {part: f"private/{name}.{part}" for part in ("path", "key", "head")}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger of a study in the current folder, whose files are as old as need be."""
    monkeypatch.chdir(tmp_path)
    TABLE.parent.mkdir()
    TABLE.write_text("code\nBS-33333\n")
    Path("results/notes.txt").write_text("nothing\n")
    nm_file(Path("results/dicom/a.dcm"), 12345)
    ledger = create_ledger(**_files("ledger"))
    time.sleep(of_searched._SETTLED / 1e9 + 0.02)
    return ledger


@pytest.fixture
def looked_into(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are looked into."""
    names: list[str] = []
    whole = workers.search_content

    def search_content(stream, name, terms, **rest):
        names.append(Path(name).name)
        return whole(stream, name, terms, **rest)

    monkeypatch.setattr(workers, "search_content", search_content)
    return names


def found(ledger: Ledger, *persons: Person, made_by: str = "one") -> list[str]:
    """Look for persons as a run does and return the files with their traces."""
    persons = persons or (GONE,)
    searcher = Searcher(persons, Searched(persons, made_by, ledger, RECORD))
    traces = [trace.path.as_posix() for trace in searcher.search([Path("results")])]
    searcher.keep()
    return traces


ALL = ["cases.csv", "a.dcm", "notes.txt"]


def test_nothing_is_looked_into_twice(ledger: Ledger, looked_into: list[str]) -> None:
    assert not found(ledger)
    assert sorted(looked_into) == sorted(ALL)
    looked_into.clear()
    assert not found(ledger)
    assert not looked_into


def change(path: Path, content: bytes) -> None:
    """Change a file in place so that size and date are what they were."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )


def replace(path: Path, content: bytes) -> None:
    """Put another file of the same size and date in a file's place."""
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(content.ljust(before.st_size, b"\n"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("changed", [change, replace])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_file_that_was_changed_unnoticed_is_searched_again(
    ledger: Ledger,
    looked_into: list[str],
    changed: Callable[[Path, bytes], None],
    is_told: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a FAT, another computer's folder
    monkeypatch.setattr(of_searched, "keeps_changes", lambda _: is_told)
    assert not found(ledger)
    changed(TABLE, b"code\nBS-7K3M2\n")
    looked_into.clear()
    assert found(ledger) == ["results/cases.csv"]
    # reading an image's header is faster than hashing the image
    assert sorted(looked_into) == (["cases.csv"] if is_told else ["a.dcm", "cases.csv"])
    # and as long as it stays
    assert found(ledger) == ["results/cases.csv"]


def test_a_file_that_changes_just_now_is_looked_into_again(
    ledger: Ledger, looked_into: list[str]
) -> None:
    TABLE.write_text("code\nBS-33334\n")
    for _ in range(2):  # within a tick of the clock
        looked_into.clear()
        assert not found(ledger)
    assert "cases.csv" in looked_into


def test_a_copy_and_another_date_are_no_change(ledger: Ledger, looked_into: list[str]) -> None:
    assert not found(ledger)
    copy = TABLE.with_name("copy")
    copy.write_bytes(TABLE.read_bytes())
    copy.replace(TABLE)
    looked_into.clear()
    assert not found(ledger)
    assert not looked_into


def test_a_link_that_leads_elsewhere(ledger: Ledger, looked_into: list[str]) -> None:
    Path("one.txt").write_text("nothing\n")
    Path("two.txt").write_text("39943096")
    time.sleep(of_searched._SETTLED / 1e9 + 0.02)
    link = Path("results/link.txt")
    link.symlink_to("../one.txt")
    assert not found(ledger)
    link.unlink()
    link.symlink_to("../two.txt")
    assert found(ledger) == ["results/link.txt"]


def test_a_new_patient_is_searched_for_in_all_files(ledger: Ledger, looked_into: list[str]) -> None:
    TABLE.write_text("code\nBS-22222\n")
    time.sleep(of_searched._SETTLED / 1e9 + 0.02)
    assert not found(ledger, GONE)
    assert found(ledger, GONE, OTHER) == ["results/cases.csv"]
    TABLE.write_text("code\nBS-33333\n")
    looked_into.clear()
    assert not found(ledger, GONE, OTHER)
    # the same person's name in another spelling
    respelled = Person(GONE.code, GONE.ids, frozenset({"KYOZOU^SUIKO", "虚像^翠子"}))
    assert not found(ledger, respelled, OTHER)
    # the tokens of the image's header tell that neither is in it
    assert sorted(looked_into) == ["cases.csv", "cases.csv", "notes.txt"]
    looked_into.clear()
    time.sleep(of_searched._SETTLED / 1e9 + 0.02)
    found(ledger, respelled, OTHER)
    looked_into.clear()
    # a patient who came back is no longer searched for
    assert not found(ledger, OTHER)
    assert not looked_into


def test_other_patients_are_not_searched_for_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not found(ledger, GONE)
    Path("results/new.txt").write_text("nothing\n")
    time.sleep(of_searched._SETTLED / 1e9 + 0.02)
    looked_for: dict[str, set[str]] = {}
    whole = workers.search_content

    def search_content(stream, name, terms, **rest):
        texts = {"0039943096": GONE.code, "84065274": OTHER.code}
        looked_for[Path(name).name] = {of for text, of in texts.items() if terms.find(text)}
        return whole(stream, name, terms, **rest)

    monkeypatch.setattr(workers, "search_content", search_content)
    assert not found(ledger, GONE, OTHER)
    assert looked_for.pop("new.txt") == {GONE.code, OTHER.code}
    assert looked_for.keys() == {"cases.csv", "notes.txt"}
    assert all(of == {OTHER.code} for of in looked_for.values())
    # now all files were searched for everybody
    looked_for.clear()
    assert not found(ledger, GONE, OTHER)
    assert not looked_for


@pytest.mark.parametrize(
    ("additional", "is_read"),
    [
        (Person(None, frozenset({"12345"}), frozenset()), True),  # 0012345
        (Person(None, frozenset({"12346"}), frozenset()), False),
        (Person(None, frozenset(), frozenset({"YAMADA^HARUKO"})), True),
        (Person(None, frozenset(), frozenset({"YAMADA^TARO"})), False),
        (Person(None, frozenset({"OLD84065274"}), frozenset()), False),
        # tokens do not tell these
        (Person(None, frozenset({"123"}), frozenset()), True),
        (Person(None, frozenset({"A1B2C3"}), frozenset()), True),
        (Person(None, frozenset(), frozenset({"A^I"})), True),
    ],
)
def test_an_image_is_read_again_for_whom_it_may_hold(
    ledger: Ledger, looked_into: list[str], additional: Person, is_read: bool
) -> None:
    assert not found(ledger)
    looked_into.clear()
    here = found(ledger, GONE, additional)
    assert ("a.dcm" in looked_into) == is_read
    assert not here or (here == ["results/dicom/a.dcm"] and is_read)


def test_an_image_that_is_clear_by_its_tokens_is_read_when_it_changes(
    ledger: Ledger, looked_into: list[str]
) -> None:
    image = Path("results/dicom/a.dcm")
    changed = image.read_bytes().replace(b"0012345", b"8406527")
    assert not found(ledger)
    other = Person(None, frozenset({"8406527"}), frozenset())
    assert not found(ledger, GONE, other)
    change(image, changed)
    assert found(ledger, GONE, other) == ["results/dicom/a.dcm"]


def test_other_code_looks_into_everything(ledger: Ledger, looked_into: list[str]) -> None:
    assert not found(ledger)
    looked_into.clear()
    assert not found(ledger, made_by="two")
    assert sorted(looked_into) == sorted(ALL)


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda data, ledger: b"",
        lambda data, ledger: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data, ledger: ledger.seal(b"[]"),
        lambda data, ledger: ledger.seal(b'{"made_by": "one", "persons": null, "files": 3}'),
        lambda data, ledger: ledger.seal(b"\xff"),
        lambda data, ledger: ledger.seal(
            b'{"made_by": "one", "persons": [], "words": [], "files": [["a", [1], "", 0, "00"]]}'
        ),
        None,
    ],
)
def test_without_a_record_that_can_be_read_everything_is_looked_into(
    ledger: Ledger, looked_into: list[str], spoiled: Callable[[bytes, Ledger], bytes] | None
) -> None:
    assert not found(ledger)
    looked_into.clear()
    if spoiled:
        RECORD.write_bytes(spoiled(RECORD.read_bytes(), ledger))
    else:
        RECORD.unlink()
    assert not found(ledger)
    assert sorted(looked_into) == sorted(ALL)


def test_another_key_does_not_open_it(ledger: Ledger, looked_into: list[str]) -> None:
    assert not found(ledger)
    looked_into.clear()
    other = create_ledger(**_files("other"))
    assert not found(other)
    assert sorted(looked_into) == sorted(ALL)


def test_the_record_names_no_patient_and_only_its_user_can_read_it(ledger: Ledger) -> None:
    assert not found(ledger)
    data = RECORD.read_bytes()
    assert not any(text in data for text in (b"39943096", b"BS-7K3M2", b"SUIKO", b"cases", b"one"))
    assert RECORD.stat().st_mode & 0o777 == 0o600


def test_many_files_are_looked_into_by_several_processes(ledger: Ledger) -> None:
    for number in range(40):
        filling = "nothing\n" * 20_000
        Path(f"results/{number:02}.txt").write_text(
            filling + ("39943096\n" if number == 33 else "")
        )
    alone, together = (Searcher([GONE], None, n).search([Path("results")]) for n in (1, 3))
    traces = list(together)
    assert [trace.path.name for trace in traces] == ["33.txt"]
    assert traces == list(alone)
