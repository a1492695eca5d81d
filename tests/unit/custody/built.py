"""A build in small: images that are none, with labels and lists as a build leaves them."""

import hashlib
from pathlib import Path

from bonescint.custody.volumes import CONTENTS, FOLDER, VOLUMES
from bonescint.declared import columns
from bonescint.files import write_rows


def build(
    *shares: tuple[str, ...], number: str = "D001", folder: Path = FOLDER, replaces: str = ""
) -> list[Path]:
    """Write a volume a share of codes, and the copies of the lists; return the images."""
    images, volumes, contents = [], [], []
    for n, codes in enumerate(shares, 1):
        name = f"BONE_TEST_{number}_{n}"
        image = folder / f"{name}.ISO"
        image.parent.mkdir(parents=True, exist_ok=True)
        # as if encrypted: no code in it
        image.write_bytes(hashlib.sha256(repr((number, codes)).encode()).digest() * 64)
        image.with_suffix(".txt").write_text(" ".join(codes), encoding="utf-8-sig")
        images.append(image)
        digest = hashlib.sha256(image.read_bytes()).hexdigest()
        volumes.append(
            {"volume": n, "of": len(shares), "file_set_id": name, "file": image.name}
            | {"form": "encrypted", "bytes": 2048, "sha256": digest, "manifest_sha256": "0" * 64}
            | {"cases": len(codes), "images": len(codes)}
        )
        contents += [
            {"volume": n, "code": code, "images": 1, "sha256": "1" * 64, "replaces": replaces}
            for code in codes
        ]
    for place in (folder, folder.parent):
        write_rows(place / VOLUMES, columns("volumes"), volumes)
        write_rows(place / CONTENTS, columns("contents"), contents)
    return images
