"""What the de-identification did, and what could still identify a patient, in words."""

from bonescint.deid.verdicts import OUTCOMES, phrases
from bonescint.files import Row
from bonescint.outputs.results import Results
from bonescint.resources import Texts
from bonescint.tables.sheets import ShownColumn, ShownTable
from bonescint.warnings import value_in_words


def verification(results: Results, language: str, brief: bool) -> list[ShownTable]:
    """Return the tables on the de-identification.

    Parameters
    ----------
    brief
        For a page. The outcomes of a row of the hospital's table are in one cell, and pairs of
        attributes are left out. Otherwise everything is shown, with one number in a cell.

    Returns
    -------
    list of Table
        ``tag_table``, ``instances``, ``rule_counts``, ``unlisted``, ``anonymity``.
    """
    text = Texts("deidentification", language)

    def table(key: str, rows: list[Row], *specs: str, note: str = "") -> ShownTable:
        parts = [spec.partition(":") for spec in specs]
        columns = [ShownColumn(k, text(f"column.{k}"), kind or "text") for k, _, kind in parts]
        return ShownTable(text(f"title.{key}"), columns, rows, note or text(f"note.{key}"))

    tags = [_tag(row, text) for row in results.tag_table]
    written = tags[0]["instances"] if tags else 0
    summary = text("note.tag_table", n=len(tags), written=written)
    if stricter := sum(row["verdict"] == "stricter" for row in results.tag_table):
        summary += "\n" + text("note.stricter", n=stricter)
    outcomes = ["done"] if brief else ["instances:count", *(f"{key}:count" for key in OUTCOMES)]
    instances = [_instance(row, text) for row in results.instances]
    rules = [
        row | {"rule": text(f"column.{row['rule']}"), "meaning": text(f"meaning.{row['rule']}")}
        for row in results.rule_counts
    ]
    combinations = [
        _combination(row, text)
        for row in results.anonymity
        if not (brief and row["kind"] == "pair")
    ]
    return [
        table(
            "tag_table", tags, "tag", "name", "action", "type", *outcomes, "verdict",
            note=summary,
        ),
        table("instances", instances, "status", "reason", "instances:count", "cases:count"),
        table(
            "rule_counts", rules, "rule", "meaning", "files:count", "total:count", "min:count",
            "median:number", "max:count",
        ),
        table("unlisted", results.unlisted, "tag", "keyword", "files:count"),
        table(
            "anonymity", combinations, "kind", "attributes", "n:count", "k:count",
            "classes:count", "unique:count", "share:one",
        ),
    ]  # fmt: skip


def _tag(row: Row, text: Texts) -> Row:
    done = (
        f"{text(f'column.{outcome}')} {row[outcome]}" for outcome in OUTCOMES if row[outcome] != "0"
    )
    tag = f"tag.{row['tag']}"
    return row | {
        "tag": text(tag) if tag in text else row["tag"],
        "name": row[f"name_{text.language}"],
        "action": text(f"action.{row['action']}"),
        "verdict": text(f"verdict.{row['verdict']}"),
        "done": text("comma").join(done),
    }


def _instance(row: Row, text: Texts) -> Row:
    reason = f"reason.{row['reason']}"
    return row | {
        "status": text(f"status.{row['status']}"),
        "reason": Texts("deid", text.language)(reason) if row["reason"] else "",
    }


def _combination(row: Row, text: Texts) -> Row:
    return row | {
        "kind": text(f"kind.{row['kind']}"),
        "attributes": str(value_in_words(phrases(row["attributes"]), text)),
        "share": f"{100 * float(row['share']):.1f}" if row["share"] else "",
    }
