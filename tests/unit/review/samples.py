"""A page without a study: made-up items of every kind."""

from pathlib import Path
from typing import Any

import numpy as np

from bonescint.dicom.display import greys
from bonescint.files import write_rows
from bonescint.review.headers import ShownChange
from bonescint.review.items import ReviewItem
from bonescint.review.page import Shown, digest_of, write_pages
from bonescint.review.pictures import ShownPicture, png

STUDY = {"id": "BONE 試験", "title": "A study", "synthetic": True}
EVIL = "</script><script>window.evil = 1</script><img src=x onerror='window.evil=1'>&quot;"
HEADER = [
    ShownChange("replaced", "(0010,0010)", "PatientName", "●●● (12)", "BS-AAAAA"),
    ShownChange("removed", "(0008,0080)", "InstitutionName", EVIL, ""),
    ShownChange("unchanged", "(0008,0060)", "Modality", "NM", "NM"),
]


def picture(seed: int, height: int = 256, width: int = 64) -> ShownPicture:
    """Return a picture of noise, which no compression makes small."""
    counts = np.random.default_rng(seed).poisson(6, (height, width))
    view = ("anterior", "posterior")[seed % 2]
    return ShownPicture(view, width, height, png(255 - greys(counts)), png(counts == counts.min()))


def doubts() -> list[Shown]:
    """Return one item of each kind but images that are to leave."""
    made = [
        ReviewItem("opt-out-doubt", "1" * 64, "doubt", "doubt-same", label="77123456"),
        ReviewItem("image", "2" * 64, "conflict", "conflict", label="1", source_sha256="2" * 64),
        ReviewItem("image", "3" * 64, "burned-in", "burned-in-suspected", "frame 1: 9",
                   label="1", source_sha256="3" * 64),
        ReviewItem("station", "4" * 64, "station", "station", label="1"),
        ReviewItem("findings:BS-AAAAA", "5" * 64, "finding", "name+date", label="BS-AAAAA"),
        ReviewItem("blank:BS-AAAAA", "6" * 64, "blank", "blank", "findings", label="BS-AAAAA"),
        ReviewItem("blank:BS-BBBBB", "7" * 64, "blank", "blank", "sex", label="BS-BBBBB"),
        ReviewItem("private:(0019,xx10) X", "8" * 64, "private", "kept", label="(0019,xx10) X"),
    ]  # fmt: skip
    found = []
    for one in made:
        waits = "" if one.kind == "private" else "1"
        shown = Shown(
            row(one._replace(waits=waits)),
            [f"Why {EVIL}", f"{'long/' * 9}{'9' * 60}.dcm"],
            text=EVIL,
        )
        if one.source_sha256:
            shown.pictures = [picture(2), picture(3)]
        found.append(shown)
    return found


def images(number: int, suspected: int = 1) -> list[Shown]:
    """Return images that are to leave; the first ones are suspected."""
    found = []
    for n in range(number):
        item = ReviewItem(
            "coded", f"{n:064x}", "image", "text" if n < suspected else "", waits="1",
            label=f"BS-{n:05}_01.dcm", score=int(n < suspected), source_sha256=f"{n + 99999:064x}",
        )  # fmt: skip
        found.append(Shown(row(item), ["Why"], "", [picture(n)], HEADER))
    return found


def row(item: ReviewItem) -> dict[str, str]:
    return {key: str(value) for key, value in item._asdict().items()}


def make(folder: Path, shown: list[Shown], language: str = "ja", **more: Any) -> Path:
    """Write list and pages into a folder; return the first page."""
    rows = [one.row for one in shown]
    table = folder / "items.csv"
    write_rows(table, ReviewItem._fields, rows)
    return write_pages(folder, rows, shown, STUDY, digest_of(table), language, **more)[0]
