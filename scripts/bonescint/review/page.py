"""The page: it opens from its folder, holds everything it shows and asks no network."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bonescint.deid.decisions import REVIEWER_CODE
from bonescint.files import Row, replacing
from bonescint.pages import only_script, page_template
from bonescint.resources import SYNTHETIC, Texts
from bonescint.review.headers import ShownChange
from bonescint.review.pictures import ShownPicture

MOST_BYTES = 40_000_000  # of pictures and headers in one page
FORMAT = "bonescint-decisions/1"
# what a person may decide, in the order of the keys 1, 2, 3
_CHOICES = {
    "image": ("release", "block", "redact"),
    "burned-in": ("release", "block", "redact"),
    "conflict": ("release", "block"),
    "station": ("release", "block"),
    "finding": ("release", "block"),
    "blank": ("leave-out", "not-stated"),
    "doubt": ("another-person", "same-person"),
    "private": (),
    "overlay": (),
}
_ONLY_FINDINGS = "findings"  # what may be blank and delivered as not stated


@dataclass
class Shown:
    """An item with what the page shows of it."""

    row: Row  # of private/review/items.csv
    why: list[str]  # sentences
    text: str = ""  # what was typed by a person, such as the findings; it is shown as it is
    pictures: list[ShownPicture] = field(default_factory=list)  # of its file, like the header
    header: list[ShownChange] = field(default_factory=list)

    @property
    def size(self) -> int:
        """About how many bytes it takes in the page."""
        said = sum(len("".join(change)) + 20 for change in self.header)
        return sum(len(one.data) + len(one.trace) for one in self.pictures) + said


def choices(row: Row) -> tuple[str, ...]:
    """Return what may be decided of an item."""
    if row["kind"] == "blank" and row["detail"] != _ONLY_FINDINGS:
        return ("leave-out",)  # no other blank field may be delivered as not stated
    return _CHOICES[row["kind"]]


def write_pages(
    folder: Path,
    rows: list[Row],
    shown: Iterable[Shown],
    study: dict[str, Any],
    items_sha256: str,
    language: str,
    most_bytes: int = MOST_BYTES,
) -> list[Path]:
    """Write index.html, and page-02.html and so on if one page would be too large.

    Parameters
    ----------
    folder, language
        private/review, and that of the words.
    rows, shown
        Every item, because each page counts all of them; the same items in the same order.
    study
        ``id``, ``title`` and ``synthetic``.
    items_sha256
        Of private/review/items.csv: which list the decisions are about.
    most_bytes
        Of pictures and headers in one page.
    """
    text = Texts("review", language)
    parts = list(_parts(shown, most_bytes))
    pages = [page for page, part in enumerate(parts) for _ in part]
    same = {
        "format": FORMAT,
        "study": study["id"],
        "items_sha256": items_sha256,
        "code": REVIEWER_CODE,
        "words": {key: text(key) for key in text if key.startswith("js.")},
        "all": [_summary(row, page) for row, page in zip(rows, pages, strict=True)],
        "pages": [_name(n) for n in range(1, len(parts) + 1)],
    }
    template, script = _template(), _inlined("review.js")
    first = 0
    for n, part in enumerate(parts):
        with replacing(folder / _name(n + 1)) as stream:
            stream.writelines(
                template.generate(
                    t=text,
                    language=language,
                    study=study,
                    synthetic=SYNTHETIC if study["synthetic"] else "",
                    script=script,
                    only_script=only_script(script),
                    data=_json(
                        {**same, "page": n, "first": first, "items": [_item(i, text) for i in part]}
                    ),
                    pictures=_named_pictures(part, first),
                )
            )
        first += len(part)
    return [folder / name for name in same["pages"]]


def _named_pictures(part: list[Shown], first: int) -> Iterator[tuple[str, str]]:
    for i, item in enumerate(part, first):
        for n, picture in enumerate(item.pictures):
            yield f"p-{i}-{n}", picture.data
            if picture.trace:
                yield f"p-{i}-{n}-trace", picture.trace


def _name(number: int) -> str:
    return "index.html" if number == 1 else f"page-{number:02}.html"


def _parts(shown: Iterable[Shown], most_bytes: int) -> Iterator[list[Shown]]:
    part: list[Shown] = []
    size = 0
    for item in shown:
        if part and size + item.size > most_bytes:
            yield part
            part, size = [], 0
        part.append(item)
        size += item.size
    yield part


def _summary(row: Row, page: int) -> list[Any]:
    """Return what every page knows of an item: what is saved, and where it is."""
    return [
        row["item"], row["sha256"], row["source_sha256"], row["kind"], row["decided"],
        int(row["waits"] or 0), page,
    ]  # fmt: skip


def _item(item: Shown, text: Texts) -> dict[str, Any]:
    row = item.row
    words = choices(row)
    return {
        "label": row["label"],
        "title": text(f"kind.{row['kind']}"),
        "plain": row["kind"] == "image" and not row["reason"],
        "why": item.why,
        "text": item.text,
        "choices": [
            [word, text(f"choice.{word}"), text(f"effect.{row['kind']}.{word}")] for word in words
        ],
        "frames": [[text(f"view.{p.view or 'unknown'}"), p.width, p.height] for p in item.pictures],
        "header": item.header,
    }


def digest_of(table: Path) -> str:
    """Return the SHA-256 of private/review/items.csv, which a file of decisions names."""
    return hashlib.sha256(table.read_bytes()).hexdigest()


def _json(data: object) -> Markup:
    """Return JSON that cannot end the element it stands in, whatever a text holds."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        written = written.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(written)  # noqa: S704


def _inlined(name: str) -> Markup:
    """Return one of the project's own files."""
    return Markup((Path(__file__).parent / name).read_text(encoding="utf-8"))  # noqa: S704


def _template() -> Any:
    template = page_template(Path(__file__).parent, ["review.html.j2"], ["review.css"])
    template.globals["code"] = REVIEWER_CODE
    return template
