"""No image leaves that nobody has released as it is."""

from pathlib import Path

import pytest

from bonescint.deid.decisions import Decision
from bonescint.delivery.release import unreleased, waiting_images

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "00.csv"
    path.write_text(
        "code,file,status,sha256\n"
        f"BS-AAAAA,BS-AAAAA/BS-AAAAA_01.dcm,written,{A}\n"
        f"BS-BBBBB,BS-BBBBB/BS-BBBBB_01.dcm,written,{B}\n"
        "BS-CCCCC,,refused,\n"
    )
    return path


def test_every_image_needs_its_own_release(report: Path) -> None:
    both = ["BS-AAAAA/BS-AAAAA_01.dcm", "BS-BBBBB/BS-BBBBB_01.dcm"]
    assert unreleased([report], []) == both
    # the hash of the source or of other content releases no image
    assert unreleased([report], [Decision("image", A, "release")]) == both
    assert unreleased([report], [Decision("coded", C, "release")]) == both
    assert unreleased([report], [Decision("coded", A, "release")]) == both[1:]
    assert unreleased([report], [Decision("coded", A, w) for w in ("release", "block")]) == both
    assert unreleased([report], [], {"BS-AAAAA"}) == both[1:]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_one_sentence_tells_all_that_wait(report: Path, tmp_path: Path, language: str) -> None:
    (said,) = waiting_images([report], None, language)
    assert "2" in said and "BS-AAAAA_01" in said and "bonescint review" in said
    decisions = tmp_path / "decisions.tsv"
    rows = [f"coded\t{digest}\trelease\tA1\t2026-01-15\n" for digest in (A, B)]
    decisions.write_text("item\tsha256\tdecision\treviewer\tdate\n" + "".join(rows))
    assert list(waiting_images([report], decisions, language)) == []
