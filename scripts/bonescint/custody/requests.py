"""What patients have asked for: disclosure, correction, stop of use, stop of provision (R38).

A request, its decision and its withdrawal are entries of the encrypted ledger, so none of them is
changed or lost. A patient who asks to stop use or provision of the data is held back from every
delivery from that day on, even before the decision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bonescint.custody.deliveries import tells_patient
from bonescint.errors import InputError
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.identity.opt_outs import links
from bonescint.identity.people import connected
from bonescint.resources import Texts

# changes with every request, so that Snakemake notices it; it reveals nothing
MARK = Path("private/requests.mark")
STOPS = ("stop-use", "stop-provision")
RIGHTS = ("disclosure", "correction", *STOPS)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the ledger has it.

    Parameters
    ----------
    number
        1 and so on, in the order of recording.
    right
        One of `RIGHTS`.
    subject
        The patient's normalised ID.
    received, by, ground, relation
        When it came, who asked, on which ground and in which relation to the patient (R13).
    what
        What is to be corrected, or anything else to remember; empty if nothing.
    decision, decided, decided_by, reason
        ``granted`` or ``refused``, the day, who decided (a role), and why a request was refused.
    withdrawn
        The day on which it was taken back.
    """

    number: int
    right: str
    subject: str
    received: str
    by: str
    ground: str
    relation: str
    what: str
    decision: str = ""
    decided: str = ""
    decided_by: str = ""
    reason: str = ""
    withdrawn: str = ""

    @property
    def state(self) -> str:
        """``withdrawn``, else the decision, else ``open``."""
        return "withdrawn" if self.withdrawn else self.decision or "open"


def requests_on_record(ledger: Ledger) -> list[Request]:
    """Return all requests in their order.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    found: dict[int, Request] = {}
    for entry in ledger.entries("request", "request_decided", "request_withdrawn"):
        number = int(entry["request"])
        match entry["kind"]:
            case "request":
                names = ("right", "subject", "received", "by", "ground", "relation", "what")
                found[number] = Request(number, **{name: str(entry[name]) for name in names})
            case "request_decided":
                found[number] = replace(
                    found[number],
                    decision=entry["decision"],
                    decided=entry["date"],
                    decided_by=entry["by"],
                    reason=entry["reason"],
                )
            case _:
                found[number] = replace(found[number], withdrawn=entry["date"])
    return list(found.values())


def stopped_codes(ledger: Ledger) -> set[str]:
    """Return the codes of the patients who stay in the analysis, but in no further delivery.

    Parameters
    ----------
    ledger
        The opened ledger. If one request is refused or taken back, others of the same patient stay
        in force.
    """
    return {code for subject in stopped_persons(ledger) for code in ledger.codes_of(subject)}


def stopped_persons(ledger: Ledger) -> set[str]:
    """Return the normalised IDs of the patients who asked to stop, with a code or without.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    stopped: set[tuple[str, int | None]] = set()
    for entry in ledger.entries("stop_provision", "stop_provision_withdrawn"):
        of = entry["subject"], entry.get("request")
        if entry["kind"] == "stop_provision":
            stopped.add(of)
        else:
            stopped.discard(of)
    return persons(ledger, {subject for subject, _ in stopped})


def persons(ledger: Ledger, subjects: Iterable[str]) -> set[str]:
    """Return normalised IDs with the other IDs that images give to the same persons.

    Parameters
    ----------
    ledger
        The opened ledger.
    subjects
        Normalised patient IDs.
    """
    return connected(subjects, links(ledger))


def codes_of_person(ledger: Ledger, subject: str) -> set[str]:
    """Return all codes of a patient, including those of other IDs and retired ones.

    Parameters
    ----------
    ledger
        The opened ledger.
    subject
        Normalised patient ID.
    """
    return {code for one in persons(ledger, [subject]) for code in ledger.codes_of(one)}


def put_request(
    ledger: Ledger,
    right: str,
    subject: str,
    details: Mapping[str, str],
    language: str,
    today: date,
    mark: Path | None = MARK,
) -> Request:
    """Record a request and return it. A request to stop holds the patient back at once.

    Parameters
    ----------
    ledger
        The opened ledger.
    right
        One of `RIGHTS`.
    subject
        Normalised patient ID.
    details
        ``received`` (ISO), ``by``, ``ground``, ``relation``, ``what``.
    language
        Of the messages.
    today
        The day of recording; no request can have been received later.
    mark
        Touched before and afterwards (`bonescint.identity.mark`).

    Raises
    ------
    InputError
        If the day is missing or in the future, a correction does not say what to correct, or the
        same was asked already. Nothing is recorded then.
    """
    text = Texts("requests", language)
    problems = _problems_of_day("received", details["received"], today, text)
    if right == "correction" and not details["what"]:
        problems.append(text("no_what"))
    if right not in STOPS and details["by"] == "proxy":
        # nothing is disclosed to a person whose standing is unknown
        unknown = [text(f"no_{name}") for name in ("ground", "relation") if not details[name]]
        problems += unknown
    if problems:
        raise InputError([*problems, text("nothing")])
    with ledger.exclusive():
        before = requests_on_record(ledger)
        for other in before:
            asked = other.right, other.subject, other.state
            if asked == (right, subject, "open") and right != "correction":
                raise InputError([text("asked", n=other.number), text("nothing")])
        number = len(before) + 1
        entries: list[Entry] = [
            {"kind": "request", "request": number, "right": right, "subject": subject, **details}
        ]
        if right in STOPS:
            entries.append({"kind": "stop_provision", "subject": subject, "request": number})
        _append(ledger, entries, mark)
        return requests_on_record(ledger)[-1]


