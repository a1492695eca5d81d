"""What became of an incidental finding: consultation, decision, wish, disclosure (R34).

An incidental finding is a case that a software calls positive and the readers do not. The records
lie in the encrypted ledger, by code. The last entry of a code counts. Only numbers leave the
ledger.
"""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.resources import Texts

LIST = Path("results/hospital/incidental.csv")
# changes with every record, so that Snakemake notices it; it reveals nothing
MARK = Path("private/incidental.mark")


def candidates(path: Path = LIST) -> dict[str, str]:
    """Return code -> what was found for each listed case; empty before a run has made the list."""
    return {row["code"]: row["found"] for row in read_rows(path)} if path.exists() else {}


def incidental_on_record(ledger: Ledger, until: str = "9999") -> dict[str, Entry]:
    """Return code -> its record. No consultation or disclosure after the day `until` counts."""
    in_use = ledger.code_in_use
    return {
        in_use(entry["code"]): entry | ({"disclosed": ""} if entry["disclosed"] > until else {})
        for entry in ledger.entries("incidental")
        if entry["consulted"] <= until
    }


def put_incidental(
    ledger: Ledger,
    code: str,
    said: Mapping[str, str],
    language: str,
    today: date,
    *,
    listed: Collection[str],
) -> None:
    """Record what was decided about a case. It replaces the former record of this case.

    `said` has ``consulted`` and ``disclosed`` (ISO; the second may be empty), ``decision``
    (``disclose`` or ``not-disclose``), ``wish`` (``yes``, ``no``, ``not-asked``), and ``despite``:
    why a case that is not on the list is recorded, empty if it is.

    Raises
    ------
    InputError
        If there is no such code or it is not on the list, a day is missing, in the future or out
        of order, or it was disclosed without a decision or against the patient's wish.
    """
    text = Texts("incidental", language)
    problems = []
    if ledger.subject_of(code) is None:
        problems.append(text("unknown_code", code=code))
    elif code not in listed and not said["despite"]:
        problems.append(text("not_listed", code=code))
    problems += _problems(said, today, text)
    if problems:
        raise InputError([*problems, text("nothing")])
    touch(MARK)
    ledger.append([{"kind": "incidental", "code": code, **said}])
    touch(MARK)


def _problems(said: Mapping[str, str], today: date, text: Texts) -> list[str]:
    consulted, disclosed = said["consulted"], said["disclosed"]
    problems = [] if consulted else [text("bad_day", option="consulted")]
    problems += [
        text("future", option=option, date=said[option])
        for option in ("consulted", "disclosed")
        if said[option] > today.isoformat()
    ]
    if disclosed:
        if disclosed < consulted:
            problems.append(text("too_early", date=disclosed, consulted=consulted))
        if said["decision"] != "disclose":
            problems.append(text("not_decided"))
        if said["wish"] != "yes":
            problems.append(text("not_wished"))
    return problems


def incidental_counts(listed: Collection[str], records: Mapping[str, Entry]) -> dict[str, int]:
    """Return how many cases are on the list, without a record, consulted, decided and disclosed."""
    entries = list(records.values())
    disclose = [entry for entry in entries if entry["decision"] == "disclose"]
    wished = [entry for entry in disclose if entry["wish"] == "yes"]
    return {
        "listed": len(listed),
        "open": len(set(listed) - set(records)),
        "consulted": len(entries),
        "not_disclose": len(entries) - len(disclose),
        "disclose": len(disclose),
        "wished": len(wished),
        "unwished": sum(entry["wish"] == "no" for entry in disclose),
        "disclosed": sum(bool(entry["disclosed"]) for entry in wished),
    }
