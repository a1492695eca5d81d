"""The texts of one file of any format: tables, archives, images, binary files (R12).

Encrypted content (age, encrypted members of a zip) cannot be searched, but names of members can.
Of a DICOM file only the header is read. The anonymization verified every byte before the file got
its name, and pixels hold no text.
"""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any

from bonescint.custody.traces.encodings import RUNS
from bonescint.custody.traces.names import folded
from bonescint.custody.traces.office import is_office, search_office
from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import BLOCK, Found, Place, kinds_in, search_text
from bonescint.custody.traces.tokens import Tokens, tokens_of, with_ends
from bonescint.dicom import tags, vrs

_HEADER = 1 << 14  # bytes; enough for the header of a coded NM file
_PIXELS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10")
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_ENCRYPTED = b"age-encryption.org/"
_PNG = b"\x89PNG\r\n\x1a\n"
_PDF = b"%PDF-"
_JPEG = b"\xff\xd8\xff"
# a JPEG marker, except those that occur within the compressed pixels
_BEHIND_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))
# exceptions of a damaged archive, which is then searched as bytes
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
# VRs in which a number is a size, a count or a time, and never an ID; neither is a number in Code
# Value, which belongs to its terminology
_NUMBERS = frozenset(vrs.FORMATS) | {"AT", "DA", "DS", "DT", "IS", "TM", "UI"}
_WHOLE = re.compile(r"[-+0-9.:eE\s]+")
_MOST_BYTES = 1 << 28  # of a PDF or a JPEG that is read in its format
_DEEPEST = 2  # levels: base64 within base64
Note = Callable[[Tokens], None]
_PATIENT_ID = re.compile(rb"(?:\x10\0\x20\0|\0\x10\0\x20)(.{0,80})", re.DOTALL)


def search_content(
    stream: Any, name: str, terms: Terms, depth: int = 0, note: Note | None = None
) -> Iterator[Found]:
    """Yield every place in a file that holds a term, and the kind of term.

    Parameters
    ----------
    stream
        The file, seekable.
    name
        Its path, or its path within an archive. It tells which table the file is, if it is one.
    terms
        What is looked for.
    depth
        How deeply the content is nested in base64 or in the streams of a document.
    note
        Is told the tokens of an image's header, by which it can be cleared of other persons later.
    """

    def nested(data: bytes) -> set[str]:
        inside = io.BytesIO(data)
        return {kind for _, kind in search_content(inside, "", terms, depth + 1)}

    decoded = nested if depth < _DEEPEST else None
    head = stream.read(1024)
    stream.seek(0)
    try:
        if head[128:132] == b"DICM":
            yield from _search_dicom(stream, terms, note)
        elif head.startswith(b"PK\3\4"):
            yield from _search_zip(stream, name, terms, depth)
        elif head.startswith(_PNG):
            yield from _search_png(stream, terms)
        elif head.startswith(_JPEG):
            yield from _search_jpeg(stream, terms)
        elif head[257:262] == b"ustar":
            yield from _search_tar(stream, terms, depth)
        elif opened := next((o for magic, o in _PACKED if head.startswith(magic)), None):
            with opened(stream) as inside:
                yield from search_content(inside, name.rpartition(".")[0], terms, depth)
                while inside.read(BLOCK):
                    pass  # damage at the end is noticed only when everything is read
        elif decoded and _PDF in head:
            from bonescint.custody.traces.pdf import search_pdf

            yield from search_pdf(stream.read(_MOST_BYTES), terms, decoded)
        elif not head.startswith(_ENCRYPTED):
            if zipfile.is_zipfile(stream):  # also a zip appended to a program or a picture
                yield from _search_zip(stream, name, terms, depth)
            stream.seek(0)
            yield from search_text(stream, name, terms, decoded)
    except _DAMAGED:
        stream.seek(0)
        yield from search_text(stream, name, terms)


def _names_of(name: str, terms: Terms) -> Iterator[Found]:
    for kind in {hit.kind for hit in terms.find(folded(name), in_path=True)}:
        yield Place("member", name), kind


def _inside(member: str, found: Iterator[Found]) -> Iterator[Found]:
    for place, kind in found:
        inner = f"{member} / {place.where}" if place.where else member
        yield place._replace(key="member" if place.key == "bytes" else place.key, where=inner), kind


def _search_zip(stream: IO[bytes], path: str, terms: Terms, depth: int) -> Iterator[Found]:
    def inner(inside: IO[bytes], name: str) -> Iterator[Found]:
        return _inside(name, search_content(inside, name, terms, depth))

    with zipfile.ZipFile(stream) as archive:
        for kind in sorted(kinds_in(archive.comment, terms)):
            yield Place("member", "comment"), kind
        for member in archive.infolist():
            yield from _names_of(member.filename, terms)
        if is_office(archive):
            yield from search_office(stream, archive, path, terms, inner)
            return
        for member in archive.infolist():
            if not member.is_dir() and not member.flag_bits & 1:
                with archive.open(member) as inside:
                    yield from inner(inside, member.filename)


