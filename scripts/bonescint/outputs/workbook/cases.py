"""The list of cases: one row for each, with the results of software and readers side by side."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.workbook.book import StudyBook
from bonescint.tables.sheets import ShownColumn

_DIGITS = {"percent": "two", "count": "count", "number": "number"}
# these colours differ in grey, too, and a word beside each says the same
_MARKS: dict[str, dict[str, object]] = {
    "misclassified": {"bg_color": "#F9C9A3", "bold": True},
    "readers_differ": {"bg_color": "#FFF3B0", "italic": True},
    "failed": {"bg_color": "#BDBDBD"},
    "exposed": {"bg_color": "#CDE7F7", "underline": 1},
}
_SAMPLE = 5  # columns that the sample of a mark covers
_PATIENT = (
    "code", "tracer", "study_date:date", "age:count", "sex", "height_cm:one", "weight_kg:one",
)  # fmt: skip
_IMAGES = ("views", "instances:count", "refused:count")


class _CaseColumn(NamedTuple):
    """A column with the contents of the two rows above its title."""

    column: ShownColumn
    group: str
    above: str = ""


def write_case_list(to: StudyBook, lists: Mapping[str, list[Row]]) -> None:
    """Write a row for each case: patient, consensus, readers, software, changes, images."""
    labels = to.labels
    parts = [*_patient(to, lists), *_software(to, lists), *_rest(to, lists)]
    keys = [part.column.key for part in parts]
    sheet = to.sheet("cases", "cases")
    sheet.notes(
        labels("note_cases"), *([labels("note_cases_read")] if labels.has("readers") else [])
    )
    marked = list(_marked(to, keys))
    formats = {name: to.book.add_format(look) for name, look in _MARKS.items()}
    used = dict.fromkeys(name for name, _, _ in marked)
    for place, name in enumerate(used):
        first = 1 + place * _SAMPLE
        look = to.book.add_format(_MARKS[name] | {"font_size": 9, "border": 1})
        sheet.sheet.merge_range(
            sheet.row, first, sheet.row, first + _SAMPLE - 1, labels(f"mark_{name}"), look
        )
    sheet.row += 2 if used else 0
    sheet.band([(group, len([*same])) for group, same in groupby(part.group for part in parts)])
    above = groupby(parts, lambda part: (part.group, part.above))
    sheet.band([(text, len([*same])) for (_, text), same in above], lines=2)
    rows = sheet.table(
        [part.column for part in parts], _rows(to, lists), labels("no_data"), bands=2
    )
    for name, columns, when in marked if rows else ():
        criteria = when.format(row=rows[0] + 1)
        rule = {"type": "formula", "criteria": criteria, "format": formats[name]}
        for column in columns:
            sheet.sheet.conditional_format(rows[0], column, rows[-1], column, rule)


def compared_versions(to: StudyBook) -> list[tuple[str, str]]:
    """Return the pairs of compared versions, the old one first."""
    rows = to.results.metrics.get("version_measurement", [])
    return list(dict.fromkeys((row["comparator"], row["subject"]) for row in rows))


def _patient(to: StudyBook, lists: Mapping[str, list[Row]]) -> Iterator[_CaseColumn]:
    """Yield the columns of patient, consensus and readers."""
    labels = to.labels
    for column in to.columns(*_PATIENT):
        yield _CaseColumn(column, labels("group_patient"))
    if not labels.has("readers"):
        return
    specs = ["metastasis", "n_metastases:number", "eod:count", "unanimous"]
    graded = [spec for spec in specs if spec != "eod:count" or labels.has("eod")]
    for column in to.columns(*graded):
        yield _CaseColumn(column, labels("group_consensus"))
    for reader in dict.fromkeys(row["reader"] for row in lists.get("readings", [])):
        title, say = labels.heading("metastasis"), to.code("metastasis")
        column = ShownColumn(f"read_by:{reader}", title, "text", say)
        yield _CaseColumn(column, labels("group_readers"), labels.software(reader))


def _software(to: StudyBook, lists: Mapping[str, list[Row]]) -> Iterator[_CaseColumn]:
    """Yield the columns of each software: values, calls against the consensus, status, exposure."""
    labels = to.labels
    released = {row["software"]: row["released"] for row in lists.get("exposed", [])}
    for software in labels.software_keys:
        group = f"{labels.software(software)} ({labels.tracer(software)})"
        for metric in labels.metrics(software):
            kind, title = _DIGITS[labels.values[metric]["kind"]], labels.axis(metric, "column_{}")
            cutoffs = _cutoffs(to, lists, metric)
            at = [labels.at(metric, cutoff, "at_cutoff") for cutoff in cutoffs]
            yield _CaseColumn(ShownColumn(f"{software}:{metric}", title, kind), group, *at[:1])
            for cutoff, said in zip(cutoffs, at, strict=True):
                key, title = f"{software}:{metric}:{cutoff:g}", labels.heading("result")
                yield _CaseColumn(ShownColumn(key, title, "text", to.code("kind")), group, said)
        for name, above in (("status", ""), ("exposed", released.get(software))):
            if above is not None:
                said = labels("released", date=above) if above else ""
                title, say = labels.heading(name), to.code(name)
                yield _CaseColumn(
                    ShownColumn(f"{software}:{name}", title, "text", say), group, said
                )


def _rest(to: StudyBook, lists: Mapping[str, list[Row]]) -> Iterator[_CaseColumn]:
    """Yield the columns on the change of versions, and on images and delivery."""
    labels = to.labels
    for old, new in compared_versions(to) if "reclassified" in lists else ():
        pair = f"{labels.software(old)} → {labels.software(new)}"
        column = ShownColumn(f"changed_to:{old}:{new}", labels.heading("change"))
        yield _CaseColumn(column, labels("group_versions"), pair)
    delivered = ("delivered:date",) if lists.get("exposed") else ()
    for column in to.columns(*_IMAGES, *delivered):
        yield _CaseColumn(column, labels("group_images"))


def _cutoffs(to: StudyBook, lists: Mapping[str, list[Row]], metric: str) -> list[float]:
    """Return the cut-offs at which calls were compared with the consensus."""
    if "misclassified" not in lists or not to.labels.has("readers"):
        return []
    settings = to.results.provenance["analysis"]["metrics"]["cutoffs"]
    return [float(one["value"]) for one in settings if one["metric"] == metric]


def _rows(to: StudyBook, lists: Mapping[str, list[Row]]) -> list[Row]:
    """Return a row for each case under the keys of the columns; missing values are empty."""
    labels, found = to.labels, dict[str, Row]()
    every = [part.column.key for part in (*_patient(to, lists), *_software(to, lists))]
    every += [part.column.key for part in _rest(to, lists)]
    for case in to.results.cases:
        found[case["code"]] = dict.fromkeys(every, "") | case
    for row in to.results.reference:
        if one := found.get(row["code"]):
            one |= {key: row[key] for key in ("n_metastases", "eod", "unanimous")}
            one["metastasis"] = row["metastasis"] or to.code("status")(row["status"])
    for row in lists.get("readings", []):
        if one := found.get(row["code"]):
            one[f"read_by:{row['reader']}"] = row["metastasis"] or "missing"
    cutoffs = {metric: _cutoffs(to, lists, metric) for metric in labels.values}
    decided = {row["code"] for row in to.results.reference if row["metastasis"]}
    for row in lists["measurements"]:
        if one := found.get(row["code"]):
            software, metric = row["software"], row["metric"]
            one |= {f"{software}:{metric}": row["value"], f"{software}:status": row["status"]}
            if row["value"] and row["code"] in decided:
                right = (f"{software}:{metric}:{at:g}" for at in cutoffs.get(metric, []))
                one |= dict.fromkeys(right, labels("kind_right"))
    for row in lists.get("misclassified", []):
        if one := found.get(row["code"]):
            at = number(row["cutoff"]) or 0.0
            one[f"{row['software']}:{row['metric']}:{at:g}"] = row["kind"]
    for row in lists.get("exposed", []):
        if one := found.get(row["code"]):
            one[f"{row['software']}:exposed"] = row["exposed"]
            one["delivered"] = one.get("delivered") or row["delivered"]
    for row in lists.get("reclassified", []):
        if one := found.get(row["code"]):
            key = f"changed_to:{row['old']}:{row['new']}"
            one[key] = "\n".join(filter(None, [one.get(key, ""), _change(to, row)]))
    return list(found.values())


def _change(to: StudyBook, row: Row) -> str:
    at = to.labels.at(row["metric"], float(row["cutoff"]), "at_cutoff")
    said = {key: to.code(key)(row[key]) for key in ("change", "result")}
    return to.labels("changed" if said["result"] else "changed_open", at=at, **said)


def _marked(to: StudyBook, keys: Sequence[str]) -> Iterator[tuple[str, list[int], str]]:
    """Yield each mark: its name, its columns, and its condition as a formula of ``{row}``."""
    letters = dict(zip(keys, map(_letter, range(len(keys))), strict=True))

    def place(key: str) -> int:
        return keys.index(key)

    def said(key: str, *words: str) -> str:
        cell = f"${letters[key]}{{row}}"
        tests = ",".join(f'{cell}="{word}"' for word in words)
        return f"OR({tests})" if len(words) > 1 else tests

    for key in keys:
        software, *rest = key.split(":")
        if len(rest) == 2 and software in to.labels.software_keys:
            wrong = [to.code("kind")(kind) for kind in ("false_positive", "false_negative")]
            cells = [place(key)]
            if keys[place(key) - 1] == f"{software}:{rest[0]}":
                cells.insert(0, place(key) - 1)
            yield "misclassified", cells, "=" + said(key, *wrong)
        elif rest == ["status"]:
            fine = said(key, "", to.code("status")("analysed"))
            own = [place(one) for one in keys if one.partition(":")[0] == software]
            yield "failed", own, f"=NOT({fine})"
        elif rest == ["exposed"]:
            yield "exposed", [place(key)], "=" + said(key, to.code("exposed")("1"))
    if "unanimous" in keys:
        cells = [place(one) for one in keys if one.startswith("read_by:") or one == "unanimous"]
        yield "readers_differ", cells, "=" + said("unanimous", to.code("unanimous")("0"))


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))
