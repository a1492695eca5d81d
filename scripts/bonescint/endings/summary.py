"""The last words of a good run: what went in, what came out, what waits, and one next step.

They come from tables that the run left, and from the decisions as they were read at its beginning.
The ledger is not opened, because its key may be locked away by then.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bonescint.cohort.flow import tracers_of
from bonescint.custody.receipts import RECALL, RECEIPT
from bonescint.deid.decisions import BLANK, released
from bonescint.delivery.contents import reports_of
from bonescint.delivery.incomplete import TABLE as INCOMPLETE
from bonescint.delivery.incomplete import left_out
from bonescint.delivery.plan import stopped_in
from bonescint.delivery.release import unreleased
from bonescint.endings.outcome import RunOutcome
from bonescint.files import Row, read_rows
from bonescint.resources import Texts
from bonescint.review.items import FINDINGS
from bonescint.warning_words import warning_texts

FLOW = Path("results/metrics/flow.csv")
_BOOK, _REPORT = "results/study.xlsx", "results/report.html"
_MADE_BY = {"review": "private/review/index.html", "deliver": "results/delivery/"}
_SEARCH = "verify_purge"  # runs in every call
# reasons of a refusal that a person may override
_DECIDABLE = frozenset({"burned-in-suspected", "redacted-suspected", "conflict"})


def good_lines(
    outcome: RunOutcome, rules: Mapping[str, bool], more: Sequence[str]
) -> Iterator[str]:
    """Yield the summary of a good run.

    `rules` are those of the jobs that ran, and whether they make files; `more` are sentences that a
    person must read, before the next step.
    """
    text = Texts("endings", outcome.language)
    last = [("note", line) for line in more]
    if not outcome.receipt.exists():
        yield text("part")
        yield from _labelled([*last, ("next", text("part_next"))], text)
        return
    waits = waiting_counts(outcome)
    last.append(("next", text(f"next.{_next_step(outcome, waits, rules)}")))
    has_made = any(makes for rule, makes in rules.items() if rule != _SEARCH)
    if not has_made and not _MADE_BY.keys() & rules.keys():
        yield text("idle")
        yield from _labelled(last, text)
        return
    yield text("done")
    flow = list(_rows(FLOW))
    places = [path for path in (_BOOK, _REPORT) if Path(path).exists()]
    places += [path for rule, path in _MADE_BY.items() if rule in rules]
    sep = text("separator")
    yield from _labelled(
        [
            *_counted(flow, text),
            ("left_out", _left_out(flow, outcome.language)),
            ("warnings", _warnings(outcome)),
            ("waits", sep.join(_told(waits, "waits.", text)) or text("none")),
            ("results", sep.join(places)),
            *last,
        ],
        text,
    )


def waiting_counts(outcome: RunOutcome) -> dict[str, int]:
    """Return what waits for a person or the partner, and how much of it; zeros are left out."""
    free = released(outcome.decided)
    known = {(one.item, one.sha256) for one in outcome.decided}
    reports, away = reports_of(), left_out() | stopped_in()
    ends = [row["missing"] for row in _rows(outcome.open_ends)]
    counts = {
        "doubt": sum(int(row.get("patients_in_doubt") or 0) for row in _rows(outcome.opt_outs)),
        "image": len(unreleased(reports, outcome.decided, away)),
        "refused": sum(
            row["reason"] in _DECIDABLE for report in reports for row in read_rows(report)
        ),
        "finding": sum(
            (f"{FINDINGS}{row['code']}", row["sha256"]) not in known | free
            for row in _rows(Path("private/findings.csv"))
            if row["kinds"] and row["code"] not in away
        ),
        "blank": sum(
            not row["decision"]
            and row["code"] not in away
            and (f"{BLANK}{row['code']}", row["sha256"]) not in known
            for row in _rows(INCOMPLETE)
        ),
        "receipt": ends.count(RECEIPT),
        "recall": ends.count(RECALL),
    }
    return {what: n for what, n in counts.items() if n}


def _next_step(outcome: RunOutcome, waits: Mapping[str, int], rules: Collection[str]) -> str:
    if any(int(row.get("entries_held") or 0) for row in _rows(outcome.opt_outs)):
        return "held"
    for what in ("recall", "doubt"):
        if what in waits:
            return what
    if "deliver" in rules:
        return "record"
    if {"image", "refused", "finding", "blank"} & set(waits):
        return "page" if "review" in rules else "person"
    return "receipt" if "receipt" in waits else "deliver"


# steps that only the flow of a complete run has
_LAST = ("referenced", "analysed")


def _counted(flow: Iterable[Row], text: Texts) -> Iterator[tuple[str, str]]:
    steps = {row["step"]: row for row in flow if row["kind"] == "in"}
    if {"found", "readable", "anonymized"} <= steps.keys():
        files = {name: steps[name]["files"] for name in ("found", "readable")}
        yield "files", text("files", **files, coded=steps["anonymized"]["files"])
    if "cohort" in steps and any(name.partition(":")[0] in _LAST for name in steps):
        # a study without readers has no reference standard
        referenced = steps["referenced"]["patients"] if "referenced" in steps else None
        told = [name for name in ("cohort", "chosen") if name in steps]
        for name in told:
            row = steps[name]
            by_tracer = text("separator").join(f"{one} {row[one]}" for one in tracers_of([row]))
            # only the chosen cases have a reference standard
            key = "cohort"
            if name == told[-1]:
                key = "cases_no_readers" if referenced is None else "cases"
            said = text(key, cases=row["patients"], referenced=referenced, tracers=by_tracer)
            yield {"cohort": "cases"}.get(name, name), said


def _left_out(flow: Iterable[Row], language: str) -> str:
    text, words = Texts("endings", language), Texts("flow", language)
    said = [
        text(
            "left_out_patients" if row["patients"] not in ("", "0") else "left_out",
            reason=words(row["reason"]) if row["reason"] in words else row["reason"],
            files=row["files"],
            patients=row["patients"],
        )
        for row in flow
        # steps of a software have no files here: the report describes them
        if row["kind"] == "out" and row["files"] not in ("", "0")
    ]
    return text("left_out_unit") + text("separator").join(said) if said else text("none")


def _warnings(outcome: RunOutcome) -> str:
    text, words = Texts("endings", outcome.language), warning_texts(outcome.language)[0]
    by_source = Counter(row["source"] for path in outcome.warnings for row in _rows(Path(path)))
    if not by_source:
        return text("none")
    called = outcome.called
    named = [
        (words(name) if name in words else called.get(name, name), n)
        for name, n in by_source.items()
    ]
    said = text("separator").join(text("counted", what=what, n=n) for what, n in named)
    return text("warnings_where", counted=said)


def _told(counts: Mapping[str, int], prefix: str, text: Texts) -> Iterator[str]:
    for what, n in counts.items():
        yield text("counted", what=text(f"{prefix}{what}"), n=n)


def _labelled(lines: Iterable[tuple[str, str]], text: Texts) -> Iterator[str]:
    from rich.cells import cell_len

    labels = {key: text(key) for key in text if key.startswith("label.")}
    width = max(map(cell_len, labels.values()))
    for key, line in lines:
        label = labels[f"label.{key}"]
        yield f"  {label}{' ' * (width - cell_len(label))}  {line}"


def _rows(table: Path) -> Iterator[Row]:
    if table.exists():
        yield from read_rows(table)
