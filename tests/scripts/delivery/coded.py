"""A coded study in small: images that are none, and the record of what was verified."""

import hashlib
from pathlib import Path

from bonescint.declared import columns
from bonescint.files import write_rows

CODES = ("BS-7K3M2", "BS-8M4N3", "BS-9N5P4")


def coded_study(folder: Path, codes: tuple[str, ...] = CODES) -> None:
    """Write results/dicom and results/anonymization with two images of each code."""
    for batch, of in (("00", codes[:2]), ("01", codes[2:])):
        rows = []
        for code in of:
            for n in (1, 2):
                file = f"{code}/{code}_{n:02}.dcm"
                data = bytes(128) + b"DICM" + f"{code} {n}".encode()
                path = folder / "results" / "dicom" / batch / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                digest = hashlib.sha256(data).hexdigest()
                row = {"code": code, "file": file, "status": "written", "sha256": digest}
                rows.append(row)
        rows.append({"code": of[0] if of else "", "file": "", "status": "refused", "sha256": ""})
        write_rows(
            folder / "results" / "anonymization" / f"{batch}.csv", columns("anonymization"), rows
        )
