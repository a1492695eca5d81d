"""The cases for REDCap: a record for each case, and the data dictionary to import first."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bonescint.files import replacing
from bonescint.outputs.analysis.described import AnalysedStudy, WideColumn, meanings

# the headers of REDCap's own file: it refuses a dictionary with others
HEADERS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_VALIDATION = {"date": "date_ymd", "count": "integer", "measure": "number"}
_RECORD = "record_id"
_NOT_IN_CHOICE = re.compile(r"[^A-Za-z0-9_]")


def write_redcap_cases(
    path: Path, columns: Sequence[WideColumn], rows: Iterable[Mapping[str, str]]
) -> None:
    """Write the records. Missing values are empty, and there is no BOM."""
    with replacing(path, sync=False) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([_field(one) for one in columns])
        for row in rows:
            writer.writerow(_value(one, row.get(one.about.column) or "") for one in columns)


def write_redcap_dictionary(
    path: Path, columns: Sequence[WideColumn], study: AnalysedStudy
) -> None:
    """Write the dictionary, in the study's language."""
    with replacing(path, sync=False) as stream:
        writer = csv.DictWriter(stream, HEADERS, restval="", lineterminator="\n")
        writer.writeheader()
        for one in columns:
            choices = " | ".join(
                f"{_choice(value)}, {said[study.language].replace('|', '/')}"
                for value, said in meanings(one.about, study).items()
            )
            writer.writerow(
                {
                    HEADERS[0]: _field(one),
                    HEADERS[1]: f"{one.form}_data" if one.form == "case" else one.form,
                    HEADERS[3]: "dropdown" if choices else "text",
                    HEADERS[4]: getattr(one.about, study.language).replace("`", ""),
                    HEADERS[5]: choices,
                    HEADERS[6]: one.about.unit,
                    HEADERS[7]: "" if choices else _VALIDATION.get(one.about.kind, ""),
                }
            )


def _field(column: WideColumn) -> str:
    name = column.about.column
    return _RECORD if name == "code" else re.sub(r"[^a-z0-9_]", "_", name.lower())


def _value(column: WideColumn, value: str) -> str:
    return _choice(value) if column.about.values else value


def _choice(value: str) -> str:
    """Return a value as the code of a choice, which has only letters, digits and _."""
    return _NOT_IN_CHOICE.sub("_", value)
