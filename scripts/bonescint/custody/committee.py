"""The page for the periodic report to the committee: numbers of a period, no code (R37, R38).

Events (received, decided, delivered) are counted by their own day. States (held, open) are told as
they stand on the period's last day. The flow is that of the last run.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bonescint import __version__
from bonescint.cohort.flow import tracers_of
from bonescint.config import software
from bonescint.config_words import preceding_study
from bonescint.custody.deliveries import Delivery, recorded
from bonescint.custody.incidental import candidates, incidental_counts, incidental_on_record
from bonescint.custody.preceding import preceding_deliveries
from bonescint.custody.receipts import confirmed_recalls, receipts_of
from bonescint.custody.requests import RIGHTS, Request, requests_on_record
from bonescint.files import Row, read_rows
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.papers.form import Field, Fields, Paper, Signatures
from bonescint.resources import Texts
from bonescint.tables.sheets import ShownColumn, ShownTable

_FLOW = Path("results/metrics/flow.csv")
_PROVENANCE = Path("results/provenance.json")
_INCIDENTAL = (
    "listed", "open", "consulted", "not_disclose", "disclose", "wished", "unwished", "disclosed",
)  # fmt: skip
_NUMBERS = frozenset(
    {"received", "granted", "refused", "withdrawn", "open",
     "cases", "recalled", "confirmed"}
)  # fmt: skip
_OF_REQUESTS = ("received", "granted", "refused", "withdrawn", "open")
_OF_DELIVERIES = ("id", "date", "partner", "medium", "cases", "receipt", "recalled", "confirmed")


class Period(NamedTuple):
    """Days from the first to the last, ISO, both included."""

    first: str
    last: str

    def holds(self, day: str) -> bool:
        """Tell whether a day lies in the period; an empty day does not."""
        return bool(day) and self.first <= day <= self.last


def committee_form(ledger: Ledger, config: Mapping[str, Any], period: Period, today: date) -> Paper:
    """Return the page."""
    language = str(config["language"])
    text = Texts("committee", language)
    study = config["study"]
    return Paper(
        name="committee",
        title=text("title"),
        study=study["id"],
        study_title=study["title"],
        delivery="",
        synthetic=study["synthetic"],
        language=language,
        lead=[text("lead")],
        coded=False,
        blocks=[
            _study(config, period, today, text),
            _flow(config, text),
            _opt_outs(ledger, period, text),
            _requests(requests_on_record(ledger), period, text),
            *_provision(ledger, period, text),
            _incidental(ledger, period, text),
            _incidents(ledger, period, text),
            _interests(config, text),
            _versions(text),
            Signatures(text("reported"), [text("investigator"), text("manager")]),
        ],
    )


def _study(config: Mapping[str, Any], period: Period, today: date, text: Texts) -> Fields:
    study, papers = config["study"], config.get("papers") or {}
    approval = study["approval"]
    approved = [str(approval[key]) for key in ("committee", "number", "date") if approval[key]]
    said = {
        "institution": papers.get("institution"),
        "approval": " ".join(approved),
        "period_end": study["period_end"],
        **({"preceding_study": preceding} if (preceding := preceding_study(study)) else {}),
        "publication": study["publication_date"],
    }
    unsaid = {name: text(f"no_{name}") for name in ("institution", "approval", "publication")}
    items = [Field(text(name), str(value or unsaid[name])) for name, value in said.items()]
    reported = text("from_to", first=period.first or text("begin"), last=period.last)
    items += [Field(text("reported_period"), reported), Field(text("made"), str(today))]
    return Fields(text("study"), items)


def _flow(config: Mapping[str, Any], text: Texts) -> ShownTable:
    """Return the cases by step, as the last run counted them."""
    words, labels = Texts("flow", text.language), software(config)
    flow = list(read_rows(_FLOW)) if _FLOW.exists() else []
    counts = ("patients", *tracers_of(flow), "files")
    rows: list[Row] = []
    for row in flow:
        step, _, key = row["step"].partition(":")
        name = words(step)
        if row["kind"] == "out":
            name = text("left_out", reason=_reason(row["reason"], text.language))
        if key:
            name += f" ({labels[key]['label'] if key in labels else key})"
        rows.append({key: row[key] for key in counts} | {"step": name})
    note = text("flow_note" if rows else "no_flow")
    titles = {key: text(f"flow.{key}") if f"flow.{key}" in text else key for key in counts}
    columns = [ShownColumn(key, title, "count") for key, title in titles.items()]
    columns.insert(0, ShownColumn("step", text("flow.step")))
    return ShownTable(text("flow"), columns, rows, note)


def _reason(reason: str, language: str) -> str:
    for area in ("flow", "deid"):
        if reason in (words := Texts(area, language)):
            return words(reason)
    return reason


def _shown(
    name: str, keys: Sequence[str], rows: Sequence[Row], text: Texts, note: str = ""
) -> ShownTable:
    columns = [
        ShownColumn(key, text(f"{name}.{key}"), "count" if key in _NUMBERS else "text")
        for key in keys
    ]
    return ShownTable(text(name), columns, rows, note)


def _counted(name: str, counts: Mapping[str, object], text: Texts) -> Fields:
    return Fields(text(name), [Field(text(f"{name}.{key}"), str(n)) for key, n in counts.items()])


def _day(entry: Entry) -> str:
    """Return the day on which an opt-out was received, or recorded if that day is unknown."""
    return str(entry.get("received") or entry["recorded"])


def _opt_outs(ledger: Ledger, period: Period, text: Texts) -> Fields:
    declined: dict[str, Entry] = {}
    first: dict[str, Entry] = {}
    back = 0
    for entry in ledger.entries("opt_out", "opt_out_withdrawn"):
        if entry["kind"] == "opt_out" and _day(entry) <= period.last:
            declined[entry["subject"]] = entry
            first.setdefault(entry["subject"], entry)
        elif entry["kind"] == "opt_out_withdrawn" and entry["recorded"] <= period.last:
            back += period.holds(entry["recorded"]) and entry["subject"] in declined
            declined.pop(entry["subject"], None)
            first.pop(entry["subject"], None)
    new = [declined[one] for one, entry in first.items() if period.holds(_day(entry))]
    counts = {
        "new": len(new),
        "self": sum(entry.get("by") == "self" for entry in new),
        "proxy": sum(entry.get("by") == "proxy" for entry in new),
        "back": back,
        "in_force": len(declined),
        "cases": sum(ledger.code_of(subject) is not None for subject in declined),
    }
    return _counted("opt_outs", counts, text)


def _requests(requests: Sequence[Request], period: Period, text: Texts) -> ShownTable:
    words = Texts("requests", text.language)
    rows = []
    for right in RIGHTS:
        of = [one for one in requests if one.right == right]
        counts = {
            "received": sum(period.holds(one.received) for one in of),
            # a request that was granted and taken back later counts as both
            "granted": sum(one.decision == "granted" and period.holds(one.decided) for one in of),
            "refused": sum(one.decision == "refused" and period.holds(one.decided) for one in of),
            "withdrawn": sum(period.holds(one.withdrawn) for one in of),
            "open": sum(_is_open(one, period.last) for one in of),
        }
        rows.append({"kind": words(f"kind.{right}")} | {key: str(n) for key, n in counts.items()})
    return _shown("requests", ("kind", *_OF_REQUESTS), rows, text)


def _is_open(request: Request, last: str) -> bool:
    closed = [day for day in (request.decided, request.withdrawn) if day]
    return request.received <= last and not any(day <= last for day in closed)


def _provision(ledger: Ledger, period: Period, text: Texts) -> Iterator[ShownTable | Fields]:
    """Yield what was delivered, what the partner has not confirmed, and what was recalled."""
    receipts = {
        one: str(entries[-1]["date"])
        for one, entries in receipts_of(ledger).items()
        if entries[-1]["date"] <= period.last
    }
    confirmed = {
        one: {code for code, day in codes.items() if day <= period.last}
        for one, codes in confirmed_recalls(ledger).items()
    }
    so_far = [one for one in recorded(ledger) if one.date <= period.last]
    recalled = {
        one.id: {code for code, day in one.recalled.items() if day <= period.last} for one in so_far
    }
    rows = []
    for one in so_far:
        if period.holds(one.date):
            given = {key: str(getattr(one, key)) for key in _OF_DELIVERIES[:4]}
            counts = {
                "cases": str(len(one.codes)),
                "receipt": receipts.get(one.id, text("no_receipt")),
                "recalled": str(len(recalled[one.id])),
                "confirmed": str(len(confirmed.get(one.id, set()))),
            }
            rows.append(given | counts)
    for former in preceding_deliveries(ledger):
        if period.holds(former.date):
            given = {key: str(getattr(former, key)) for key in _OF_DELIVERIES[:4]}
            blank = dict.fromkeys(_OF_DELIVERIES[5:], text("preceding"))
            rows.append(given | {"cases": str(len(former.subjects))} | blank)
    yield _shown("deliveries", _OF_DELIVERIES, rows, text)
    yield _counted("standing", _standing(so_far, receipts, recalled, confirmed, period), text)


def _standing(
    so_far: Sequence[Delivery],
    receipts: Mapping[str, str],
    recalled: Mapping[str, set[str]],
    confirmed: Mapping[str, set[str]],
    period: Period,
) -> dict[str, int]:
    """Return how things stand at the period's end, no matter when they began."""
    asked = {(one, code) for one, codes in recalled.items() for code in codes}
    done = {(one, code) for one, codes in confirmed.items() for code in codes}
    return {
        "deliveries": len(so_far),
        "receipts_open": sum(one.id not in receipts for one in so_far),
        "recalls": sum(period.holds(day) for one in so_far for day in one.recalled.values()),
        "recalls_open": len(asked - done),
    }


