"""The page about one delivery for the auditor: its whole record, by code, in one file."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bonescint.custody.deliveries import DETAILS, NOTES, Delivery
from bonescint.custody.recalls import FOLDER as RECALLS
from bonescint.custody.receipts import confirmed_recalls, receipts_of
from bonescint.delivery.forms import FOLDER as FORMS
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.pages import page_template
from bonescint.resources import SYNTHETIC, Texts

# where forms about deliveries lie; their names hold the ID of the delivery
_FORMS = (RECALLS, FORMS)
_PLAIN = ("privacy_manager", "period_end", "preceding_study", "partner", "reviewers")
_A_LINE = 8  # codes in a line
_HASHES = ("bonescint", "config_sha256_16", "analysis_sha256_16")


@dataclass(frozen=True, slots=True)
class RecordSection:
    """A section of the page.

    Parameters
    ----------
    key
        Key of its title, and its anchor in the page.
    header, rows
        Its table. A section without rows says that there is nothing.
    note
        A sentence before the table.
    """

    key: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def delivery_entry(ledger: Ledger, delivery: Delivery) -> Entry:
    """Return the entry of the ledger that records a delivery."""
    return next(e for e in ledger.entries("delivery") if e["id"] == delivery.id)


def record_page(
    ledger: Ledger,
    delivery: Delivery,
    study: Mapping[str, Any],
    language: str,
    folders: Iterable[Path] = _FORMS,
) -> str:
    """Return the page. It needs no script, no network and no other file, and shows no time."""
    text = Texts("record", language)
    return page_template(
        Path(__file__).parent, ["record_page.html.j2"], ["record_page.css"]
    ).render(
        t=text,
        language=language,
        study=study,
        synthetic=SYNTHETIC if study["synthetic"] else "",
        delivery=delivery,
        sections=list(_sections(ledger, delivery, text, folders)),
    )


def _sections(
    ledger: Ledger, delivery: Delivery, text: Texts, folders: Iterable[Path]
) -> Iterator[RecordSection]:
    def section(key: str, columns: str, rows: Iterable[Sequence[Any]]) -> RecordSection:
        header = [text(f"column.{column}") for column in columns.split()]
        note = text(f"note.{key}") if f"note.{key}" in text else ""
        return RecordSection(key, header, [list(map(str, row)) for row in rows], note)

    details = [(text(f"detail.{name}"), getattr(delivery, name)) for name in (*DETAILS, *NOTES)]
    entry = delivery_entry(ledger, delivery)
    yield section(
        "provision",
        "what value",
        [
            *((what, value) for what, value in details if value),
            (text("detail.entry"), text("entry", n=entry.get("n", ""), day=entry["recorded"])),
            (text("detail.hash"), entry.get("hash", "")),
        ],
    )
    yield section("conditions", "what value", _conditions(delivery.conditions, text))
    decided = delivery.conditions.get("decisions", {})
    yield section("decisions", "what count", _decisions(decided, text))
    receipts = receipts_of(ledger).get(delivery.id, [])
    yield section(
        "receipt", "date by recorded", [(r["date"], r["by"], r["recorded"]) for r in receipts]
    )
    confirmed = confirmed_recalls(ledger).get(delivery.id, {})
    yield section(
        "recalls",
        "code recalled confirmed",
        [
            (code, day, confirmed.get(code) or text("open"))
            for code, day in sorted(delivery.recalled.items())
        ],
    )
    yield section(
        "volumes",
        "volume file bytes sha256",
        [
            (f"{one['volume']}/{one['of']} {one['form']}", one["file"], f"{one['bytes']:,}",
             f"{one['sha256']} ({text('manifest')}: {one['manifest_sha256']})")
            for one in delivery.volumes
        ],
    )  # fmt: skip
    codes = sorted(delivery.codes)
    if delivery.cases:
        yield section(
            "cases", "code case", [(code, delivery.cases.get(code, "")) for code in codes]
        )
    else:
        lines = [codes[i : i + _A_LINE] for i in range(0, len(codes), _A_LINE)]
        yield section("cases", "code", [("  ".join(line),) for line in lines])
    yield section("forms", "file sha256", _forms(delivery, folders))
    yield section("files", "file sha256", delivery.files)


def _conditions(found: Mapping[str, Any], text: Texts) -> Iterator[tuple[str, object]]:
    if not found:
        return
    approval = found.get("approval") or {}
    for key in ("committee", "number", "date"):
        yield text(f"condition.{key}"), approval.get(key) or text("none")
    for key in (*_PLAIN, *_HASHES):
        yield text(f"condition.{key}"), found.get(key) or text("none")
    met = "simulated_met" if found.get("synthetic") else "all_met"
    unmet = found.get("unmet") or [text(met)]
    yield text("condition.unmet"), text("separator").join(unmet)


def _decisions(decided: Mapping[str, Any], text: Texts) -> Iterator[tuple[str, object]]:
    for kind, n in decided.get("counts", {}).items():
        item, _, decision = kind.partition(" ")
        words = [text(key) if (key := f"word.{one}") in text else one for one in (item, decision)]
        yield text("decision", item=words[0], decision=words[1]), n
    for reviewer, n in decided.get("by", {}).items():
        yield text("by", reviewer=reviewer or text("no_code")), n
    if decided:
        yield text("decisions_sha256"), decided["sha256"]


def _forms(delivery: Delivery, folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        found = [*folder.glob(f"*{delivery.id}*"), *(folder / delivery.id).glob("*")]
        for file in sorted(found):
            if file.is_file():
                yield str(file), hashlib.sha256(file.read_bytes()).hexdigest()