def _search_tar(stream: IO[bytes], terms: Terms, depth: int) -> Iterator[Found]:
    with tarfile.open(fileobj=stream) as archive:
        for member in archive:
            about = f"{member.name}\n{member.linkname}\n{member.uname}\n{member.gname}"
            yield from (
                (Place("member", p.where.split("\n")[0]), k) for p, k in _names_of(about, terms)
            )
            if inside := archive.extractfile(member) if member.isfile() else None:
                yield from _inside(member.name, search_content(inside, member.name, terms, depth))
        stream.seek(archive.offset)
        yield from search_text(stream, "", terms)


def _search_png(stream: IO[bytes], terms: Terms) -> Iterator[Found]:
    """Search all but the compressed pixels, which hold no text."""
    parts = []
    stream.seek(len(_PNG))
    while len(head := stream.read(8)) == 8:
        size, kind = int.from_bytes(head[:4]), head[4:]
        if kind == b"IDAT":
            stream.seek(size + 4, 1)
            continue
        data = stream.read(size + 4)[:size]
        parts.append(data)
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            # the compressed part begins somewhere after the keyword
            for start in (m.end() for m in re.finditer(rb"\0+", data[:200])):
                with suppress(zlib.error):
                    parts.append(zlib.decompress(data[start:]))
        if kind == b"IEND":
            break
    parts.append(stream.read())
    yield from ((Place("bytes"), kind) for kind in sorted(kinds_in(b"\n".join(parts), terms)))


def _search_jpeg(stream: IO[bytes], terms: Terms) -> Iterator[Found]:
    """Search all but the compressed pixels: markers, EXIF, comments, bytes after the end."""
    data = stream.read(_MOST_BYTES)
    at, parts = 2, [data[:2]]
    while data[at : at + 1] == b"\xff" and len(data) > at + 4 and data[at + 1] != 0xD9:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        parts.append(data[at:end])
        if data[at + 1] == 0xDA and (behind := _BEHIND_SCAN.search(data, end)):
            end = behind.start()
        at = end
    parts.append(data[at:])
    yield from ((Place("bytes"), kind) for kind in sorted(kinds_in(b"\n".join(parts), terms)))
    stream.seek(len(data))
    yield from search_text(stream, "", terms)


def _search_dicom(stream: IO[bytes], terms: Terms, note: Note | None) -> Iterator[Found]:
    data = stream.read(_HEADER)
    while not (cut := _pixels(data)) and (more := stream.read(BLOCK)):
        data += more
    data = data[: cut or len(data)]
    runs = RUNS.findall(data)
    tokens = tokens_of(runs)
    suspect = terms.may_be_in(runs, tokens)
    if terms.weak and (found := _PATIENT_ID.search(data)):
        suspect = suspect or any(w.encode() in found[1].lower() for w in terms.weak)
    is_deflated = _DEFLATED in data[:1024]
    if note and not is_deflated:
        note(tokens)
    if suspect or is_deflated:
        stream.seek(0)
        try:
            places = list(_dicom_elements(stream, terms))
        except Exception:  # pydicom raises many kinds for damaged values
            kinds = kinds_in(b"\n".join(map(with_ends, runs)), terms)
            places = [(Place("bytes"), kind) for kind in sorted(kinds)]
        yield from places


def _pixels(data: bytes) -> int:
    return next((at for tag in _PIXELS if (at := data.find(tag)) > 0), 0)


def _dicom_elements(stream: IO[bytes], terms: Terms) -> Iterator[Found]:
    from pydicom import dcmread

    data = dcmread(stream, stop_before_pixels=True, force=True)
    for element in (*data.file_meta, *data.iterall()):
        value = "\n".join(map(str, element.value)) if element.VM > 1 else str(element.value)
        if element.VR == "SQ" or not value:
            continue
        raw = (
            element.value if isinstance(element.value, bytes) else value.encode("utf-8", "replace")
        )
        kinds = kinds_in(raw, terms)
        if element.tag == tags.CodeValue or (element.VR in _NUMBERS and _WHOLE.fullmatch(value)):
            kinds.discard("id")
        if element.tag in (tags.PatientID, tags.OtherPatientIDs) and terms.is_weak_id(value):
            kinds.add("id")
        yield from ((Place("header", str(element.tag)), kind) for kind in sorted(kinds))
