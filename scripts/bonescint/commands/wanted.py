"""What an input table may hold, as commands show it: the schema's columns, the study's metrics."""

from collections.abc import Mapping
from typing import Any

from bonescint.resources import project_yaml
from bonescint.tables.columns import Column, load_columns
from bonescint.tables.metric_columns import Values, export_columns, may_have


def wanted_columns(
    schema: str, values: Values, name: str, entry: Mapping[str, Any]
) -> dict[str, Column]:
    """Return the columns of an input table; an export has only metrics that its software may have.

    Parameters
    ----------
    schema
        A file of schemas/ without ``.schema.yaml``.
    values
        As `bonescint.tables.metric_columns.metric_values` returns them.
    name, entry
        The table's entry in the configuration.
    """
    if schema != "software_export":
        return load_columns(schema)
    product = str(entry.get("product") or "")
    return {
        column: one
        for column, one in export_columns(values).items()
        if column not in values or may_have(values[column], name, product)
    }


def described_columns(schema: str, values: Values) -> dict[str, dict[str, Any]]:
    """Return the keywords, for people, of each column of a schema and each metric of a study."""
    said: dict[str, dict[str, Any]] = dict(
        project_yaml(f"schemas/{schema}.schema.yaml")["properties"]
    )
    for key, metric in values.items() if schema == "software_export" else ():
        names = {language: metric["label"].get(language, key) for language in ("ja", "en")}
        unit = f", {metric['unit']}" if metric["unit"] else ""
        headers = {language: [name] for language, name in names.items()}
        own = {"description": f"{names['ja']}{unit} / {names['en']}{unit}", "x-headers": headers}
        said[key] = own if metric["label"] else said.get(key, own)
    return said


def column_meaning(keywords: Mapping[str, Any], is_key: bool, language: str) -> str:
    """Return what a column of `described_columns` holds, in one language."""
    ja, _, en = str(keywords["description"]).partition(" / ")
    said = (en or ja) if language == "en" else ja
    # without the remark on the other key, because the table's key is known here
    return said.partition(" (")[0] if is_key else said
