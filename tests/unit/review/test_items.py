"""Which decision is in force, and in which order a person sees the items."""

from pathlib import Path

import numpy as np
from pydicom import Dataset

from bonescint.declared import columns
from bonescint.deid.burned_in import text_score
from bonescint.deid.decisions import Decision
from bonescint.files import write_rows
from bonescint.review.items import (
    Batch,
    ReviewItem,
    decisions_in_force,
    doubt_items,
    image_items,
    ordered,
    private_items,
    text_items,
)
from tests.unit.deid.samples import as_file, siemens

A = "a" * 64


def test_a_decision_against_it_is_in_force() -> None:
    rows = [Decision("coded", A, word) for word in ("release", "block", "release")]
    assert decisions_in_force(rows) == {("coded", A): "block"}
    assert decisions_in_force(rows[::2]) == {("coded", A): "release"}
    blank = [Decision("blank:BS-AAAAA", A, w) for w in ("not-stated", "leave-out")]
    assert decisions_in_force(blank) == {("blank:BS-AAAAA", A): "leave-out"}


def test_a_decision_holds_for_its_content_alone() -> None:
    item = ReviewItem("coded", "b" * 64, "image", source_sha256=A)
    (one,) = ordered([item], [Decision("coded", A, "release"), Decision("image", A, "release")])
    assert (one.decided, one.waits) == ("", "1")
    (one,) = ordered([item], [Decision("coded", "b" * 64, "release")])
    assert (one.decided, one.waits) == ("release", "")


def test_of_a_conflict_that_is_still_one_several_were_released() -> None:
    items = [ReviewItem("image", c * 64, "conflict", "conflict") for c in "abc"]
    words = ("release", "release", "block")
    decided = [Decision("image", c * 64, w) for c, w in zip("abc", words, strict=True)]
    found = [(one.decided, one.waits, one.reason) for one in ordered(items, decided)]
    several = ("", "1", "conflict+several-released")
    assert found == [several, several, ("block", "", "conflict")]


def test_the_most_doubtful_come_first() -> None:
    made = [
        ReviewItem("coded", "1" * 64, "image", label="plain"),
        ReviewItem("coded", "2" * 64, "image", "no-view", label="one"),
        ReviewItem("coded", "3" * 64, "image", "text", label="text", score=4),
        ReviewItem("coded", "4" * 64, "image", "no-view+lossy", label="two"),
        ReviewItem("image", "5" * 64, "burned-in", label="refused"),
        ReviewItem("opt-out-doubt", "6" * 64, "doubt", label="who"),
    ]
    found = [item.label for item in ordered(made, [])]
    assert found == ["who", "refused", "text", "two", "one", "plain"]


def test_of_a_doubt_the_id_alone_is_told() -> None:
    who = {"ids": ["77123456"], "names": ["SATO^HANAKO"], "births": ["19480317"]}
    doubt = {"digest": A, "birth": "same", "held_back": who, "declined": who | {"ids": ["1"]}}
    (item,) = doubt_items([doubt])
    assert item.label == "77123456"
    assert "SATO" not in str(item) and "1948" not in str(item)


def test_items_that_the_configuration_keeps_need_no_decision() -> None:
    entry = {"creator": "X", "group": "0019", "element": "10", "vr": "US"}
    plane = {"group": "6000", "element": "3000", "sha256": [A]}
    kinds = [(item.kind, item.waits) for item in ordered(private_items([entry, plane]), [])]
    assert kinds == [("overlay", ""), ("private", "")]


def test_an_image_that_was_redacted_is_looked_at_by_itself(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a").write_bytes(b"")
    whole = siemens()
    redacted = siemens()
    redacted.DeidentificationMethodCodeSequence = [Dataset(), Dataset()]
    redacted.DeidentificationMethodCodeSequence[1].CodeValue = "113101"
    found = []
    row = {"path": "a", "subject": "1", "views": "anterior"}
    for dataset in (whole, redacted):
        (tmp_path / "coded.dcm").write_bytes(as_file(dataset))
        batch = Batch(*(tmp_path / name for name in ("rows.csv", "report.csv", "no.csv", "")))
        write_rows(batch.rows, ("path", "subject", "views"), [row])
        line = {"file": "coded.dcm", "code": "BS-A", "status": "written", "views": "anterior"}
        write_rows(batch.report, columns("anonymization"), [line])
        found += image_items(batch, tmp_path / "raw", {"1": "BS-A"}, str)
    assert ["redacted" in item.reason.split("+") for item in found] == [False, True]
    # images of cases that are not chosen do not leave
    assert list(image_items(batch, tmp_path / "raw", {"1": "BS-A"}, str, {"BS-A"})) == []
    assert len(list(image_items(batch, tmp_path / "raw", {"1": "BS-A"}, str, {"BS-B"}))) == 1


def test_findings_of_cases_in_no_delivery_need_no_decision(tmp_path: Path) -> None:
    said = [{"code": code, "kinds": "name", "sha256": A} for code in ("BS-A", "BS-B")]
    blank = [{"code": row["code"], "sha256": A} for row in said]
    write_rows(tmp_path / "findings.csv", columns("findings"), said)
    write_rows(tmp_path / "incomplete.csv", columns("incomplete"), blank)
    tables = tmp_path / "findings.csv", tmp_path / "incomplete.csv"
    assert [item.label for item in text_items(*tables)] == ["BS-A", "BS-B"] * 2
    assert [item.label for item in text_items(*tables, {"BS-A"})] == ["BS-B"] * 2


def test_the_score_of_text() -> None:
    counts = np.random.default_rng(3).poisson(6, (1, 256, 128))
    assert text_score(counts) == 0
    for n in range(6):  # glyphs of one value
        counts[0, 40:48, 20 + 8 * n] = 900
        counts[0, 40, 20 + 8 * n : 25 + 8 * n] = 900
        counts[0, 44, 20 + 8 * n : 25 + 8 * n] = 900
    assert text_score(counts) >= 3
