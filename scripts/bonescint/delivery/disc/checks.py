"""The check of a volume's files: manifest, directory, images, tables, pages, people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from bonescint.custody.archive.stream import Report
from bonescint.delivery.disc import layout
from bonescint.delivery.disc.contents import UNREADABLE, FileRead, VolumeContents
from bonescint.delivery.disc.dicomdir_walk import (
    DirectoryListing,
    compare_directory,
    read_directory,
)
from bonescint.delivery.disc.images import check_jpeg, check_picture
from bonescint.delivery.disc.known import StudyRecords, left_in
from bonescint.delivery.disc.listed import (
    check_index,
    check_page,
    compare_codes,
    read_hashes,
    sheet_codes,
)
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.resources import Texts

_IMAGE = re.compile(rf"{layout.IMAGES}/(P\d{{5}}/S\d{{2,7}})/(I\d{{2,7}})")
_PREVIEW = re.compile(rf"{layout.PAGES}/(P\d{{5}})/(S\d{{2,4}})(I\d{{2,5}})\.JPG")
_PLAIN = {
    layout.DICOMDIR, layout.README, layout.INDEX_PAGE, layout.INDEX_TABLE, layout.SHEET_IN_JOLIET,
    layout.MANIFEST_IN_JOLIET,
}  # fmt: skip
_OUTER = {layout.README, layout.ARCHIVE, layout.MANIFEST_IN_JOLIET}


@dataclass
class FilesFound:
    """What was read from a volume's files.

    Parameters
    ----------
    hashes
        Name -> SHA-256 of each file.
    images
        Name -> keyword -> value of each image that could be read.
    listing
        What DICOMDIR says.
    """

    hashes: dict[str, str] = field(default_factory=dict)
    images: dict[str, dict[str, str]] = field(default_factory=dict)
    listing: DirectoryListing = field(default_factory=DirectoryListing)

    @property
    def codes(self) -> set[str]:
        """The codes of the images."""
        return {image["PatientID"] for image in self.images.values()}


def check_files(
    contents: VolumeContents,
    verdict: DiscVerdict,
    known: StudyRecords,
    language: str,
    advance: Report,
    is_outer: bool = False,
) -> FilesFound:
    """Check the content of all files of a volume.

    Parameters
    ----------
    language
        Of the places in files.
    advance
        Called with the stage, the number of files done and the total.
    is_outer
        Whether these are the files around an encrypted archive.
    """
    found = FilesFound()
    _check_names(contents, verdict, is_outer)
    manifest = layout.MANIFEST_IN_JOLIET
    wanted: dict[str, str] = {}
    with _readable(contents, manifest) as stream:
        if stream:
            wanted = read_hashes(stream, manifest, verdict)
    with _readable(contents, layout.DICOMDIR, not is_outer) as stream:
        if stream:
            found.listing = read_directory(stream, contents.sizes[layout.DICOMDIR], verdict)
    _read_all(contents, found, verdict, known, language, advance)
    if known.terms:
        verdict.checked("residual", n=len(found.hashes), people=known.people)
    _compare_hashes(found, wanted, verdict)
    if not is_outer:
        _check_images(contents, found, verdict)
        _check_listed(contents, found, verdict)
    return found


def _check_names(contents: VolumeContents, verdict: DiscVerdict, is_outer: bool) -> None:
    """Report files that do not belong on a volume: programs, autorun, files of a system."""
    own = _OUTER if is_outer else _PLAIN
    for name in sorted(contents.sizes):
        is_listed = not is_outer and (_IMAGE.fullmatch(name) or _PREVIEW.fullmatch(name))
        if name not in own and not is_listed:
            verdict.fault("layout", "foreign", file=name)
    for name in sorted(own - contents.sizes.keys()):
        verdict.fault("layout", "absent", file=name)
    verdict.checked("layout", n=len(contents.sizes))


@contextmanager
def _readable(
    contents: VolumeContents, name: str, is_wanted: bool = True
) -> Iterator[IO[bytes] | None]:
    """Open a file if it is there. Unreadable files are reported when all files are read."""
    if not is_wanted or name not in contents.sizes:
        yield None
        return
    read = _read(contents, name, None)
    if read is None:
        yield None
        return
    with read.opened() as stream:
        yield stream


def _read(contents: VolumeContents, name: str, verdict: DiscVerdict | None) -> FileRead | None:
    try:
        read = FileRead(contents, name)
    except UNREADABLE as error:
        if verdict:
            verdict.fault("manifest", "unreadable", file=name, reason=type(error).__name__)
        return None
    if verdict and read.size != contents.sizes[name]:
        verdict.fault("manifest", "short", file=name, size=read.size, wanted=contents.sizes[name])
    return read


def _read_all(
    contents: VolumeContents,
    found: FilesFound,
    verdict: DiscVerdict,
    known: StudyRecords,
    language: str,
    advance: Report,
) -> None:
    """Read each file once for its hash, its format and the people named in it."""
    text, previews = Texts("traces", language), 0
    for n, name in enumerate(sorted(contents.sizes), 1):
        advance("files", n, len(contents.sizes))
        read = _read(contents, name, verdict)
        if read is None:
            continue
        found.hashes[name] = read.sha256
        if _IMAGE.fullmatch(name):
            if image := check_picture(read, found.listing.wanted, verdict):
                found.images[name] = image
        elif _PREVIEW.fullmatch(name):
            check_jpeg(read, verdict)
            previews += 1
        if known.terms:
            if known.is_known(name):
                verdict.fault("residual", "name_tells", file=name)
            for place, kind in left_in(read, known.terms, text):
                verdict.fault("residual", f"left_{kind}", file=name, place=place)
    if previews:
        verdict.checked("previews", n=previews)


def _compare_hashes(found: FilesFound, wanted: dict[str, str], verdict: DiscVerdict) -> None:
    own = layout.MANIFEST_IN_JOLIET
    for name in sorted(wanted.keys() - found.hashes.keys()):
        verdict.fault("manifest", "missing", file=name)
    for name in sorted(found.hashes.keys() - wanted.keys() - {own}):
        verdict.fault("manifest", "unlisted", file=name)
    for name in sorted(wanted.keys() & found.hashes.keys()):
        if wanted[name] != found.hashes[name]:
            verdict.fault("manifest", "changed", file=name, wanted=wanted[name],
                          found=found.hashes[name])  # fmt: skip
    verdict.checked("manifest", n=len(wanted))
    if own in found.hashes:
        verdict.digest("manifest", found.hashes[own])


def _check_images(contents: VolumeContents, found: FilesFound, verdict: DiscVerdict) -> None:
    """Compare the images with DICOMDIR, with each other and with the previews."""
    paths = {name for name in contents.sizes if _IMAGE.fullmatch(name)}
    compare_directory(found.listing, found.images, paths - found.images.keys(), verdict)
    uids: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path, image in sorted(found.images.items()):
        if other := uids.get(image["SOPInstanceUID"]):
            verdict.fault("images", "same_uid", file=path, other=other)
        uids[image["SOPInstanceUID"]] = path
        folder = path.split("/")[1]
        if folders.setdefault(folder, image["PatientID"]) != image["PatientID"]:
            verdict.fault("images", "two_patients", file=path)
    verdict.checked("images", n=len(found.images), codes=len(found.codes))
    for name in sorted(contents.sizes):
        if shown := _PREVIEW.fullmatch(name):
            image_path = f"{layout.IMAGES}/{'/'.join(shown.groups())}"
            if image_path not in paths:
                verdict.fault("previews", "no_image_of", file=name)


def _check_listed(contents: VolumeContents, found: FilesFound, verdict: DiscVerdict) -> None:
    """Compare the sheet, INDEX.TSV and the page with the images."""
    tabled: dict[str, set[str]] = {}
    codes = found.codes
    broken = {name for name in contents.sizes if _IMAGE.fullmatch(name)} - found.images.keys()
    with _readable(contents, layout.INDEX_TABLE) as stream:
        if stream:
            rows = check_index(stream, found.images, broken, found.hashes, verdict)
            tabled[layout.INDEX_TABLE] = set(rows.values())
            codes |= {rows.get(path, "") for path in broken}
    with _readable(contents, layout.SHEET_IN_JOLIET) as stream:
        if stream:
            tabled[layout.SHEET_IN_JOLIET] = sheet_codes(stream, verdict)
    compare_codes(codes, tabled, verdict)
    cases = len(tabled.get(layout.SHEET_IN_JOLIET, ()))
    verdict.checked("tables", cases=cases, images=len(found.images))
    with _readable(contents, layout.INDEX_PAGE) as stream:
        if stream:
            linked = check_page(stream, layout.INDEX_PAGE, contents.sizes.keys(), verdict)
            for name in sorted(set(filter(_PREVIEW.fullmatch, contents.sizes)) - linked):
                verdict.fault("links", "unlinked", file=name)


def check_against_study(
    found: FilesFound, label: str, known: StudyRecords, verdict: DiscVerdict
) -> None:
    """Compare the images with those that the study verified, and the codes with its list."""
    if known.images is not None:
        for path, image in sorted(found.images.items()):
            code = known.images.get(found.hashes[path])
            if code is None:
                verdict.fault("study", "not_verified", file=path)
            elif code != image["PatientID"]:
                verdict.fault("study", "other_code", file=path)
        verdict.checked("study", n=len(found.images))
    if listed := known.contents.get(label):
        counts: dict[str, int] = dict.fromkeys(listed, 0)
        for image in found.images.values():
            counts[image["PatientID"]] = counts.get(image["PatientID"], 0) + 1
        for code, n in sorted(counts.items()):
            if n != listed.get(code, 0):
                verdict.fault("study", "contents", code=code, n=n, wanted=listed.get(code, 0))
