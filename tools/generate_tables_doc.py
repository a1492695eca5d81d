"""Write docs/en/tables.md and docs/ja/tables.md from the declarations of the tables.

    python -m tools.generate_tables_doc

The prose around the tables stands in tools/tables.en.md and tools/tables.ja.md.
"""

from collections.abc import Iterator

from tools.generated import filled, write_documents

from bonescint.catalogue import DeclaredTable, catalogue
from bonescint.declared import DeclaredColumn, declaration
from bonescint.resources import Texts, resource_rows

_MOST_NAMED = 3  # tables in a heading


def document(language: str) -> str:
    """Return the text of the document in ``en`` or ``ja``."""
    text = Texts("columns", language)
    parts = {
        side or "command": "\n\n".join(_sections(side, text))
        for side in dict.fromkeys(table.side for table in catalogue())
    }
    return filled("tables", language, parts)


def _sections(side: str, text: Texts) -> Iterator[str]:
    """Yield a section for each header; tables with the same header share a section."""
    groups: dict[tuple[str, ...], list[DeclaredTable]] = {}
    for table in catalogue():
        groups.setdefault(table.parts, []).append(table)
    for parts, tables in groups.items():
        if tables[0].side == side:
            named = len(tables) <= _MOST_NAMED
            title = ", ".join(table.path for table in tables) if named else "+".join(parts)
            yield "\n".join([f"### {title}", *_about(tables, text), "", *_columns(parts, text)])


def _about(tables: list[DeclaredTable], text: Texts) -> Iterator[str]:
    for table in tables:
        meaning = getattr(table, text.language)
        if len(tables) == 1:
            meaning = meaning[0].upper() + meaning[1:]
            yield text("about", meaning=meaning, rule=table.rule)
        else:
            yield "- " + text("about_path", path=table.path, meaning=meaning, rule=table.rule)


def _columns(parts: tuple[str, ...], text: Texts) -> Iterator[str]:
    alone = {table.parts: table.path for table in catalogue() if len(table.parts) == 1}
    for part in parts[:-1]:
        yield text("columns_of", path=alone[part,]) + "\n"
    yield "| " + " | ".join(text(key) for key in ("column", "kind", "meaning")) + " |"
    yield "|---|---|---|"
    for column in declaration(parts[-1]):
        kind = text(f"kind.{column.kind}")
        if column.unit:
            kind += f" ({text(f'unit.{column.unit}')})"
        meaning = getattr(column, text.language).replace("|", "\\|") + _allowed(column, text)
        yield f"| {column.column} | {kind} | {meaning} |"


def _allowed(column: DeclaredColumn, text: Texts) -> str:
    """Return the values that may stand in a column, where its meaning does not name them."""
    values = [row for row in resource_rows("values.csv") if row["list"] == column.values]
    if column.kind != "word" or all(f"`{row['value']}`" in column.en for row in values):
        return ""
    named = ", ".join(f"`{row['value']}` {row[text.language]}" for row in values)
    return f" ({named})"


if __name__ == "__main__":
    write_documents("tables", document)
