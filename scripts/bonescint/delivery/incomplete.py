"""Cases that lack a required field of the partner's sheet, and the decisions about them (R26)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bonescint.cohort.choice import SELECTION, not_chosen
from bonescint.deid.decisions import BLANK, LEAVE_OUT, NOT_STATED, blanks_decided, read_decisions
from bonescint.delivery.review import digest
from bonescint.delivery.sheet import COLUMNS, NO_FINDINGS, REQUIRED
from bonescint.files import read_rows
from bonescint.resources import Texts

# the cases and their missing fields; this table stays in the hospital
TABLE = Path("results/hospital/incomplete.csv")


class Incomplete(NamedTuple):
    """A case with a blank in a required column.

    Parameters
    ----------
    blanks
        The fields that are blank, as `bonescint.delivery.sheet.COLUMNS` names them.
    sha256
        Of the row as it would be sent. A decision about the row refers to it.
    decision
        ``leave-out`` or ``not-stated``; empty = the case waits for one.
    """

    code: str
    blanks: tuple[str, ...]
    sha256: str
    decision: str

    @property
    def titles(self) -> list[str]:
        """The headers of the blank columns."""
        return [REQUIRED[field] for field in self.blanks]


def partner_rows(cases: Path, reference: Path, findings: Path) -> list[dict[str, str]]:
    """Return the rows of the partner's sheet for the cases that have coded images (R28)."""
    decided = {row["code"]: row for row in read_rows(reference)}
    texts = {row["code"]: row["findings"] for row in read_rows(findings)}
    return [
        {
            "code": row["code"],
            "exam_date": row["study_date"],
            "findings": texts.get(row["code"], ""),
            "eod": decided.get(row["code"], {}).get("eod", ""),
            "metastasis": decided.get(row["code"], {}).get("metastasis", ""),
            "age": row["age"],
            "sex": row["sex"],
            "height_cm": row["height_cm"],
            "weight_kg": row["weight_kg"],
        }
        for row in sorted(read_rows(cases), key=lambda row: row["code"])
        if row["instances"] != "0"
    ]


def incomplete(
    rows: Iterable[Mapping[str, str]], decisions: Path | None, reviewers: int = 1
) -> list[Incomplete]:
    """Return the cases of the sheet that lack a required field, with the decision about each.

    Parameters
    ----------
    rows
        Of `partner_rows`.
    decisions
        private/review/decisions.tsv, None if there is none: item ``blank:CODE``, decision
        ``leave-out``, or ``not-stated`` if only the findings are blank.
    reviewers
        As for `bonescint.deid.decisions.read_decisions`.

    Raises
    ------
    InputError
        If the decisions' file is not such a table.
    """
    decided = blanks_decided(read_decisions(decisions, reviewers)) if decisions else {}
    found = []
    for row in rows:
        blanks = tuple(field for field in REQUIRED if not row[field].strip())
        if not blanks:
            continue
        sha256 = digest("\n".join(f"{field}={row[field]}" for field, _, _ in COLUMNS))
        decision = decided.get((f"{BLANK}{row['code']}", sha256), "")
        if decision == NOT_STATED and blanks != ("findings",):
            decision = ""  # only blank findings may be sent as "not stated"
        found.append(Incomplete(row["code"], blanks, sha256, decision))
    return found


def rows_sent(
    rows: Iterable[Mapping[str, str]], decided: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return the rows as they are sent: "not stated" is filled in where a decision says so.

    Parameters
    ----------
    rows
        Of `partner_rows`.
    decided
        Code -> decision about the case's blanks.
    """
    blank = {"findings": NO_FINDINGS}
    return [{**row, **(blank if decided.get(row["code"]) == NOT_STATED else {})} for row in rows]


def waiting(found: Iterable[Incomplete], language: str) -> Iterator[str]:
    """Yield a sentence for every incomplete case that nobody has decided about."""
    text = Texts("delivery", language)
    for one in found:
        if not one.decision:
            key = "blank_findings" if one.blanks == ("findings",) else "blank"
            values = {"item": f"{BLANK}{one.code}", "sha256": one.sha256}
            yield text(key, code=one.code, columns=text("separator").join(one.titles), **values)


def left_out(table: Path = TABLE, selection: Path = SELECTION) -> set[str]:
    """Return the codes in no delivery: not chosen, or left out. Tables may not be made yet."""
    rows = read_rows(table) if table.exists() else ()
    decided = {row["code"] for row in rows if row["decision"] == LEAVE_OUT}
    return decided | not_chosen(selection)
