"""docs/*/tables.md are what the declarations say."""

import pytest
from tools.generate_tables_doc import document
from tools.generated import LANGUAGES, path_of

from bonescint.catalogue import catalogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_is_the_generated_one(language: str) -> None:
    written = document(language)
    assert path_of("tables", language).read_text(encoding="utf-8") == written, "make docs"
    assert not [line for line in written.splitlines() if line.startswith("{")], "a part is missing"
    for table in catalogue():
        assert table.path in written
        assert f"`{table.rule}`" in written
        assert all(f"| {column.column} |" in written for column in table.columns)
