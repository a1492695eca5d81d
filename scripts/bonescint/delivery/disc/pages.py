"""The texts for people on a disc: README.TXT, INDEX.HTM, and the table of its images."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from bonescint.delivery.disc import layout
from bonescint.delivery.disc.directory import INSTANCE, DiscImage
from bonescint.delivery.disc.layout import Case, Label
from bonescint.files import BOM
from bonescint.pages import page_template
from bonescint.resources import SYNTHETIC, Texts

_CODES_A_LINE = 7


def readme(label: Label, replaced: Mapping[str, str], encrypted: bool = False) -> bytes:
    """Return README.TXT: Japanese, then English, for a plain editor of Windows.

    Parameters
    ----------
    replaced
        Code -> the delivery whose content it replaces.
    encrypted
        Whether it lies beside the encrypted archive and not in it.
    """
    keys = ["what", "files", "check", "check_all", "check_other", "replaces", "duties", "whom"]
    if encrypted:  # codes may be only inside the archive
        keys[1:2] = ["files_outer", "unpack"]
        keys.remove("replaces")
    pages = []
    for language in ("ja", "en"):
        text = Texts("disc", language)
        values = {
            "file_set_id": label.file_set_id,
            "delivery": label.delivery,
            "replaced": _by_delivery(replaced, text) or text("readme.none"),
            "example": layout.ARCHIVE if encrypted else r"DICOM\P00001\S01\I01",
            "unpacked": "" if encrypted else "\n\n" + text("readme.unpacked"),
            "synthetic": f"{SYNTHETIC}\n" if label.synthetic else "",
            "study": label.study,
            "title": label.title,
            "number": label.number,
            "of": label.of,
        }
        parts = [text("readme.head", **values)]
        parts += [f"{n}. " + text(f"readme.{key}", **values) for n, key in enumerate(keys, 1)]
        pages.append("\n\n".join(parts))
    return (BOM + f"\n\n{'-' * 72}\n\n".join(pages) + "\n").replace("\n", "\r\n").encode("utf-8")


def _by_delivery(replaced: Mapping[str, str], text: Texts) -> str:
    """Return lines that say which codes replace content of which delivery."""
    codes = defaultdict(list)
    for code, delivery in replaced.items():
        codes[delivery].append(code)
    lines = []
    for delivery, of in sorted(codes.items()):
        lines.append(text("readme.replaced", delivery=delivery, n=len(of)))
        rows = (of[i : i + _CODES_A_LINE] for i in range(0, len(of), _CODES_A_LINE))
        lines += ["      " + " ".join(row) for row in rows]
    return "\n".join(lines)


def index_table(images: Sequence[DiscImage]) -> bytes:
    """Return INDEX.TSV: one line per image, tabs between the columns of `layout.INDEX_COLUMNS`.

    All of it is ASCII, so that it needs no BOM.
    """
    stream = io.StringIO()
    rows = csv.writer(stream, "excel-tab")
    rows.writerow(layout.INDEX_COLUMNS)
    for one in images:
        uid = one.attributes[INSTANCE]
        shown = _day(one), one.views, uid, one.file.sha256, one.replaces
        rows.writerow([one.code, one.file.joliet, *shown])
    return stream.getvalue().encode("ascii")


def _day(one: DiscImage) -> str:
    day = one.attributes["StudyDate"]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def index_page(cases: Sequence[Case], images: Sequence[DiscImage], label: Label) -> bytes:
    """Return INDEX.HTM: the previews by code, and what else is on the volume."""
    of_code = defaultdict(list)
    for one in images:
        of_code[one.code].append(one)
    page = page_template(Path(__file__).parent, ["index.xhtml.j2"]).render(
        t=Texts("disc", label.language),
        label=label,
        synthetic=SYNTHETIC if label.synthetic else "",
        layout=layout,
        cases=[(case, of_code[case.code]) for case in cases],
        count=len(images),
        day=_day,
    )
    return page.encode("utf-8")
