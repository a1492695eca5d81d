"""What the page shows of one item: why it is there, its pictures and its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread

from bonescint.deid.refusal import Refused
from bonescint.delivery.sheet import COLUMNS
from bonescint.dicom.elements import Elements
from bonescint.dicom.tags import StationName
from bonescint.files import Row
from bonescint.resources import Texts
from bonescint.review.headers import kept_values, shown_changes
from bonescint.review.items import FINDINGS, place_of
from bonescint.review.page import Shown
from bonescint.review.pictures import ShownPicture, overlay_pictures, pictures

_MOST_VALUES = 20  # of a private element that stays
_MOST_OVERLAYS = 12


@dataclass(frozen=True)
class Files:
    """Where an item's content lies."""

    raw: Path  # the raw folder
    coded: Mapping[str, Path]  # batch -> results/dicom/{batch}
    # coded file, below results/dicom -> row of the batch from which it was made
    made_of: Mapping[str, dict[str, str]]
    findings: Mapping[str, str]  # code -> text
    kept: Sequence[Mapping[str, Any]]  # deidentification.keep_private

    def coded_file(self, path: str) -> Path:
        """Return where a coded file lies, from its path below results/dicom."""
        batch, _, file = path.partition("/")
        return self.coded[batch] / file


def show(row: Row, files: Files, text: Texts) -> Shown:
    """Return what the page shows of an item."""
    kind = row["kind"]
    shown = Shown(row, list(_why(row, text)))
    if kind == "image":
        data = files.coded_file(row["path"]).read_bytes()
        _add_pictures(shown, files.coded_file(row["path"]), text)
        made_of = files.made_of[row["path"]]
        try:
            source = (files.raw / made_of["path"]).read_bytes()
            shown.header = shown_changes(source, data, made_of, text)
        except (OSError, Refused):
            pass  # the source has been removed since; the coded image is shown all the same
    elif kind in ("burned-in", "conflict"):
        _add_pictures(shown, files.raw / row["path"], text)
    elif kind == "station":
        shown.text = Elements(_read(files.raw / row["path"])).text(StationName)
    elif kind == "finding":
        shown.text = files.findings.get(row["item"].removeprefix(FINDINGS), "")
    elif kind in ("private", "overlay"):
        _add_kept(shown, files, text)
    return shown


def _why(row: Row, text: Texts) -> list[str]:
    detail = row["detail"]
    if row["kind"] == "blank":
        titles = {field: title for field, title, _ in COLUMNS}
        detail = "・".join(titles[blank] for blank in detail.split("+"))
    reasons = [reason for reason in row["reason"].split("+") if reason]
    lines = [text("why.image")] if row["kind"] == "image" else []
    for reason in reasons:
        if reason != "kept":  # its reason stands in the configuration
            key = f"why.{reason}" if f"why.{reason}" in text else "why.other"
            lines.append(text(key, score=row["score"], detail=detail, kind=reason))
    if row["kind"] in ("burned-in", "conflict", "station"):
        lines.append(text("why.file", path=row["path"]))
    if row["kind"] == "doubt":
        lines.append(text("why.doubt-more"))
    return lines


def _add_pictures(shown: Shown, path: Path, text: Texts) -> None:
    try:
        shown.pictures = pictures(_read(path), shown.row["views"])
    except OSError:
        shown.pictures = []
    if not shown.pictures:
        shown.why.append(text("why.no-picture"))


def _add_kept(shown: Shown, files: Files, text: Texts) -> None:
    """Add what a recorded decision keeps: the values of an element, or the overlay's pictures."""
    place = shown.row["label"]
    entry = next(e for e in files.kept if place_of(e) == place)
    who = {"by": entry["decided_by"], "date": entry["date"], "reason": entry["reason"]}
    shown.why.append(text("why.kept", **who))
    group, element = int(str(entry["group"]), 16), int(str(entry["element"]), 16)
    values: dict[str, None] = {}
    found: dict[str, ShownPicture] = {}
    number = 0
    for path in files.made_of:
        coded = _read(files.coded_file(path), pixels=False)
        if shown.row["kind"] == "overlay":
            drawn = overlay_pictures(coded, group)
            found |= {picture.data: picture for picture in drawn}
            number += bool(drawn)
        else:
            seen = list(kept_values(coded, group, element))
            values |= dict.fromkeys(seen)
            number += bool(seen)
    shown.why += [text("why.kept-files", n=number), text("why.kept-change")]
    shown.pictures = list(found.values())[:_MOST_OVERLAYS]
    shown.text = "\n".join([*list(values)[:_MOST_VALUES], *["…"][: len(values) > _MOST_VALUES]])


def _read(path: Path, pixels: bool = True) -> Dataset:
    return dcmread(path, force=True, stop_before_pixels=not pixels)
