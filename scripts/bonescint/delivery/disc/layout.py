"""The layout of a disc: names in ISO 9660 (level 1), and in Joliet, which Windows shows."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

DICOMDIR = "DICOMDIR"
README = "README.TXT"
INDEX_PAGE = "INDEX.HTM"
INDEX_TABLE = "INDEX.TSV"
SHEET = "ADDINFO.XLS"  # 8.3 does not allow XLSX
SHEET_IN_JOLIET = "追加情報.xlsx"
MANIFEST = "MANIFEST.SHA"
MANIFEST_IN_JOLIET = "MANIFEST.sha256"
ARCHIVE = "DELIVERY.ZIP"  # on an encrypted disc, everything but an outer README and manifest
IMAGES = "DICOM"
PAGES = "IHE_PDI"
SECTOR = 2048  # bytes
CHUNK = 1 << 20  # bytes that are read at once
# the header of INDEX.TSV
INDEX_COLUMNS = ("code", "path", "study_date", "views", "sop_instance_uid", "sha256", "replaces")


@dataclass(frozen=True, slots=True)
class DiscFile:
    """One file of a disc.

    Parameters
    ----------
    iso
        Its path in ISO 9660: ``DICOM/P00001/S01/I01``, at most 8.3 of ``A-Z 0-9 _`` a part.
    joliet
        Its path as Windows shows it; the manifest and all links use it. Neither path holds a code.
    source
        The file from which it is copied, or its bytes.
    sha256
        Of its content.
    """

    iso: str
    joliet: str
    source: Path | bytes
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Case:
    """One patient of a delivery. A case is never split over two volumes.

    Parameters
    ----------
    images
        Coded DICOM files below results/dicom, in a fixed order.
    row
        The case's row of the partner's sheet: keys as in `bonescint.delivery.sheet.COLUMNS`.
    digest
        SHA-256 over the images' hashes and the row. It shows whether a case has changed since it
        was delivered.
    replaces
        The delivery whose content of this case is replaced (``D-001``); empty = nothing is.
    """

    code: str
    images: tuple[Path, ...]
    row: dict[str, str]
    digest: str
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What identifies a volume, on the disc and on its outside.

    Parameters
    ----------
    delivery
        ``D-001``: the number that this delivery gets in the ledger.
    number, of
        Volume n of m.
    synthetic
        Whether the data are simulated.
    language
        Of the pages: ``ja`` or ``en``. README.TXT is in both.
    """

    study: str
    title: str
    delivery: str
    number: int
    of: int
    synthetic: bool
    language: str

    @property
    def file_set_id(self) -> str:
        """The File-set ID, which is the volume identifier too: ``[A-Z0-9_]{1,16}``."""
        letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in self.study.upper())
        tail = f"_{self.delivery.replace('-', '')}_{self.number}"
        room = 16 - len(tail)
        if len(letters) > room:
            # the end of the ID is kept, because it differs between the studies of one hospital
            letters = letters.replace("_", "") or letters
        return letters[:room] + tail


def folders_above(path: str) -> list[str]:
    """Return the folders above a path: ``A/B``, ``A`` of ``A/B/C``."""
    return [str(parent) for parent in PurePosixPath(path).parents[:-1]]


def blocks(stream: IO[bytes], size: int | None = None) -> Iterator[bytes]:
    """Yield the content of a stream in blocks, at most `size` bytes of it."""
    left = size
    while block := stream.read(CHUNK if left is None else min(CHUNK, left)):
        yield block
        left = None if left is None else left - len(block)


def hash_of(stream: IO[bytes], size: int) -> str:
    """Return the SHA-256 of the next bytes of a stream."""
    digest = hashlib.sha256()
    for block in blocks(stream, size):
        digest.update(block)
    return digest.hexdigest()
