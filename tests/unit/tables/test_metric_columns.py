"""A study's own metrics: which software has them, their columns, their words."""

from decimal import Decimal

import pytest

from bonescint.commands.wanted import wanted_columns
from bonescint.declared import columns
from bonescint.resources import Texts
from bonescint.tables.columns import load_columns
from bonescint.tables.metric_columns import (
    export_columns,
    may_have,
    metric_phrase,
    metric_title,
    metric_values,
    metrics_of_entry,
    with_metrics,
)
from bonescint.warnings import Phrase

LABEL = {"ja": "体積", "en": "Volume"}
OWN = metric_values(
    {
        "hotspots": {},
        "volume": {"label": LABEL, "unit": "ml", "bounds": [0, 2000], "warn_above": 900},
        "suv": {"software": ["Other"]},
    }
)


def test_the_default_is_what_schema_and_tables_declare() -> None:
    values = metric_values()
    assert export_columns(values) == load_columns("software_export")
    for table in ("software", "misclassified"):
        assert with_metrics(columns(table), values) == columns(table)
    assert values["bsi"]["bounds"] == [0, 100] and values["hotspots"]["bounds"] == [0, None]
    assert metric_values({"bsi": {}})["bsi"] == values["bsi"]
    # another kind has another's bounds
    assert metric_values({"bsi": {"kind": "number"}})["bsi"]["bounds"] == [None, None]


def test_own_metrics_stand_where_the_default_ones_stood() -> None:
    found = export_columns(OWN)
    assert list(found)[2:7] == ["exam_date", "hotspots", "volume", "suv", "status"]
    volume = found["volume"]
    assert (volume.kind, volume.required, volume.percent) == ("number", True, False)
    assert (volume.minimum, volume.maximum, volume.warn_above) == (0, Decimal(2000), 900)
    assert volume.headers == ("体積", "Volume", "volume") and "-" in volume.blanks
    assert not found["suv"].required
    header = with_metrics(columns("software"), OWN)
    assert header[3:8] == ("version", "hotspots", "volume", "suv", "status")


@pytest.mark.parametrize(
    ("key", "product", "named", "metrics"),
    [
        ("a", "BoneNAVI", {"ann": "ANN"}, ["bsi", "hotspots", "ann"]),
        ("a", "BoneNAVI (simulated)", {"ann": "ANN"}, ["bsi", "hotspots", "ann"]),
        ("a", "BoneNAVI", {"ann": None}, ["bsi", "hotspots"]),
        ("a", "BoneNAVI", {}, ["bsi", "hotspots"]),
        ("a", "VSBONE", {"ann": "ANN"}, ["bsi", "hotspots"]),
    ],
)
def test_a_software_has_what_a_column_is_named_for(
    key: str, product: str, named: dict[str, str | None], metrics: list[str]
) -> None:
    entry = {"product": product, "columns": named}
    assert metrics_of_entry(metric_values(), key, entry) == metrics


def test_a_metric_belongs_to_a_product_or_an_entry() -> None:
    ann = metric_values({"ann": {"software": ["vsbone3", "BoneNAVI"]}})["ann"]
    assert may_have(ann, "vsbone3", "VSBONE") and may_have(ann, "x", "bonenavi 2")
    assert not may_have(ann, "vsbone2", "VSBONE")
    entry = {"product": "VSBONE"}
    assert "ann" not in wanted_columns("software_export", metric_values(), "v", entry)
    assert "ann" in wanted_columns("software_export", {"ann": ann}, "vsbone3", entry)


def test_words_with_units() -> None:
    text = Texts("extract", "en")
    assert metric_title("bsi", metric_values()["bsi"], text, "column.bsi") == "BSI (%)"
    assert metric_title("volume", OWN["volume"], text, "column.volume") == "Volume (ml)"
    assert metric_title("suv", OWN["suv"], text, "column.suv") == "suv"
    assert metric_phrase("bsi", OWN["hotspots"]) == Phrase("metric.bsi")
    assert metric_phrase("volume", OWN["volume"]) == Phrase("metric.own", LABEL)
    assert metric_phrase("suv", OWN["suv"]) == "suv"


def test_the_offset_of_a_ratio_is_the_kinds_unless_the_study_sets_it() -> None:
    assert {key: one["offsets"] for key, one in metric_values().items()} == {
        "bsi": [0.1, 0.01, 1],
        "hotspots": [1, 0.5],
        "ann": [],
    }
    assert metric_values({"bsi": {"offsets": [0.2]}})["bsi"]["offsets"] == [0.2]
    assert metric_values({"bsi": {"kind": "number"}})["bsi"]["offsets"] == []
