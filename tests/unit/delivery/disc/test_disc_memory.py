"""A large file passes through, and is never held whole."""

from pathlib import Path

import pytest

from tests.peak import run_python

MOST = 150  # MB
_BUILD = """
import hashlib, sys
from pathlib import Path
from bonescint.delivery.disc import split, volumes
from bonescint.delivery.disc.layout import Case, DiscFile
from bonescint.delivery.disc.passphrase import write_passphrase_file
from tests.unit.delivery.disc.small import PASSPHRASE, STUDY, disc_file, outer_stand_in
root = Path(sys.argv[1])
image = root / "P-0001_01.dcm"
with image.open("wb") as stream:
    stream.truncate(300_000_000)
write_passphrase_file(root / "passphrase", PASSPHRASE)

def one_file(cases, label, cover=()):
    with image.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    file = DiscFile("DICOM/P00001/I01", "DICOM/P00001/I01", image, 300_000_000, sha256)
    return [file, disc_file("MANIFEST.SHA", b"", "MANIFEST.sha256")]

split.volume_files, volumes.outer_files = one_file, outer_stand_in
settings = {"form": sys.argv[2], "passphrase_file": str(root / "passphrase")}
case = Case("P-0001", (image,), {}, "")
(volume,) = volumes.build_volumes([case], STUDY, "D-001", settings, root / "volumes", "en")
print(volume.bytes)
"""


@pytest.mark.parametrize("form, least, most", [("plain", 3e8, 3.1e8), ("encrypted", 1e6, 1e7)])
def test_a_large_image(form: str, least: float, most: float, tmp_path: Path) -> None:
    output, megabytes = run_python("-c", _BUILD, str(tmp_path), form)
    assert least < int(output) < most
    assert megabytes < MOST
