"""Choose the study's cases from more than planned, after the reference is known (R3, R4)."""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.cohort.choice import (
    CHOSEN,
    LEFT,
    RESERVE,
    Candidate,
    by_level,
    choose,
    eligible,
    random_order,
    warn_level,
)
from bonescint.declared import columns
from bonescint.deid.decisions import LEAVE_OUT
from bonescint.delivery.incomplete import incomplete, partner_rows
from bonescint.files import read_rows, replacing, write_rows
from bonescint.identity.choices import (
    ChoiceRule,
    choice_to_keep,
    chosen_before,
    latest_exchange,
    listed_subjects,
    record_choice,
    rule_asked,
)
from bonescint.identity.ledger import Ledger, LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.tables.selection_list import read_selection
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

SOURCE = "source.selection"
_NAMED = 10  # rows in a warning


def choose_cases(
    cases: Path,
    reference: Path,
    findings: Path | None,
    ledger: LedgerFiles,
    selection: object,
    targets: Mapping[str, int],
    decisions: Path,
    language: str,
    table: Path,
    receipt: Path,
    warnings: Path,
    reviewers: int = 1,
) -> None:
    """Write who is chosen, who waits and who cannot be chosen; record a new choice in the ledger.

    A case that was chosen stays as long as this is possible. A case that is gone is replaced by the
    next in order whose margins have room.

    Parameters
    ----------
    cases, reference
        results/cases.csv and results/reference.csv, of all coded cases.
    findings
        private/findings.csv, from which it is known which cases a decision leaves out. None if all
        cases are in the study.
    ledger
        Arguments of `open_ledger`.
    selection
        ``cohort.selection`` of the configuration.
    targets
        Planned cases by level of each margin.
    decisions
        The human decisions, which may not exist.
    table, receipt, warnings
        results/cohort/selection.csv, selection.json and selection.warnings.csv.

    Raises
    ------
    InputError
        If the choice on record was made by another rule.
    """
    book, found = open_ledger(**ledger), eligible(cases, reference)
    remarks: list[dict[str, str]] = []
    listed = _listed(selection, book, language, remarks)
    remarks += _unmatched(listed, found, book)
    rule = rule_asked(selection, listed, book)
    with book.exclusive():
        last = choice_to_keep(book, rule, language)
        if rule.rule == "all":
            rows = [_row(case, CHOSEN) for case in found]
            chosen: dict[str, str] = {}
            remarks += _surplus(found, targets)
        else:
            away = _away(cases, reference, findings, decisions, reviewers)
            order = _order(found, rule, listed, book)
            chosen = _chosen(found, order, away, chosen_before(book, last), targets)
            rows = _rows(found, order, away, chosen)
            remarks += _remarks(rows, chosen, targets)
        recorded: Mapping[str, Any] = {}
        if rule.rule != "all" or last or rule.again:
            recorded = record_choice(book, rule, chosen, last)
            remarks += _exchanged(book)
    write_rows(table, columns("selection"), rows)
    states = Counter(str(row["state"]) for row in rows)
    with replacing(receipt) as stream:
        said: dict[str, object] = {"rule": rule.rule, "seed": rule.seed}
        said |= {name: recorded.get(name, "") for name in ("again", "recorded")}
        said |= {one: states[one] for one in (CHOSEN, RESERVE, LEFT)}
        json.dump(said, stream, ensure_ascii=False, indent=1)
    write_warnings(warnings, remarks)
    logger.info("%s: %s", rule.rule, dict(states))


def _listed(
    selection: object, book: Ledger, language: str, remarks: list[dict[str, str]]
) -> dict[str, int]:
    """Return subject -> row of the hospital's list; empty if there is no list."""
    if not isinstance(selection, Mapping) or "list" not in selection:
        return {}
    return listed_subjects(read_selection(selection["list"], language, remarks), book)


def _unmatched(
    listed: Mapping[str, int], found: Sequence[Candidate], book: Ledger
) -> Iterator[dict[str, str]]:
    """Yield a warning of rows that match no case: the patient declined, or the entry is wrong."""
    codes = {case.code for case in found}
    rows = [str(row) for subject, row in listed.items() if book.code_of(subject) not in codes]
    if rows:
        named = ", ".join(rows[:_NAMED]) + " …" * (len(rows) > _NAMED)
        phrase = Phrase("selection.nobody", {"n": len(rows), "rows": named})
        yield warning(SOURCE, "R3", phrase)


