"""A provision of two volumes."""

from typing import Any

from bonescint.papers.provision import Provision

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def code(n: int) -> str:
    """Return the n-th code."""
    letters = ""
    for _ in range(5):
        n, letter = divmod(n, len(ALPHABET))
        letters = ALPHABET[letter] + letters
    return f"BS-{letters}"


def provision(n: int = 3, **more: Any) -> Provision:
    """Return a provision of `n` cases on two volumes."""
    volumes = [
        {
            "volume": str(i),
            "of": "2",
            "file_set_id": f"BONE_DEMO_D002_{i}",
            "form": "encrypted",
            "bytes": "114675712",
            "sha256": f"{i}a" * 32,
            "manifest_sha256": f"{i}b" * 32,
            "cases": "2",
            "images": "3",
        }
        for i in (1, 2)
    ]
    cases = [{"code": code(i), "volume": "1", "n_images": "2", "replaces": ""} for i in range(n)]
    return Provision("D-002", cases, volumes=volumes, **more)
