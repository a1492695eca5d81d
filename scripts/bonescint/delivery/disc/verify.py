"""The check of one volume: an image, a burned disc or a folder, plain or encrypted (R29)."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bonescint.custody.archive.stream import Report
from bonescint.delivery.disc import layout
from bonescint.delivery.disc.checks import FilesFound, check_against_study, check_files
from bonescint.delivery.disc.contents import (
    UNREADABLE,
    ArchiveContents,
    FolderContents,
    ImageContents,
    VolumeContents,
)
from bonescint.delivery.disc.iso_reader import IsoImage, check_gaps, joliet_name, read_image
from bonescint.delivery.disc.known import StudyRecords
from bonescint.delivery.disc.layout import CHUNK, SECTOR, blocks, hash_of
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.errors import InputError
from bonescint.resources import Texts


@dataclass(frozen=True)
class DiscCheck:
    """How volumes are checked.

    Parameters
    ----------
    known
        What the study knows; empty at the receiver.
    passphrase
        Called when there is an encrypted archive; None = nobody knows the passphrase.
    hashes
        Hashes on the paper: of images, or of MANIFEST.sha256 if a folder is checked.
    advance
        Called with the progress.
    """

    known: StudyRecords
    language: str
    passphrase: Callable[[], str | None]
    hashes: Sequence[str]
    advance: Report

    def verify(self, path: Path) -> DiscVerdict:
        """Check a volume and return what was found.

        Parameters
        ----------
        path
            An ISO file, a block device or a folder.

        Raises
        ------
        InputError
            If there is nothing that can be checked.
        """
        text = Texts("verify", self.language)
        verdict = DiscVerdict()
        try:
            if path.is_dir():
                contents = FolderContents(path, verdict)
                if not contents.sizes:
                    raise InputError(text("empty_folder", path=path))
                if any(name.upper().endswith(".ISO") for name in contents.sizes):
                    raise InputError(text("folder_of_images", path=path))
                self._check(contents, "", None, verdict)
                return verdict
            with path.open("rb") as stream:
                self.check_image(stream, path, verdict)
        except OSError as error:
            reason = type(error).__name__
            raise InputError(text("cannot_open", path=path, reason=reason)) from None
        return verdict

    def check_image(self, stream: IO[bytes], path: Path, verdict: DiscVerdict) -> None:
        """Check an image in a file or a drive at `path`.

        Raises
        ------
        InputError
            If it is not an image.
        """
        image = read_image(stream, stream.seek(0, os.SEEK_END), verdict)
        if image is None:
            raise InputError(Texts("verify", self.language)("no_iso", path=path))
        digest = _image_hash(stream, image, verdict, self.advance)
        verdict.checked("image", n=image.sectors * SECTOR)
        _check_behind(stream, image.sectors * SECTOR, verdict)
        check_gaps(stream, image, verdict)
        tree = image.joliet or image.iso
        files = (
            tree.files
            if image.joliet
            else {joliet_name(name): place for name, place in tree.files.items()}
        )
        found = self._check(ImageContents(stream, files), image.label, digest, verdict)
        _check_other_tree(stream, image, found, verdict)

    def _check(
        self, contents: VolumeContents, label: str, digest: str | None, verdict: DiscVerdict
    ) -> FilesFound:
        """Check the files, also those in the archive, and the hashes on record."""
        is_outer = layout.ARCHIVE in contents.sizes
        outer = found = check_files(
            contents, verdict, self.known, self.language, self.advance, is_outer
        )
        if is_outer and (inner := self._check_archive(contents, verdict)):
            found = inner
        file_set_id = found.listing.file_set_id
        if label and file_set_id and label != file_set_id:
            verdict.fault("dicomdir", "file_set_id", label=label)
        if found is not outer or not is_outer:
            check_against_study(found, label or file_set_id, self.known, verdict)
        manifest = outer.hashes.get(layout.MANIFEST_IN_JOLIET, "")
        self._compare_recorded(label or file_set_id, digest, manifest, verdict)
        return outer

    def _check_archive(self, contents: VolumeContents, verdict: DiscVerdict) -> FilesFound | None:
        passphrase = self.passphrase()
        if passphrase is None:
            verdict.fault("archive", "no_passphrase")
            return None
        try:
            with contents.open(layout.ARCHIVE) as stream:
                inside = ArchiveContents(stream, passphrase, verdict)
                if inside.sizes and not inside.opens():
                    verdict.fault("archive", "wrong_passphrase")
                    return None
                verdict.scope = "archive"
                return check_files(inside, verdict, self.known, self.language, self.advance)
        except UNREADABLE as error:
            verdict.fault("archive", "archive_damaged", reason=type(error).__name__)
        finally:
            verdict.scope = ""
        return None

    def _compare_recorded(
        self, label: str, digest: str | None, manifest: str, verdict: DiscVerdict
    ) -> None:
        """Compare the image's hash, or a folder's manifest, with the record."""
        own, kind = (manifest, "manifest_sha256") if digest is None else (digest, "sha256")
        sources = [(where, str(row[kind])) for where, row in self.known.of_volume(label)]
        if self.hashes:
            matching = own if own in self.hashes else " / ".join(self.hashes)
            sources.append(("--sha256", matching))
        for where, wanted in sources:
            if wanted != own:
                verdict.fault("recorded", "recorded", source=where, wanted=wanted, found=own)
        if sources:
            verdict.checked("recorded", sources=", ".join(where for where, _ in sources))
        else:
            verdict.note("not_recorded")


def _image_hash(stream: IO[bytes], image: IsoImage, verdict: DiscVerdict, advance: Report) -> str:
    """Return the hash of a volume without sectors that a burner adds; empty if unreadable."""
    digest, size = hashlib.sha256(), image.sectors * SECTOR
    stream.seek(0)
    done = 0
    try:
        for data in blocks(stream, size):
            digest.update(data)
            done += len(data)
            advance("image", done >> 20, size >> 20)
    except OSError:
        verdict.fault("image", "unreadable_at", offset=done, sector=done // SECTOR)
        return ""
    verdict.digest("image", digest.hexdigest())
    return digest.hexdigest()


def _check_behind(stream: IO[bytes], size: int, verdict: DiscVerdict) -> None:
    """Check that a burner has added only zeros after the volume."""
    stream.seek(size)
    n, at = 0, size
    try:
        while data := stream.read(CHUNK):
            if rest := data.lstrip(b"\0"):
                verdict.fault("image", "added_behind", offset=at + len(data) - len(rest))
                return
            at += len(data)
    except OSError:
        verdict.note("unreadable_behind", offset=at)
    n = at - size
    if n:
        verdict.note("padding", n=n, sectors=-(-n // SECTOR))


def _check_other_tree(
    stream: IO[bytes], image: IsoImage, found: FilesFound, verdict: DiscVerdict
) -> None:
    """Read files whose extents differ between ISO 9660 and Joliet. Equal ones were read already."""
    if image.joliet is None:
        return
    odd = {
        name: place
        for name, place in image.iso.files.items()
        if image.joliet.files.get(joliet_name(name)) != place and place.size >= 0
    }
    for name, place in odd.items():
        stream.seek(place.start * SECTOR)
        if hash_of(stream, place.size) != found.hashes.get(joliet_name(name)):
            verdict.fault("trees", "differ_in_content", file=name)