def decide_request(
    ledger: Ledger,
    number: int,
    said: Mapping[str, str],
    language: str,
    today: date,
    mark: Path | None = MARK,
) -> Request:
    """Record what was decided, and return the request as it is now.

    Parameters
    ----------
    ledger
        The opened ledger.
    number
        Of the request.
    said
        ``decision``, ``date`` (ISO), ``by`` (a role) and ``reason``.
    language, today, mark
        As for `put_request`.

    Raises
    ------
    InputError
        As `checked_decision`.
    """
    with ledger.exclusive():
        request = checked_decision(ledger, number, said, language, today)
        entries: list[Entry] = [{"kind": "request_decided", "request": number, **said}]
        # a granted stop of use becomes an opt-out, and can be taken back as an opt-out
        if request.right in STOPS and (request.right, said["decision"]) != (STOPS[1], "granted"):
            entries.append(_released(request))
        _append(ledger, entries, mark)
        return numbered(ledger, number, Texts("requests", language))


def checked_decision(
    ledger: Ledger, number: int, said: Mapping[str, str], language: str, today: date
) -> Request:
    """Return the request that a decision is about.

    Parameters
    ----------
    ledger
        The opened ledger.
    number
        Of the request.
    said
        As for `decide_request`.
    language
        Of the messages.
    today
        The day of recording; no decision can have been made later.

    Raises
    ------
    InputError
        If there is no such request or it is decided or taken back, the day is in the future or
        before the request, nobody decided, or a refusal has no reason.
    """
    text = Texts("requests", language)
    request = numbered(ledger, number, text)
    problems = []
    if request.state == "withdrawn":
        problems.append(text("was_withdrawn", n=number, date=request.withdrawn))
    elif request.state != "open":
        decision = text(f"state.{request.state}")
        problems.append(text("decided_twice", n=number, date=request.decided, decision=decision))
    problems += _problems_of_day("date", said["date"], today, text, request.received)
    if not said["by"]:
        problems.append(text("no_role"))
    elif tells_patient(ledger, said["by"]):
        problems.append(text("role_tells"))
    if said["decision"] == "refused" and not said["reason"]:
        problems.append(text("no_reason"))
    if problems:
        raise InputError([*problems, text("nothing")])
    return request


def withdraw_request(
    ledger: Ledger,
    number: int,
    day: str,
    language: str,
    today: date,
    mark: Path | None = MARK,
) -> Request:
    """Record that a request was taken back, and return it as it was.

    Parameters
    ----------
    ledger
        The opened ledger.
    number
        Of the request.
    day
        On which it was taken back (ISO).
    language, today, mark
        As for `put_request`.

    Raises
    ------
    InputError
        If there is nothing to take back, because the request was refused, fulfilled or taken back
        before, or is an opt-out now. Also if the day is impossible.
    """
    text = Texts("requests", language)
    with ledger.exclusive():
        request = numbered(ledger, number, text)
        problems = _problems_of_day("date", day, today, text, request.received)
        if request.state == "withdrawn":
            problems.append(text("was_withdrawn", n=number, date=request.withdrawn))
        elif request.state == "granted" and request.right == "stop-use":
            problems.append(text("is_opt_out", n=number))
        elif request.state != "open" and (request.right, request.state) != (STOPS[1], "granted"):
            decision = text(f"state.{request.state}")
            problems.append(
                text("decided_twice", n=number, date=request.decided, decision=decision)
            )
        if problems:
            raise InputError([*problems, text("nothing")])
        entries: list[Entry] = [{"kind": "request_withdrawn", "request": number, "date": day}]
        if request.right in STOPS:
            entries.append(_released(request))
        _append(ledger, entries, mark)
    return request


def numbered(ledger: Ledger, number: int, text: Texts) -> Request:
    """Return the request of a number.

    Parameters
    ----------
    ledger
        The opened ledger.
    number
        Of the request.
    text
        Words of the area ``requests``.

    Raises
    ------
    InputError
        If there is none.
    """
    for request in requests_on_record(ledger):
        if request.number == number:
            return request
    raise InputError([text("no_such"), text("nothing")])


def _released(request: Request) -> Entry:
    return {
        "kind": "stop_provision_withdrawn",
        "subject": request.subject,
        "request": request.number,
    }


def _append(ledger: Ledger, entries: list[Entry], mark: Path | None) -> None:
    touch(mark)
    ledger.append(entries)
    touch(mark)


def _problems_of_day(
    option: str, day: str, today: date, text: Texts, not_before: str = ""
) -> list[str]:
    if not day:
        return [text("bad_day", option=option)]
    if day > today.isoformat():
        return [text("future", option=option, date=day)]
    if day < not_before:
        return [text("too_early", option=option, date=day, received=not_before)]
    return []
