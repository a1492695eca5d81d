"""The verification report of the de-identification, for the tests of the outputs."""

import csv
from typing import Any

from bonescint.declared import columns
from bonescint.deid import k_anonymity, report
from bonescint.resources import RESOURCES

USUAL = {
    "code": "coded", "remove": "absent", "keep": "kept", "replace": "uid", "review": "removed",
}  # fmt: skip


def deidentification(cases: list[dict[str, Any]]) -> dict[str, tuple[tuple[str, ...], list[Any]]]:
    """Return columns and rows of the tables of results/anonymization/ by name."""
    lines: list[dict[str, str]] = []
    for case in cases:
        for number in range(case["instances"]):
            counts = {f"n_{rule}": "0" for rule in report.RULES}
            counts |= {
                "n_kept": str(36 + number),
                "n_removed": "41",
                "unlisted_attributes": "ProtocolName",
            }
            lines.append({"code": case["code"], "status": "written", "reason": ""} | counts)
        if case["refused"]:
            reason = {"status": "refused", "reason": "burned-in-suspected"}
            lines.append({"code": case["code"], "unlisted_attributes": ""} | reason)
    written = sum(line["status"] == "written" for line in lines)
    table = RESOURCES / "tag_table.csv"
    with table.open(encoding="utf-8") as stream:
        outcomes = [
            row | {"outcome": USUAL.get(row["action"], row["action"]), "instances": str(written)}
            for row in csv.DictReader(stream)
        ]
    # one header held a size that is no number
    size = next(row for row in outcomes if row["keyword"] == "PatientSize")
    size["instances"] = str(written - 1)
    outcomes.append(size | {"outcome": "removed", "instances": "1"})
    known = [{name: str(value) for name, value in case.items()} for case in cases]
    return {
        "tag_table": (columns("tag_table"), report.tag_rows(table, outcomes, written, "ja")),
        "instances": (columns("instances"), report.instance_rows(lines)),
        "rule_counts": (columns("rule_counts"), report.count_rows(lines)),
        "unlisted": (columns("unlisted"), report.unlisted_rows(lines)),
        "k_anonymity": (columns("k_anonymity"), k_anonymity.assess(known, known[0])[0]),
    }
