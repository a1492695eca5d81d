"""`bonescint ledger destroy`: destroys the key, after it has said what that means (R32)."""

import argparse
import re
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.destruction import Loss
    from bonescint.papers.form import Paper

YES = frozenset({"yes", "y", "はい"})
_NO = frozenset({"no", "n", "いいえ"})


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of ``destroy_study``, ``--config`` aside."""
    parser.add_argument("--force", action="store_true", help="before its time / 保管期間の満了前に")
    parser.add_argument("--reason", help="why, no names / 理由 (氏名は書かない)")
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="a new file / 廃棄証明書の名前"
    )
    parser.add_argument(
        "--with-private",
        action="store_true",
        help="delete private/ (not inputs), logs/, .snakemake/ too / 平文の表とログも削除",
    )
    parser.add_argument(
        "--copies",
        choices=("destroyed", "kept"),
        help="one answer for all remembered copies of the key / 記録された鍵の控えへの答え",
    )


def typed(prompt: str) -> str:
    """Return the line that a person types after a prompt, or that comes from a pipe."""
    print(prompt, end=" ", flush=True)
    return sys.stdin.readline().strip()


def destroy_study(options: argparse.Namespace) -> int:
    """Destroy the key, prove it, write the certificate, and return 0.

    Raises
    ------
    InputError
        If it is too early, the certificate cannot be written, or the study ID is not typed out:
        nothing is destroyed.
    """
    from datetime import date

    from bonescint.custody import certificate, destruction
    from bonescint.custody.retention import retention
    from bonescint.runlock import alone
    from bonescint.text.filled import filled_for

    config, text = configuration.with_words(options, "ledger")
    study, today = config["study"], date.today()
    kept = retention(study, today)
    if not kept.due:
        if not options.force:
            early = "destroy.early" if kept.keep_until else "destroy.unpublished"
            raise InputError(text(early, date=kept.keep_until))
        if not (options.reason or "").strip():
            raise InputError(text("destroy.no_reason"))
    reason = None if kept.due else " ".join(options.reason.split())
    name = re.sub(r"[^\w.-]", "_", study["id"])
    target = options.certificate or Path(f"destruction_certificate_{name}_{today}.txt")
    _writable(target, text)
    if options.with_private and any(Path(".snakemake/locks").glob("*")):
        raise InputError(text("destroy.running"))
    # no run may begin while logs and tables are deleted
    running = Texts("incidents", text.language)
    with alone(Path(".snakemake"), running) if options.with_private else nullcontext():
        ledger = configuration.opened_ledger(config)
        lost = destruction.loss(ledger)
        _show(lost, config, options.with_private, text)
        until = kept.keep_until or text("retention.open")
        print(text("destroy.kept" if kept.due else "destroy.forced", date=until))
        fates = _fates(lost, options.copies, text)
        if typed(text("destroy.type", id=study["id"])) != study["id"]:
            raise InputError(text("destroy.not_typed"))
        destruction.destroy(ledger, lost, config["ledger"], text)
        print(text("destroy.done"))
        remaining = destruction.delete_plain(config) if options.with_private else 0
    left = destruction.leftovers(config)
    paper = certificate.certificate(study, kept, reason, lost, left, today, text, fates)
    chosen = filled_for(study["privacy_manager"], study["synthetic"])
    return _certify(target, paper, bool(chosen), remaining, text)


def _show(lost: "Loss", config: Mapping[str, Any], with_private: bool, text: Texts) -> None:
    """Say what is lost and what is left."""
    from bonescint.custody import certificate, destruction
    from bonescint.custody.seal import SEALED_FILES

    print(text("destroy.about", id=config["study"]["id"]))
    print(*certificate.what_is_lost(lost, text), sep="\n")
    for key in lost.keys:
        print(text("destroy.key", file=key))
    for file in lost.sealed:
        print(text("destroy.sealed", file=file))
    if (results := Path(SEALED_FILES["results"])).exists():
        print(Texts("seal", text.language)("destroy_results", file=results))
    print(text("destroy.plain_deleted" if with_private else "destroy.plain"))
    print(*certificate.what_is_left(destruction.leftovers(config), text), sep="\n")


def _fates(lost: "Loss", answer: str | None, text: Texts) -> dict[str, str]:
    """Return place of each copy of the key -> what became of it; without `answer` a person says."""
    within = {key.resolve() for key in lost.keys}
    fates = {
        one.where: "within_reach" if Path(one.where).resolve() in within else ""
        for one in lost.copies
    }
    if not all(fates.values()):
        print(text("destroy.copies"))
    for one in lost.copies:
        if fates[one.where]:
            continue
        question = text("destroy.copy", date=one.at, place=one.place, where=one.where)
        if answer:
            print(question, answer)
        said = answer or typed(question).lower()
        if said not in {"destroyed", "kept", *YES, *_NO}:
            raise InputError(text("destroy.unanswered"))
        fates[one.where] = "destroyed" if said == "destroyed" or said in YES else "stays"
    if n := [*fates.values()].count("stays"):
        print(text("destroy.copy_stays", n=n))
    return fates


def _writable(target: Path, text: Texts) -> None:
    """Refuse a path at which the certificate could not be written after the key is destroyed."""
    import tempfile

    from bonescint.papers.writing import ENDINGS, beside

    for file in (target, *(beside(_stem(target), ending) for ending in ENDINGS)):
        if file.exists() or file.is_symlink():
            raise InputError(text("destroy.certificate_exists", file=file))
    if not target.parent.is_dir():
        raise InputError(text("no_folder", file=target))
    try:
        with tempfile.TemporaryFile(dir=target.parent) as trial:
            trial.write(bytes(1 << 16))
            trial.flush()
    except OSError as error:
        raise InputError(text("not_written", file=target, reason=error.strerror)) from None


def _certify(target: Path, paper: "Paper", with_forms: bool, remaining: int, text: Texts) -> int:
    from bonescint.custody.certificate import write_certificate
    from bonescint.papers.plain import plain_text
    from bonescint.papers.writing import write_form

    if remaining:
        print(text("destroy.remaining", n=remaining), file=sys.stderr)
    try:
        write_certificate(target, paper)
        files = [target, *(write_form(paper, _stem(target)) if with_forms else ())]
    except OSError as error:
        # the key is destroyed already: the text of the certificate must not be lost
        print(plain_text(paper))
        raise InputError(text("not_written", file=target, reason=error.strerror)) from None
    print(text("destroy.certificate", file=", ".join(map(str, files))))
    if not with_forms:
        print(text("destroy.no_forms"))
    return 0


def _stem(target: Path) -> Path:
    """Return the path of a certificate's forms without their endings."""
    return target.with_suffix("") if target.suffix == ".txt" else target
