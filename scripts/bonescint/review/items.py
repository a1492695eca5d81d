"""What waits for a person or was decided: a row each, with the item and hash of its decision."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydicom import Dataset, dcmread

from bonescint.deid.batch import in_order
from bonescint.deid.burned_in import text_score
from bonescint.deid.decisions import BLANK, CODED, DOUBT, IMAGE, STATION, Decision, released
from bonescint.deid.options import CLEAN_PIXELS
from bonescint.files import read_rows

# kinds of items, the most doubtful first
KINDS = (
    "doubt", "conflict", "burned-in", "station", "finding", "blank", "overlay", "private", "image",
)  # fmt: skip
PRIVATE = "private:"
FINDINGS = "findings:"
_CLASHES = frozenset({"conflict"})


class ReviewItem(NamedTuple):
    """A row of private/review/items.csv: resources/tables/review_items.csv says what each is."""

    item: str
    sha256: str
    kind: str
    reason: str = ""
    detail: str = ""
    decided: str = ""
    waits: str = ""
    label: str = ""
    path: str = ""
    views: str = ""
    score: int = 0
    source_sha256: str = ""
    owner: str = ""


class Batch(NamedTuple):
    """The tables of one batch of patients."""

    rows: Path  # private/batches/{batch}.csv
    report: Path  # results/anonymization/{batch}.csv
    refused: Path  # private/refused/{batch}.csv
    folder: Path  # results/dicom/{batch}


def sources(batch: Batch, codes: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return coded file -> row of the batch from which it was made.

    `codes` is normalised patient ID -> code.
    """
    by_code: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(batch.rows):
        by_code.setdefault(codes[row["subject"]], []).append(row)
    # the report has a patient's files in this order
    waiting = {code: iter(in_order(rows)) for code, rows in by_code.items()}
    found = ((line["file"], next(waiting[line["code"]])) for line in read_rows(batch.report))
    return {file: row for file, row in found if file}


def image_items(
    batch: Batch,
    dicom: Path,
    codes: Mapping[str, str],
    owner: Callable[[str], str],
    others: Collection[str] = (),
) -> Iterator[ReviewItem]:
    """Yield every image that is to leave, once.

    `owner` returns what the page shows instead of a patient's normalised ID, `others` are codes of
    patients who are in no delivery: none of their images may leave.
    """
    made_of = sources(batch, codes)
    for line in read_rows(batch.report):
        if line["status"] != "written" or line["code"] in others:
            continue
        row = made_of[line["file"]]
        coded = dcmread(batch.folder / line["file"])
        score = _score(coded)
        doubts = {
            "redacted": _is_redacted(coded),
            "text": score > 0,
            "no-view": not line["views"],
            "lossy": coded.get("LossyImageCompression") == "01",
            "unusable": bool(line["unusable_attributes"]),
        }
        yield ReviewItem(
            item=CODED,
            sha256=line["sha256"],
            kind="image",
            reason="+".join(key for key, is_there in doubts.items() if is_there),
            label=line["file"].rpartition("/")[2],
            path=f"{batch.folder.name}/{line['file']}",
            views=line["views"],
            score=score,
            source_sha256=_digest_of(dicom / row["path"]),
            owner=owner(row["subject"]),
        )


def refused_items(
    batches: Iterable[Batch],
    dicom: Path,
    excluded: Path,
    consented: Path,
    owner: Callable[[str], str],
) -> Iterator[ReviewItem]:
    """Yield what is refused and a person may release: suspected text, clashing UIDs, stations.

    `excluded` is private/excluded.csv, `consented` private/consented.csv, which knows the views.
    """
    stations: set[str] = set()
    for batch in batches:
        rows = {row["path"]: row for row in read_rows(batch.rows)}
        for line in read_rows(batch.refused):
            row = rows[line["path"]]
            shown = ReviewItem(
                IMAGE, line["sha256"], "burned-in", line["reason"], line["detail"],
                path=line["path"], views=row["views"], source_sha256=line["sha256"],
                owner=owner(row["subject"]),
            )  # fmt: skip
            if line["reason"] in _CLASHES:
                shown = shown._replace(kind="conflict")
            if line["reason"] == "redacted-suspected":
                # the hash is of file and rectangles; new rectangles belong to the file alone
                shown = shown._replace(source_sha256=_digest_of(dicom / line["path"]))
            if line["sha256"]:
                yield shown
            if (station := line["station_sha256"]) and station not in stations:
                stations.add(station)
                yield ReviewItem(
                    STATION, station, "station", "station",
                    path=shown.path, views=shown.views, owner=shown.owner,
                )  # fmt: skip
    clashing = [
        line for line in read_rows(excluded) if line["reason"] in _CLASHES and line["sha256"]
    ]
    wanted = {line["path"] for line in clashing}
    rows_of = read_rows(consented) if wanted else ()
    views = {row["path"]: row["views"] for row in rows_of if row["path"] in wanted}
    for line in clashing:
        yield ReviewItem(
            IMAGE, line["sha256"], "conflict", line["reason"],
            path=line["path"], views=views.get(line["path"], ""), source_sha256=line["sha256"],
            owner=owner(line["subject"]),
        )  # fmt: skip


