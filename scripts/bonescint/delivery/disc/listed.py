"""Compare tables and pages of a volume with its images, both ways (R28)."""

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Collection, Mapping
from posixpath import join, normpath
from typing import IO
from urllib.parse import unquote
from xml.parsers import expat

from bonescint.delivery.disc import layout
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.delivery.sheet import COLUMNS
from bonescint.identity.codes import CODE_PATTERN

_LARGEST = 1 << 24  # bytes of a table or page
_HASH_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_LINKS = {"href", "src", "action", "data", "poster", "background", "cite", "srcset"}
_ACTIVE = {"script", "iframe", "object", "embed", "applet", "form", "base", "link"}
_MOST_XML = 1 << 26  # bytes of an unpacked sheet


def read_hashes(stream: IO[bytes], name: str, verdict: DiscVerdict) -> dict[str, str]:
    """Return path -> SHA-256 of a manifest. Each malformed line is a fault."""
    found: dict[str, str] = {}
    paths: list[str] = []
    for n, line in enumerate(stream.read(_LARGEST).split(b"\n"), 1):
        if not line:
            continue
        matched = _HASH_LINE.fullmatch(line.decode("utf-8", "replace"))
        if not matched:
            verdict.fault("manifest", "manifest_line", file=name, n=n)
        elif matched[2] in found:
            verdict.fault("manifest", "manifest_twice", file=matched[2], n=n)
        else:
            found[matched[2]] = matched[1]
            paths.append(matched[2])
    if paths != sorted(paths):
        verdict.fault("manifest", "manifest_order", file=name)
    return found


def check_index(
    stream: IO[bytes],
    images: Mapping[str, Mapping[str, str]],
    broken: Collection[str],
    hashes: Mapping[str, str],
    verdict: DiscVerdict,
) -> dict[str, str]:
    """Compare INDEX.TSV with the images both ways, and return its path -> code.

    Parameters
    ----------
    images
        Path -> keyword -> value of each image that could be read.
    broken
        Paths of images that could not be read.
    hashes
        Path -> SHA-256 of each existing file.
    """
    text = stream.read(_LARGEST).decode("utf-8-sig", "replace")
    table = csv.reader(io.StringIO(text, newline=""), "excel-tab")
    codes: dict[str, str] = {}
    try:
        if tuple(next(table, ())) != layout.INDEX_COLUMNS:
            verdict.fault("tables", "index_header")
            return codes
        for n, cells in enumerate(table, 2):
            row = dict(zip(layout.INDEX_COLUMNS, cells, strict=False))
            path = row.get("path", "")
            where = {"file": path, "n": n}
            if path in codes:
                verdict.fault("tables", "index_twice", **where)
            codes[path] = row.get("code", "")
            if len(cells) != len(layout.INDEX_COLUMNS) or not (path in images or path in broken):
                verdict.fault("tables", "index_path", **where)
            if len(cells) != len(layout.INDEX_COLUMNS) or path not in images:
                continue
            image = images[path]
            day = image["StudyDate"]
            wanted = {
                "code": image["PatientID"],
                # the hospital's tag table may remove the date of an image; then it is that of the
                # sheet
                "study_date": f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else row["study_date"],
                "sop_instance_uid": image["SOPInstanceUID"],
                "sha256": hashes[path],
            }
            for name, value in wanted.items():
                if row[name] != value:
                    verdict.fault("tables", "index_differs", **where, name=name)
    except csv.Error:
        verdict.fault("tables", "index_header")
    for path in sorted({*images, *broken} - codes.keys()):
        verdict.fault("tables", "index_lacks", file=path)
    return codes


def sheet_codes(stream: IO[bytes], verdict: DiscVerdict) -> set[str]:
    """Return the codes of the partner's sheet."""
    import zipfile

    from openpyxl.reader.excel import load_workbook

    file = layout.SHEET_IN_JOLIET
    try:
        with zipfile.ZipFile(stream) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_XML:
                raise ValueError("too large")
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations
            book = load_workbook(stream, read_only=True, data_only=True)  # type: ignore[no-untyped-call]
        rows = book.worksheets[0].iter_rows(max_col=len(COLUMNS), values_only=True)
        titles = next(rows, ())
        found = [str(row[0] or "") for row in rows]
    # openpyxl passes on the errors of its parsers for a damaged part
    except Exception as error:
        verdict.fault("tables", "sheet_damaged", file=file, reason=type(error).__name__)
        return set()
    if list(titles) != [title for _, title, _ in COLUMNS]:
        verdict.fault("tables", "sheet_header", file=file)
    for n, code in enumerate(found, 2):
        if not re.fullmatch(CODE_PATTERN, code):
            verdict.fault("tables", "sheet_code", file=file, n=n)
    for code, n in Counter(found).items():
        if n > 1 and re.fullmatch(CODE_PATTERN, code):
            verdict.fault("tables", "sheet_twice", file=file, code=code)
    return set(filter(re.compile(CODE_PATTERN).fullmatch, found))


def compare_codes(
    images: Collection[str], tabled: Mapping[str, Collection[str]], verdict: DiscVerdict
) -> None:
    """Compare the codes of images and tables (name -> codes) both ways."""
    for file, codes in tabled.items():
        for code in sorted(filter(re.compile(CODE_PATTERN).fullmatch, {*images} - {*codes})):
            verdict.fault("tables", "no_row", file=file, code=code)
        for code in sorted(filter(re.compile(CODE_PATTERN).fullmatch, {*codes} - {*images})):
            verdict.fault("tables", "no_images", file=file, code=code)


def check_page(
    stream: IO[bytes], name: str, names: Collection[str], verdict: DiscVerdict
) -> set[str]:
    """Check that a page is XML, runs nothing, and links only to files on the volume.

    Returns
    -------
    set of str
        The files it links to.
    """
    linked: set[str] = set()

    def start(tag: str, attributes: dict[str, str]) -> None:
        where = {"file": name, "line": parser.CurrentLineNumber}
        if tag.lower() in _ACTIVE or any(key.lower().startswith("on") for key in attributes):
            verdict.fault("links", "active", **where)
        for key, value in attributes.items():
            if key.lower() in _LINKS and not value.startswith("#"):
                target = normpath(join(name.rpartition("/")[0], unquote(value.partition("#")[0])))
                if target in names:
                    linked.add(target)
                else:
                    verdict.fault("links", "link", **where, link=value[:100])

    def entity(*_: object) -> None:
        raise ValueError("an entity of its own")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(stream.read(_LARGEST), True)
    except (expat.ExpatError, ValueError):
        verdict.fault("links", "no_xhtml", file=name, line=parser.CurrentLineNumber)
    verdict.checked("links", n=len(linked))
    return linked
