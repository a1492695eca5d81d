"""What came back from the partner: the receipt of a delivery, and recalls that were confirmed.

Each is an entry of the ledger. No entry is ever changed. A correction is a new entry, and the last
one counts.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from bonescint.custody.deliveries import Delivery, recorded, tells_patient
from bonescint.errors import InputError
from bonescint.files import Row, read_rows
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.resources import Texts

# changes with every receipt and confirmation, so that Snakemake notices it; it reveals nothing
MARK = Path("private/receipts.mark")
OPEN_ENDS = Path("results/cohort/open_ends.csv")
# days after which the end of a run reminds of what has not come back
DUE_AFTER = 14
RECEIPT, RECALL = "receipt", "recall"  # kinds of open ends
_SHOWN = 10  # codes in a message


def receipts_of(ledger: Ledger) -> dict[str, list[Entry]]:
    """Return ID of a delivery -> the entries of its receipt in their order; the last counts."""
    found: dict[str, list[Entry]] = {}
    for entry in ledger.entries("receipt"):
        found.setdefault(entry["delivery"], []).append(entry)
    return found


def confirmed_recalls(ledger: Ledger) -> dict[str, dict[str, str]]:
    """Return ID of a delivery -> code -> the day on which the partner confirmed its recall."""
    found: dict[str, dict[str, str]] = {}
    for entry in ledger.entries("recall_confirmed"):
        found.setdefault(entry["delivery"], {}).update(dict.fromkeys(entry["codes"], entry["date"]))
    return found


def record_receipt(
    ledger: Ledger,
    delivery: Delivery,
    day: date,
    by: str,
    language: str,
    today: date,
    mark: Path | None = MARK,
) -> bool:
    """Record that the partner's receipt came back; False if the same is on record already.

    `day` is the date on the receipt, `by` the role of the person who signed it; empty = the
    responsible role of the record.

    Raises
    ------
    InputError
        If the day lies in the future or before the delivery, or the role holds a patient ID.
        Nothing is recorded then.
    """
    text = Texts("receipts", language)
    by = " ".join(by.split()) or delivery.responsible
    problems = list(_day_problems(day, delivery, today, text))
    if tells_patient(ledger, by):
        problems.append(text("by_tells"))
    if problems:
        raise InputError([*problems, text("nothing")])
    with ledger.exclusive():
        before = receipts_of(ledger).get(delivery.id, [])
        entry = {"delivery": delivery.id, "date": day.isoformat(), "by": by}
        if before and entry.items() <= before[-1].items():
            return False
        touch(mark)
        ledger.append([{"kind": "receipt"} | entry])
        touch(mark)
    return True


def confirm_recalls(
    ledger: Ledger,
    delivery: Delivery,
    codes: Collection[str],
    day: date,
    language: str,
    today: date,
) -> list[str]:
    """Record that the partner gave back or deleted what was recalled; return the codes recorded.

    Without `codes` these are all of the delivery that are recalled and not confirmed. The result is
    empty if all of it is on record already.

    Raises
    ------
    InputError
        If a code is not recalled from this delivery, or the day lies in the future or before a
        recall. Nothing is recorded then.
    """
    text = Texts("receipts", language)
    with ledger.exclusive():
        known = confirmed_recalls(ledger).get(delivery.id, {})
        wanted = sorted(set(codes) or set(delivery.recalled).difference(known))
        problems = list(_day_problems(day, delivery, today, text))
        if not delivery.recalled:
            problems.append(text("no_recall", delivery=delivery.id))
        elif foreign := [code for code in wanted if code not in delivery.recalled]:
            problems.append(text("not_recalled", delivery=delivery.id, codes=_some(foreign)))
        later = [code for code in wanted if delivery.recalled.get(code, "") > day.isoformat()]
        if later:
            problems.append(text("before_recall", codes=_some(later)))
        if not wanted and delivery.recalled and {*known.values()} != {day.isoformat()}:
            problems.append(text("all_confirmed", delivery=delivery.id))
        if problems:
            raise InputError([*problems, text("nothing")])
        new = [code for code in wanted if known.get(code) != day.isoformat()]
        if new:
            entry = {"delivery": delivery.id, "codes": new, "date": day.isoformat()}
            touch(MARK)
            ledger.append([{"kind": "recall_confirmed"} | entry])
            touch(MARK)
    return new


def _day_problems(day: date, delivery: Delivery, today: date, text: Texts) -> Iterator[str]:
    if day > today:
        yield text("future", date=day)
    if day.isoformat() < delivery.date:
        yield text("before_delivery", date=day, delivery=delivery.id, delivered=delivery.date)


def _some(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_SHOWN]) + (" ..." if len(codes) > _SHOWN else "")


def open_ends(ledger: Ledger) -> list[dict[str, object]]:
    """Return what has not come back, a row of results/cohort/open_ends.csv each, without codes."""
    receipts, confirmed = receipts_of(ledger), confirmed_recalls(ledger)
    rows: list[dict[str, object]] = []
    for delivery in recorded(ledger):
        about = {"delivery": delivery.id}
        if delivery.id not in receipts:
            n = len(delivery.codes)
            rows.append(about | {"missing": RECEIPT, "since": delivery.date, "cases": n})
        days: dict[str, int] = {}
        for code, day in delivery.recalled.items():
            if code not in confirmed.get(delivery.id, {}):
                days[day] = days.get(day, 0) + 1
        rows += [
            about | {"missing": RECALL, "since": day, "cases": n} for day, n in sorted(days.items())
        ]
    return rows


def reminders(table: Path, language: str, today: date) -> Iterator[str]:
    """Yield the reminders at the end of a run of what has not come back for `DUE_AFTER` days.

    They come from a table of counts (results/cohort/open_ends.csv) and not from the ledger, because
    the key may be locked away by then.
    """
    due = (today - timedelta(days=DUE_AFTER)).isoformat()
    rows = [row for row in read_rows(table) if row["since"] <= due] if table.exists() else []
    text = Texts("receipts", language)
    for missing in (RECEIPT, RECALL):
        if late := [row for row in rows if row["missing"] == missing]:
            yield text(f"{missing}_at_end", **_summed(late, text), days=DUE_AFTER)


def _summed(rows: list[Row], text: Texts) -> dict[str, object]:
    ids = list(dict.fromkeys(row["delivery"] for row in rows))
    return {
        "deliveries": text("separator").join(ids),
        "n": sum(int(row["cases"]) for row in rows),
        "first": min(row["since"] for row in rows),
    }
