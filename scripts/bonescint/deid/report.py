"""Count what the de-identification did, for the auditor: by tag, rule and outcome (R18, R19).

This code is separate from the engine. It derives once more what each row of the hospital's table
allows, and compares that with what was done. ``lines`` are the rows of
results/anonymization/{batch}.csv.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from pydicom.datadict import dictionary_description, dictionary_has_tag, tag_for_keyword

from bonescint.deid.engine import OUTCOMES as RULES
from bonescint.deid.policy import table_rows
from bonescint.deid.verdicts import OUTCOMES
from bonescint.dicom.tags import notation
from bonescint.errors import InputError
from bonescint.resources import Texts, resource_rows

_STATUSES = ("written", "duplicate", "refused")
# R19: the meaning of "delete" by Type; an attribute of Type 3 or of no module is removed
_DELETED = {"1": "dummy", "1C": "dummy", "2": "emptied", "2C": "emptied"}


def tag_rows(
    tag_table: Path, outcomes: Iterable[dict[str, str]], written: int, language: str
) -> list[dict[str, object]]:
    """Return what was done to each row of the hospital's table (R18) over all written instances.

    These are the rows of results/anonymization/tag_table.csv. The verdict is ``as_asked``, or
    ``stricter`` if a value that the table keeps was left out because it lacked the form of its
    attribute.

    Raises
    ------
    InputError
        If something was done that the table does not ask for, or if the outcomes of a row do not
        account for every written instance.
    """
    text, english = Texts("deidentification", language), Texts("deidentification", "en")
    counts = _counted(outcomes)
    types = _types()
    rows: list[dict[str, object]] = []
    problems: list[str] = []
    for _, entry in table_rows(tag_table):
        tag, action = entry["tag"], entry["action"]
        done = +counts.get((tag, action), Counter())
        keyword = entry.get("keyword", "")
        where: dict[str, object] = {"tag": tag, "keyword": keyword, "action": action}
        if done.total() != written:
            problems.append(text("error.sum", **where, n=done.total(), written=written))
        asked, stricter = _allowed(action, types.get(tag, ("", "")))
        problems += [
            text("error.deviation", **where, outcome=outcome, n=n)
            for outcome, n in sorted(done.items())
            if outcome not in asked | stricter
        ]
        rows.append(
            where
            | {outcome: done[outcome] for outcome in OUTCOMES}
            | {
                "name_ja": entry.get("name_ja", ""),
                "name_en": _english(entry, english),
                "type": types.get(tag, ("", ""))[0],
                "instances": written,
                "verdict": "stricter" if done.keys() & stricter else "as_asked",
            }
        )
    if problems:
        raise InputError(problems)
    return rows


def count_rows(lines: Sequence[dict[str, str]]) -> list[dict[str, object]]:
    """Return how many elements each rule changed or left, over the written files of the batches.

    These are the rows of results/anonymization/rule_counts.csv: files in which the rule was
    applied, elements in all, and the smallest, middle and largest number a file.
    """
    rows: list[dict[str, object]] = []
    for rule in RULES:
        numbers = [int(line[f"n_{rule}"] or 0) for line in lines if line["status"] == "written"]
        row: dict[str, object] = {"rule": rule, "files": sum(n > 0 for n in numbers)}
        if numbers:
            middle = f"{median(numbers):g}"
            row |= {"min": min(numbers), "median": middle, "max": max(numbers)}
        rows.append(row | {"total": sum(numbers)})
    return rows


def unlisted_rows(lines: Iterable[dict[str, str]]) -> list[dict[str, object]]:
    """Return the attributes with values that the vocabulary does not list, the most files first.

    These are the rows of results/anonymization/unlisted.csv. They never hold a value.
    """
    files = Counter(keyword for line in lines for keyword in line["unlisted_attributes"].split())
    return [
        {"tag": notation(tag_for_keyword(keyword) or 0), "keyword": keyword, "files": n}
        for keyword, n in sorted(files.items(), key=lambda item: (-item[1], item[0]))
    ]


def instance_rows(lines: Sequence[dict[str, str]]) -> list[dict[str, object]]:
    """Return the numbers of instances and cases by status, the refused ones by reason.

    These are the rows of results/anonymization/instances.csv. Every status has a row, even with 0,
    and they add up to the instances of the cohort.
    """
    reasons = {(line["status"], line["reason"]) for line in lines}
    reasons |= {(status, "") for status in _STATUSES if status not in {s for s, _ in reasons}}
    rows: list[dict[str, object]] = []
    for status, reason in sorted(reasons, key=lambda key: (_STATUSES.index(key[0]), key[1])):
        codes = [x["code"] for x in lines if (x["status"], x["reason"]) == (status, reason)]
        row = {"status": status, "reason": reason}
        rows.append(row | {"instances": len(codes), "cases": len(set(codes))})
    return rows


def _counted(outcomes: Iterable[dict[str, str]]) -> dict[tuple[str, str], Counter[str]]:
    """Return (tag, action) -> outcome -> instances over all batches."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in outcomes:
        done = counts.setdefault((row["tag"], row["action"]), Counter())
        done[row["outcome"]] += int(row["instances"])
    return counts


def _allowed(action: str, types: tuple[str, str]) -> tuple[set[str], set[str]]:
    """Return the outcomes that an action asks for, and the stricter ones that remove more."""
    match action:
        case "code" | "fixed":
            # written even if the source lacks the attribute (R17, R21)
            return {"coded" if action == "code" else "fixed"}, set()
        case "replace":
            # an empty UID cannot be replaced; a Type 1 attribute must not be empty
            return {"uid"}, set() if "1" in types else {"absent", "emptied", "removed"}
        case "remove":
            # nested in a place where no module has it, it is removed for every Type elsewhere
            return {"absent", "removed"} | {_DELETED.get(kind, "removed") for kind in types}, set()
        case "keep":
            asked = {"absent", "kept", "derived", "vocabulary"}
            return asked, {"emptied", "unusable", "removed"}
        case _:  # review: R22, R23
            return {"absent", "removed", "kept_by_decision"}, set()


def _types() -> dict[str, tuple[str, str]]:
    """Return path -> Types in the NM and the Secondary Capture IOD."""
    rows = resource_rows("nm_attributes.csv")
    return {row["path"]: (row["type_nm"], row["type_sc"]) for row in rows}


def _english(entry: dict[str, str], english: Texts) -> str:
    if (name := f"name.{entry['tag']}") in english:
        return english(name)
    tag = int(entry["tag"][1:-1].replace(",", ""), 16)
    return dictionary_description(tag) if dictionary_has_tag(tag) else entry.get("keyword", "")