def text_items(
    findings: Path, incomplete: Path, others: Collection[str] = ()
) -> Iterator[ReviewItem]:
    """Yield the findings with a hit and the cases that lack a required field.

    They come from private/findings.csv and results/hospital/incomplete.csv.
    """
    for row in read_rows(findings):
        if row["kinds"] and row["code"] not in others:
            yield ReviewItem(
                f"{FINDINGS}{row['code']}", row["sha256"], "finding", row["kinds"],
                label=row["code"],
            )  # fmt: skip
    for row in read_rows(incomplete):
        if row["code"] not in others:
            yield ReviewItem(
                f"{BLANK}{row['code']}", row["sha256"], "blank", "blank", row["blanks"],
                label=row["code"],
            )  # fmt: skip


def doubt_items(doubts: Iterable[Mapping[str, Any]]) -> Iterator[ReviewItem]:
    """Yield the patients who are held back (`unseal_doubts`), by the patient ID alone.

    Their name and birth date are also those of a patient who declined, so nothing may show them.
    """
    for doubt in doubts:
        label = " / ".join(doubt["held_back"]["ids"])
        yield ReviewItem(DOUBT, doubt["digest"], "doubt", f"doubt-{doubt['birth']}", label=label)


def private_items(entries: Sequence[Mapping[str, Any]]) -> Iterator[ReviewItem]:
    """Yield the private elements and overlays of ``deidentification.keep_private``."""
    for entry in entries:
        canonical = json.dumps(entry, sort_keys=True, ensure_ascii=False, default=str)
        place = place_of(entry)
        yield ReviewItem(
            f"{PRIVATE}{place}",
            hashlib.sha256(canonical.encode()).hexdigest(),
            "private" if "creator" in entry else "overlay",
            "kept",
            label=place,
        )


def place_of(entry: Mapping[str, Any]) -> str:
    """Return what a recorded decision keeps, as the page names it."""
    if "creator" not in entry:
        return f"({entry['group']},{entry['element']})"
    return f"({entry['group']},xx{entry['element']}) {entry['creator']}"


def ordered(items: Iterable[ReviewItem], decided: list[Decision]) -> list[ReviewItem]:
    """Return the items with what was decided, in the order in which a person looks at them."""
    words = decisions_in_force(decided)
    numbers: dict[str, int] = {}
    found = []
    for item in items:
        word = words.get((item.item, item.sha256), "")
        if item.kind == "conflict" and word == "release":
            # still a conflict, so more than one of its files was released
            item, word = item._replace(reason=f"{item.reason}+several-released"), ""
        waits = "" if word or item.item.startswith(PRIVATE) else "1"
        numbers[item.kind] = numbers.get(item.kind, 0) + 1
        label = item.label or f"{numbers[item.kind]}"
        found.append(item._replace(decided=word, waits=waits, label=label))
    return sorted(found, key=_place)


def decisions_in_force(decided: list[Decision]) -> dict[tuple[str, str], str]:
    """Return item and hash -> what holds of it; a decision against it anywhere wins."""
    free = released(decided)
    found: dict[tuple[str, str], str] = {}
    for decision in decided:
        key = decision.item, decision.sha256
        if key in free or not released([decision]):
            found[key] = decision.decision
    return found


def _place(item: ReviewItem) -> tuple[object, ...]:
    return KINDS.index(item.kind), -item.score, -len(item.reason.split("+")) * bool(item.reason)


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_redacted(coded: Dataset) -> bool:
    methods = coded.get("DeidentificationMethodCodeSequence") or ()
    return any(method.get("CodeValue") == CLEAN_PIXELS.value for method in methods)


def _score(coded: Dataset) -> int:
    frames = np.asarray(coded.pixel_array)
    return text_score(frames.reshape(-1, *frames.shape[-2:]))
