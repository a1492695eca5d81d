"""The certificate of destruction, and the words for what is lost and what is left (R32)."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.custody.destruction import Leftovers, Loss
from bonescint.custody.retention import Retention
from bonescint.files import replacing
from bonescint.papers.form import Field, Fields, Paper, Points, Signatures
from bonescint.papers.plain import plain_text
from bonescint.resources import Texts


def certificate(
    study: Mapping[str, Any],
    kept: Retention,
    reason: str | None,
    lost: Loss,
    left: Leftovers,
    today: date,
    text: Texts,
    fates: Mapping[str, str] | None = None,
) -> Paper:
    """Return the certificate: what was destroyed, proved, and what a person must still do.

    It may be shown to anybody. It holds no identifier and no name, and the only paths are those of
    copies of the key.

    Parameters
    ----------
    study, kept
        That part of the configuration, and where the study stood on its retention clock.
    reason
        Why it was destroyed before its time; None if its time had come.
    lost, left
        What became unreadable, and the plain files that are still there.
    today, text
        The day of destruction, and the words of the area ``ledger``.
    fates
        Place where a copy of the key was made -> its fate: within_reach, destroyed or stays.
    """
    proofs = [text("certificate.proof_key", n=len(lost.keys)), text("certificate.proof_open")]
    to_do = [text(f"certificate.do_{n}") for n in range(1, 6)]
    return Paper(
        name="destruction_certificate",
        title=text("certificate.title"),
        study=str(study["id"]),
        study_title=str(study["title"]),
        delivery="",
        synthetic=bool(study["synthetic"]),
        language=text.language,
        lead=[],
        coded=False,
        blocks=[
            Fields("", list(_about(kept, reason, today, text))),
            _points("certificate.lost", what_is_lost(lost, text), text),
            _digests(lost, text),
            _points("certificate.proved", proofs, text),
            *_copies(lost, fates or {}, text),
            _points("certificate.left", what_is_left(left, text), text),
            _points("certificate.to_do", to_do, text, "box"),
            Signatures(
                text("certificate.signatures"),
                [text(f"certificate.sign_{role}") for role in ("done", "witness", "manager")],
            ),
        ],
    )


def _digests(lost: Loss, text: Texts) -> Fields:
    values = {"ledger_sha256": lost.ledger_sha256, "key_sha256": lost.recipient_sha256}
    fields = [Field(text(f"certificate.{key}"), value) for key, value in values.items()]
    return Fields(text("certificate.digests"), fields)


def _copies(lost: Loss, fates: Mapping[str, str], text: Texts) -> Iterator[Points]:
    said = [
        text(f"certificate.copy_{fates[one.where]}", place=one.place, date=one.at)
        for one in lost.copies
        if one.where in fates
    ]
    if said:
        yield _points("certificate.copies", said, text)


def _about(kept: Retention, reason: str | None, today: date, text: Texts) -> Iterator[Field]:
    yield Field(text("certificate.date"), str(today))
    yield Field(text("certificate.kept"), _basis(kept, text), "plan")
    if reason:
        yield Field(text("certificate.early"), reason)


def _points(title: str, lines: list[str], text: Texts, mark: str = "number") -> Points:
    # the terminal shows them indented
    return Points(text(title), [(line.strip(), "") for line in lines], mark)


def _basis(kept: Retention, text: Texts) -> str:
    if kept.keep_until is None:
        return text("certificate.unpublished", years=kept.years)
    return text("certificate.until", date=kept.published, years=kept.years, until=kept.keep_until)


def what_is_lost(lost: Loss, text: Texts) -> list[str]:
    """Return one line for each kind of thing that becomes unreadable."""
    counted = {
        "patients": lost.patients,
        "opt_outs": lost.opt_outs,
        "deliveries": lost.deliveries,
        "preceding": lost.preceding,
        "recalls": lost.recalls,
        "requests": lost.requests,
        "incidental": lost.incidental,
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


def write_certificate(path: Path, paper: Paper) -> None:
    """Write a certificate as UTF-8 with BOM, which the editor of Windows opens."""
    with replacing(path, "wb") as stream:
        stream.write(plain_text(paper).encode("utf-8-sig"))
