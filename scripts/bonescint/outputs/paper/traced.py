"""The source of a number of the results, in words."""

from bonescint.files import Row, number
from bonescint.outputs.labels import Labels
from bonescint.questions import known
from bonescint.resources import Texts


def traced(row: Row, labels: Labels) -> list[str]:
    """Return what the document shows of a number: its name, the number, table, row and value.

    The row is one of numbers.csv, which has the keys behind the words.
    """
    words = Texts("paper", labels.language)
    table = row["table"]
    name = labels.question("title", table) if table in known() else words(f"table_{table}")
    where = [*_row(row, labels, words), _column(row["column"], words)]
    return [row["number"], row["text"], name, words("separator").join(where), row["value"]]


def _row(row: Row, labels: Labels, words: Texts) -> list[str]:
    """Return the subject, the measure, its metric and cases, and the method."""
    if not row.get("measure"):
        return []
    who = [labels.software(labels.word(row[key])) for key in ("subject", "comparator") if row[key]]
    call, metric = f"call_{row['measure']}", row["metric"]
    said = [" / ".join(who), words(call) if call in words else labels.word(row["measure"])]
    if (cutoff := number(row["cutoff"])) is not None:
        said.append(labels.at(metric, cutoff, "at_cutoff"))
    elif metric:
        said.append(labels.word(metric))
    said += labels.about(row["cases"], number(row["level"]))
    said += [labels.word(row[key]) for key in ("ci_method", "test") if row[key]]
    return said


def _column(column: str, words: Texts) -> str:
    """Return the column of the number; for other tables, what is counted."""
    if f"of_{column}" in words:
        return words(f"of_{column}")
    name, _, value = column.partition("=")
    kind = "of_setting" if name.startswith("metrics.") else f"of_{name}="
    return words(kind, value=value or name) if kind in words else column
