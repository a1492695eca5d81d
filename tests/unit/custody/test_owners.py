"""Page and decisions of a patient who declines go; a hash finds them and names nobody."""

from pathlib import Path

import pytest

from bonescint.custody.owners import ITEMS, hashes_of, is_stale, owner_of, owners_of, review_files
from bonescint.custody.traces.purge import purge
from bonescint.custody.traces.terms import Person
from bonescint.files import write_rows
from bonescint.identity.ledger import create_ledger
from bonescint.review.items import ReviewItem

A, B, C = "a" * 64, "b" * 64, "c" * 64
PERSON = Person("BS-7K3M2", frozenset({"39943096"}), frozenset())


def listed(root: Path, *items: ReviewItem) -> Path:
    write_rows(root / ITEMS, ReviewItem._fields, (item._asdict() for item in items))
    return root / ITEMS


def test_the_hashes_of_a_patients_images_are_found(tmp_path: Path) -> None:
    items = listed(
        tmp_path,
        ReviewItem("coded", A, "image", source_sha256=B, owner="one"),
        ReviewItem("coded", C, "image", owner="two"),
        # others have the same camera
        ReviewItem("station", "d" * 64, "station", owner="one"),
    )
    assert hashes_of(items, {"one"}) == {A, B}
    assert hashes_of(tmp_path / "none.csv", {"one"}) == frozenset()
    assert is_stale(items, ["one"]) and not is_stale(items, ["one", "two", "three"])
    assert not is_stale(tmp_path / "none.csv", [])


def test_a_sources_row_and_a_codes_row_do_not_pair(tmp_path: Path) -> None:
    book = create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    source, coded = owner_of(book)("39943096"), owner_of(book, coded=True)("39943096")
    assert source != coded
    assert owners_of(book, ["39943096"]) == {source, coded}


def test_decisions_about_the_patients_images_go(tmp_path: Path) -> None:
    decisions = tmp_path / "private" / "review" / "decisions.tsv"
    decisions.parent.mkdir(parents=True)
    lines = [f"coded\t{A}\trelease\tA1\t\n", f"image\t{B.upper()}\tblock\tA1\t\n"]
    decisions.write_text("".join([*lines, f"image\t{C}\tblock\tA1\t\n"]))
    purge(tmp_path, [PERSON], decisions, "en", hashes={A, B})
    assert decisions.read_text() == f"image\t{C}\tblock\tA1\t\n"


@pytest.mark.parametrize("name", ["index.html", "page-02.html", "items.csv"])
def test_a_page_that_holds_the_patient_goes_as_a_whole(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "private" / "review"
    folder.mkdir(parents=True)
    for each in ("index.html", "page-02.html", "items.csv", "decisions.tsv"):
        (folder / each).write_text("item\n")
    purge(tmp_path, [PERSON], folder / "decisions.tsv", "en")
    assert len(review_files(tmp_path)) == 3
    (folder / name).write_text("item\nfindings:BS-7K3M2\n")
    said = purge(tmp_path, [PERSON], folder / "decisions.tsv", "en")
    assert review_files(tmp_path) == [] and (folder / "decisions.tsv").exists()
    assert any("review" in line for line in said)
