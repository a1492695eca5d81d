"""The schemas are JSON schemas, whole, and the texts cover every message."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bonescint.resources import ROOT, Texts
from bonescint.tables.columns import load_columns
from bonescint.text.folding import fold_header

SCHEMAS = [
    "software_export",
    "reading_report",
    "participants",
    "opt_out",
    "tracer_calendar",
    "exam_dates",
    "patient_ids",
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_sound(name):
    schema = yaml.safe_load((ROOT / "schemas" / f"{name}.schema.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    columns = load_columns(name)
    assert set(schema["required"]) <= set(columns)
    headers = [h for c in columns.values() for h in {fold_header(h) for h in c.headers}]
    assert len(headers) == len(set(headers)), "a header means two columns"
    for column in columns.values():
        keywords = schema["properties"][column.name]
        assert all(isinstance(v, str) for v in (*column.headers, *column.accepted))
        assert keywords["description"] and column.kind in (
            "text",
            "number",
            "integer",
            "date",
            "word",
        )


def test_bounds_are_the_requirements():
    export, reading = load_columns("software_export"), load_columns("reading_report")
    bounds = {
        name: (column.minimum, column.maximum, column.warn_above)
        for name, column in (export | reading).items()
        if column.kind in ("number", "integer")
    }
    assert bounds == {
        "bsi": (0, 100, 10),
        "hotspots": (0, None, 100),
        "ann": (0, 1, None),
        "n_metastases": (0, None, None),
        "eod": (0, 4, None),
    }


def test_every_sentence_exists_in_both_languages():
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (Path(ROOT) / "scripts" / "bonescint" / "tables").glob("*.py")
    )
    keys = set(re.findall(r'(?:error|header_error|mark|text|Phrase)\(\s*"(\w+)"', source))
    warned = set(re.findall(r'(?:warn|warn_case)\(\s*"(\w+)"', source)) - {"value_without_analysis"}
    kinds = ("number", "integer", "integer_or_word", "date", "word", "text", "code")
    keys |= {f"not_{kind}" for kind in kinds} | {"not_calculated"}
    keys |= {f"foreign_{kind}" for kind in ("ods", "xlsb", "numbers", "markup", "document")}
    keys |= {"other_version", "two_versions"}
    warned |= {f"blank_{name}" for name in ("n_metastases", "eod", "findings")}
    warned |= {"other_exam", "zero_without_analysis"}
    assert len(keys | warned) > 60 and len(warned) > 20
    for language in ("ja", "en"):
        assert [key for key in keys if key not in Texts("table_faults", language)] == []
        assert [key for key in warned if key not in Texts("warnings", language)] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_docs_list_every_header(name):
    docs = (ROOT / "docs/ja/inputs.md").read_text(encoding="utf-8")
    headers = [header for column in load_columns(name).values() for header in column.headers]
    assert [header for header in headers if header not in docs] == []
