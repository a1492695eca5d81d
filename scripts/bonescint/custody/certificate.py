"""The certificate of destruction, and the words for what is lost and what is left (R32)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.custody.destruction import Leftovers, Loss
from bonescint.custody.retention import Retention
from bonescint.files import replacing
from bonescint.resources import SYNTHETIC, Texts


def certificate(
    study: Mapping[str, Any],
    kept: Retention,
    reason: str | None,
    lost: Loss,
    left: Leftovers,
    today: date,
    text: Texts,
) -> str:
    """Return the certificate: what was destroyed, proved, and what a person must still do.

    No identifier, no name, no path: it may be shown to anybody.

    Parameters
    ----------
    study
        ``study`` of the configuration.
    kept
        Where the study stood on its retention clock.
    reason
        Why it was destroyed before its time; None if its time had come.
    lost, left
        What became unreadable, and the plain files that are still there.
    today
        The day of destruction.
    text
        Words of the area ``ledger``.
    """
    lines = [
        text("certificate.title"),
        *([SYNTHETIC] if study["synthetic"] else []),
        "",
        text("certificate.study", id=study["id"], title=study["title"]),
        text("certificate.date", date=today),
        _basis(kept, text),
        *([text("certificate.early", reason=reason)] if reason else []),
        "",
        text("certificate.lost"),
        *what_is_lost(lost, text),
        "",
        text("certificate.digests"),
        text("certificate.ledger_sha256", digest=lost.ledger_sha256),
        text("certificate.key_sha256", digest=lost.recipient_sha256),
        "",
        text("certificate.proved"),
        text("certificate.proof_key", n=len(lost.keys)),
        text("certificate.proof_open"),
        "",
        text("certificate.to_do"),
        *what_is_left(left, text),
        *(text(f"certificate.do_{n}") for n in range(1, 6)),
        "",
        text("certificate.signatures"),
        *(text(f"certificate.sign_{role}") for role in ("done", "witness", "manager")),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _basis(kept: Retention, text: Texts) -> str:
    if kept.keep_until is None:
        return text("certificate.unpublished", years=kept.years)
    return text("certificate.kept", date=kept.published, years=kept.years, until=kept.keep_until)


def what_is_lost(lost: Loss, text: Texts) -> list[str]:
    """Return one line for each kind of thing that becomes unreadable."""
    counted = {
        "patients": lost.patients,
        "opt_outs": lost.opt_outs,
        "deliveries": lost.deliveries,
        "recalls": lost.recalls,
        "sealed": len(lost.sealed),
    }
    lines = [text(f"lost.{key}", n=n) for key, n in counted.items()]
    return [*lines, text("lost.secret"), text("lost.copies")]


def what_is_left(left: Leftovers, text: Texts) -> list[str]:
    """Return one line for each kind of plain file that is still there."""
    lines = []
    if left.tables:
        names = ", ".join(f"private/{name}" for name in left.tables)
        lines.append(text("left.tables", names=names))
    if left.others:
        lines.append(text("left.others", n=left.others))
    if left.traces:
        lines.append(text("left.traces", n=left.traces))
    return lines or [text("left.none")]


def write_certificate(path: Path, content: str) -> None:
    """Write a certificate as Windows' editor opens it: UTF-8 with BOM."""
    with replacing(path, "wb") as stream:
        stream.write(content.encode("utf-8-sig"))