def _order(
    found: Sequence[Candidate], rule: ChoiceRule, listed: Mapping[str, int], book: Ledger
) -> list[str]:
    """Return the codes in their order; if there is a list, only those that it names."""
    codes = {case.code for case in found}
    if rule.seed is not None:
        return random_order(codes, rule.seed)
    return [code for subject in listed if (code := book.code_of(subject)) in codes]


def _away(
    cases: Path, reference: Path, findings: Path | None, decisions: Path, reviewers: int
) -> dict[str, str]:
    """Return code -> why it cannot be in a delivery."""
    away = {row["code"]: "no_images" for row in read_rows(cases) if row["instances"] == "0"}
    if findings and decisions.exists():
        blank = incomplete(partner_rows(cases, reference, findings), decisions, reviewers)
        away |= {one.code: "left_out" for one in blank if one.decision == LEAVE_OUT}
    return away


def _chosen(
    found: Sequence[Candidate],
    order: Sequence[str],
    away: Mapping[str, str],
    was: Mapping[str, str],
    targets: Mapping[str, int],
) -> dict[str, str]:
    """Return code of each chosen case -> findings at the time of the choice."""
    by_code = {case.code: case for case in found if case.code not in away}
    kept = [by_code[code] for code in was if code in by_code]
    free = [by_code[code] for code in order if code in by_code and code not in was]
    return {c.code: was.get(c.code, c.findings) for c in choose(free, kept, targets)}


def _rows(
    found: Sequence[Candidate],
    order: Sequence[str],
    away: Mapping[str, str],
    chosen: Mapping[str, str],
) -> list[dict[str, object]]:
    place = {code: n for n, code in enumerate(order, 1)}
    rows = []
    for case in found:
        reason = away.get(case.code) or ("" if case.code in place else "not_listed")
        reason = reason or ("" if case.findings else "undecided")
        if case.code in chosen:
            row = _row(case, CHOSEN)
        else:
            row = _row(case, LEFT if reason else RESERVE) | {"reason": reason}
        rows.append(row | {"place": place.get(case.code, "")})
    return rows


def _row(case: Candidate, state: str) -> dict[str, object]:
    return case._asdict() | {"state": state}


def _surplus(found: Sequence[Candidate], targets: Mapping[str, int]) -> Iterator[dict[str, str]]:
    there = by_level(found)
    for level, target in targets.items():
        if there[level] > target:
            yield _of_group(level, "selection.surplus", target=target, n=there[level])


def _remarks(
    rows: Sequence[Mapping[str, object]], chosen: Mapping[str, str], targets: Mapping[str, int]
) -> Iterator[dict[str, str]]:
    """Yield the warnings about a choice: numbers, margins not as planned, changed readings."""
    of = {
        state: [row for row in rows if row["state"] == state] for state in (CHOSEN, RESERVE, LEFT)
    }
    numbers = {state: len(found) for state, found in of.items()}
    yield warning(SOURCE, "R3", Phrase("selection.chosen", numbers | {"n": len(rows)}))
    there, spare = (
        Counter(row[margin] for row in of[state] for margin in ("tracer", "findings"))
        for state in (CHOSEN, RESERVE)
    )
    for level, target in targets.items():
        values = {"target": target, "n": there[level]}
        if there[level] < target:
            yield _of_group(level, "selection.short", **values, reserve=spare[level])
        elif there[level] > target:
            yield _of_group(level, "selection.over", **values)
    if undecided := sum(row.get("reason") == "undecided" for row in rows):
        yield warning(SOURCE, "R4", Phrase("selection.undecided", {"n": undecided}))
    for row in of[CHOSEN]:
        levels = [chosen[str(row["code"])], str(row["findings"])]
        if levels[0] != levels[1]:
            was, now = (Phrase(f"group.{level or 'undecided'}") for level in levels)
            phrase = Phrase("selection.flipped", {"was": was, "now": now})
            yield warning(SOURCE, "R4", phrase, {"code": row["code"]})


def _of_group(level: str, key: str, **values: object) -> dict[str, str]:
    return warn_level(SOURCE, level, Phrase(key, values))


def _exchanged(book: Ledger) -> Iterator[dict[str, str]]:
    if exchange := latest_exchange(book):
        yield warning(SOURCE, "R12", Phrase("selection.replaced", exchange))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        choose_cases(
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            findings=Path(path) if (path := snakemake.input.get("findings")) else None,
            ledger=snakemake.params.ledger,
            selection=snakemake.params.selection,
            targets=snakemake.params.targets,
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            receipt=Path(snakemake.output.receipt),
            warnings=Path(snakemake.output.warnings),
        )