def _incidental(ledger: Ledger, period: Period, text: Texts) -> Fields:
    counts = incidental_counts(candidates(), incidental_on_record(ledger, period.last))
    return _counted("incidental", {key: counts[key] for key in _INCIDENTAL}, text)


def _incidents(ledger: Ledger, period: Period, text: Texts) -> Fields:
    """Return the incidents that the ledger knows of, and empty fields for those it cannot know."""
    here = [one for one in recorded(ledger) if period.holds(one.date)]
    lists = ledger.entries("opt_out_list_undone")
    named = {
        "despite": [one.id for one in here if one.despite],
        "after_end": [one.id for one in here if one.after_period_end],
    }
    items = [
        Field(text(f"incidents.{key}"), ", ".join(ids) or text("none"))
        for key, ids in named.items()
    ]
    undone = sum(period.holds(entry["recorded"]) for entry in lists)
    items.append(Field(text("incidents.lists_undone"), str(undone)))
    return Fields(text("incidents"), [*items, Field(text("incidents.others"))])


def _interests(config: Mapping[str, Any], text: Texts) -> Fields:
    papers = config.get("papers") or {}
    return Fields(
        text("interests"),
        [
            Field(text(name), str(papers.get(name) or text("not_stated", key=f"papers.{name}")))
            for name in ("funding", "conflict_of_interest")
        ],
    )


def _versions(text: Texts) -> Fields:
    """Return what the results of the last run were made with."""
    items = [Field("bonescint", __version__)]
    if _PROVENANCE.exists():
        made = json.loads(_PROVENANCE.read_text(encoding="utf-8"))
        labels = [one["label"] for one in made["software"].values()]
        items = [
            Field("bonescint", made["versions"]["bonescint"]),
            Field(text("software"), text("separator").join(labels)),
            Field(text("config_hash"), made["config_sha256_16"]),
            Field(text("analysis_hash"), made["analysis_sha256_16"]),
        ]
    else:
        items.append(Field(text("config_hash"), text("no_flow")))
    return Fields(text("versions"), items)
