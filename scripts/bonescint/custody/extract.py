"""What is stored about a patient, in plain words, for the patient who asks (R36, R38).

The extract names the patient only by code, because no plain file may pair a code with an identity.
The person who hands it over writes the name on the paper. The extract shows what software and
readers said. It does not say that a disagreement is an incidental finding: only a patient who
wishes to know is told that (R34).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.builtin import BUILTIN_METRICS
from bonescint.config import metrics, software
from bonescint.config_values import entries_of
from bonescint.custody.deliveries import archives_with, recorded
from bonescint.custody.preceding import preceding_deliveries
from bonescint.custody.receipts import confirmed_recalls
from bonescint.custody.requests import codes_of_person, persons, requests_on_record
from bonescint.files import Row, read_rows
from bonescint.identity.ledger import Ledger
from bonescint.identity.opt_outs import in_force
from bonescint.papers.form import Field, Fields, Paper, Signatures
from bonescint.resources import Texts
from bonescint.tables.metric_columns import metric_title
from bonescint.tables.repeats import repeats
from bonescint.tables.sheets import ShownColumn, ShownTable

_RESULTS, _PRIVATE = Path("results"), Path("private")
_OF_CASE = ("study_date", "tracer", "sex", "age", "height_cm", "weight_kg", "station_name")
_OF_DELIVERY = ("date", "partner", "medium")
_READ = ("metastasis", "n_metastases", "eod", "findings")


def extract_of(ledger: Ledger, subject: str, config: Mapping[str, Any], today: date) -> Paper:
    """Return the extract of a patient who has a code, by normalised patient ID."""
    language = str(config["language"])
    text = Texts("extract", language)
    study = config["study"]
    own, subjects = ledger.codes_of(subject), persons(ledger, [subject])
    codes = [*own, *sorted(codes_of_person(ledger, subject).difference(own))]
    readers = {key: text("reader", n=n) for n, key in enumerate(entries_of(config, "readers"), 1)}
    blank = [Field(text(name)) for name in ("name", "checked")]
    return Paper(
        name=f"extract_{codes[0]}",
        title=text("title"),
        study=study["id"],
        study_title=study["title"],
        delivery="",
        synthetic=study["synthetic"],
        language=language,
        lead=[text("lead", date=today, contact=_contact(config, text)), text("about")],
        blocks=[
            Fields(text("whom"), [Field(text("code"), ", ".join(codes)), *blank]),
            _images(subjects, codes, text),
            _software_table(codes, config, text),
            _readings_table(codes, config, readers, text),
            *_outside(ledger, subjects, codes, text),
            *_asked(ledger, subjects, text),
            Signatures(text("handed_over"), [text("by_whom"), text("to_whom")]),
        ],
    )


def _contact(config: Mapping[str, Any], text: Texts) -> str:
    contact = (config.get("papers") or {}).get("contact")
    return text("contact", contact=contact) if contact else ""


def _rows(path: Path, key: str, wanted: Collection[str]) -> Iterator[Row]:
    """Yield the rows of one patient; none if the table does not exist."""
    if path.exists():
        yield from (row for row in read_rows(path) if row[key] in wanted)


def _images(subjects: Collection[str], codes: Collection[str], text: Texts) -> Fields:
    raw = sum(1 for _ in _rows(_PRIVATE / "consented.csv", "subject", subjects))
    items = [Field(text("raw_images"), text("n_files", n=raw))]
    cases = list(_rows(_RESULTS / "cases.csv", "code", codes))
    for case in cases:  # more than one where other IDs of the patient have codes
        views = text("separator").join(_said(view, text) for view in case["views"].split("+"))
        coded = text("n_coded", n=case["instances"], views=views)
        items.append(Field(text("coded_images"), coded))
        items += [Field(text(name), _said(case[name], text)) for name in _OF_CASE]
    if not cases:
        items.append(Field(text("coded_images"), text("not_held")))
    return Fields(text("images"), items)


def _said(value: str, text: Texts) -> str:
    """Return a value in words if it is one that the tables use, else as it is."""
    for words in (text, Texts("flow", text.language)):
        if f"word.{value}" in words:
            return words(f"word.{value}")
        if value in words:
            return words(value)
    return value or text("empty")


def _shown(title: str, keys: Collection[str], rows: list[Row], text: Texts) -> ShownTable:
    columns = [ShownColumn(key, text(f"column.{key}")) for key in keys]
    return ShownTable(title, columns, rows)


def _software_table(codes: Collection[str], config: Mapping[str, Any], text: Texts) -> ShownTable:
    about = software(config)
    names = {key: one["label"] for key, one in about.items()}
    values = metrics(config)["values"]
    found: dict[str, Row] = {}
    for row in _rows(_RESULTS / "measurements.csv", "code", codes):
        name = names.get(row["software"], row["software"])
        of = found.setdefault(name, {"software": name, "status": _said(row["status"], text)})
        of[row["metric"]] = row["value"] or text("empty")
    for table, again in repeats(entries_of(config, "software"), {}).items():
        name = text(table.removeprefix(f"{again.entry}_"), name=names[again.entry])
        for row in _rows(_RESULTS / "repeats" / f"{table}.csv", "code", codes):
            found[name] = {"software": name, "status": _said(row["status"], text)} | {
                key: row[key] or text("empty") for key in about[again.entry]["metrics"]
            }
    # what the research reference analysis found in the patient's scan, with what it is not for
    said = Texts("metrics", text.language)("research_reference")
    for row in _rows(_RESULTS / "analyser" / "cases.csv", "code", codes):
        found[said] = {"software": said, "status": _said(row["status"], text)} | {
            key: row[key] or text("empty") for key in BUILTIN_METRICS
        }
    shown = [key for key in values if any(key in row for row in found.values())]
    rows = [dict.fromkeys(shown, text("empty")) | row for row in found.values()]
    titles = {key: metric_title(key, values[key], text, f"column.{key}") for key in shown}
    columns = [ShownColumn(key, title) for key, title in titles.items()]
    first, last = (ShownColumn(key, text(f"column.{key}")) for key in ("software", "status"))
    return ShownTable(text("software"), [first, *columns, last], rows)


def _readings_table(
    codes: Collection[str], config: Mapping[str, Any], readers: Mapping[str, str], text: Texts
) -> ShownTable:
    """Return the readings, with the stored findings, which a delivery may show otherwise."""
    found = []
    for key, name in readers.items():
        told = {
            row["code"]: row["findings"]
            for row in _rows(_PRIVATE / "findings" / f"{key}.csv", "code", codes)
        }
        found += [
            (name, row, told.get(row["code"], ""))
            for row in _rows(_RESULTS / "readings" / f"{key}.csv", "code", codes)
        ]
    for table, again in repeats({}, entries_of(config, "readers")).items():
        name = text("second_reading", name=readers[again.entry])
        path = _RESULTS / "second_readings" / f"{table}.csv"
        found += [(name, row, "") for row in _rows(path, "code", codes)]
    agreed = _rows(_RESULTS / "reference.csv", "code", codes)
    rows = [
        {
            "reader": name,
            "metastasis": _said(f"metastasis_{row['metastasis']}", text),
            "n_metastases": row["n_metastases"] or text("empty"),
            "eod": row["eod"] or text("empty"),
            "findings": findings or text("empty"),
        }
        for name, row, findings in [*found, *((text("consensus"), row, "") for row in agreed)]
    ]
    return _shown(text("readings"), ("reader", *_READ), rows, text)


def _outside(
    ledger: Ledger, subjects: Collection[str], codes: Collection[str], text: Texts
) -> Iterator[ShownTable | Fields]:
    """Yield the deliveries (also of the preceding study) and archives that hold the patient."""
    given: list[Field] = []
    for former in preceding_deliveries(ledger):
        if not former.subjects.isdisjoint(subjects):
            about = {key: getattr(former, key) or text("empty") for key in _OF_DELIVERY}
            about |= {"items": text("preceding"), "recalled": text("empty")}
            given.append(Field(former.id, text("delivered", **about)))
    confirmed = confirmed_recalls(ledger)
    for delivery in recorded(ledger):
        for code in [code for code in delivery.codes if code in codes]:
            recalled = delivery.recalled.get(code) or text("empty")
            if day := confirmed.get(delivery.id, {}).get(code):
                recalled = text("confirmed", recalled=recalled, date=day)
            about = {key: getattr(delivery, key) for key in (*_OF_DELIVERY, "items")}
            given.append(Field(delivery.id, text("delivered", recalled=recalled, **about)))
    yield Fields(text("deliveries"), given or [Field(text("delivery"), text("none"))])
    archives = dict.fromkeys(one for code in codes for one in archives_with(ledger, code))
    kept = [{"archive": name, "date": day} for name, day in archives]
    yield _shown(text("archives"), ("archive", "date"), kept, text)


def _asked(ledger: Ledger, subjects: Collection[str], text: Texts) -> Iterator[ShownTable | Fields]:
    """Yield the patient's requests, and whether an opt-out is in force."""
    said = Texts("requests", text.language)
    rows = [
        {
            "number": str(one.number),
            "kind": said(f"kind.{one.right}"),
            "received": one.received,
            "state": said(f"state.{one.state}"),
            "decided": one.withdrawn or one.decided or text("empty"),
            "reason": one.reason or text("empty"),
        }
        for one in requests_on_record(ledger)
        if one.subject in subjects
    ]
    keys = ("number", "kind", "received", "state", "decided", "reason")
    yield _shown(text("requests"), keys, rows, text)
    declined = [entry for one, entry in in_force(ledger).items() if one in subjects]
    if declined:
        day = declined[0].get("received") or declined[0]["recorded"]
        yield Fields(text("opt_out"), [Field(text("opt_out_since"), day)])
