"""Files that would fill the memory are refused by name, and take little of it."""

import json
from contextlib import nullcontext
from itertools import repeat

import pytest

from bonescint.errors import InputError
from bonescint.tables.reading import read_table
from bonescint.text.csvfile import typed_lines, typed_rows
from bonescint.text.limits import TableLimits
from tests.peak import run_python
from tests.unit.tables.packages import sheet_of, write_package, xml

MOST_MEMORY = 500  # megabytes
READ = """
import json, sys
from bonescint.errors import InputError
from bonescint.tables.reading import read_table
said = {}
for path in sys.argv[1:]:
    try:
        said[path] = f"{len(read_table(path, language='en').rows)} rows"
    except InputError as error:
        said[path] = str(error)
print(json.dumps(said))
"""


def many(text, thousands):
    return repeat(text * 1000, thousands)


def entities():
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    text = '<row><c t="inlineStr"><is><t>&a8;</t></is></c></row>'
    return [f'<!DOCTYPE w [<!ENTITY a0 "aaaaaaaaaa">{names}]>', *sheet_of(text)]


WORKBOOKS = {
    "rows": (sheet_of(*many("<row><c><v>1</v></c></row>", 201)), {}, "rows .*200,001.*200,000"),
    "blank_rows": (sheet_of(*many("<row/>", 1100)), {}, "rows .*1,048,577"),
    "far_row": (sheet_of('<row r="99999999"><c><v>1</v></c></row>'), {}, "rows .*99,999,999"),
    "column": (sheet_of('<row><c r="XFD2"><v>1</v></c></row>'), {}, "columns .*16,384.*1,000"),
    "text": (sheet_of("<x>", *repeat("A" * 10**6, 60), "</x>"), {}, "line or a text.*1,000,000"),
    "inflated": (
        sheet_of(*repeat("<x>" + "A" * 10**5 + "</x>", 600)), {}, "at least 51 MB"
    ),
    "strings": (
        sheet_of(), {"sharedStrings": xml("sst", *many("<si/>", 1001))}, "cells .*1,000,001"
    ),
    "pieces": (
        sheet_of(),
        {"sharedStrings": xml("sst", "<si>", *many("<r><t>a</t></r>", 201), "</si>")},
        "formats .*200,001",
    ),
    "styles": (sheet_of(), {"styles": xml("styleSheet", *many("<font/>", 201))}, "formats"),
    "amplified": (
        sheet_of(*('<row>' + '<c t="s"><v>0</v></c>' * 10 + "</row>" for _ in range(60))),
        {"sharedStrings": xml("sst", f"<si><t>{'_x0041_' * 100_000}</t></si>")},
        "too large",
    ),
    "area": (
        sheet_of(*many('<row><c r="ALL2"><v>1</v></c></row>', 2)), {}, "cells .*1,000,"
    ),
    "entities": (entities(), {}, "damaged"),
    # and what looks like a bomb and is none
    "picture": (sheet_of("<row><c><v>1</v></c></row>"), {"media/a.png": ["0" * 10**8]}, "1 rows"),
    "last_row": (sheet_of('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), {}, "1 rows"),
    "dimension": (
        sheet_of("<row><c><v>1</v></c></row>", before='<dimension ref="A1:ZZZZ99999999"/>'),
        {},
        "1 rows",
    ),
    "styled": (
        sheet_of("<row><c><v>1</v></c></row>", *repeat("<row>" + "<c/>" * 16_384 + "</row>", 20)),
        {},
        "1 rows",
    ),
    "styled_rows": (
        sheet_of(
            *many('<row s="1" a="1" b="1" d="1" e="1" f="1"/>', 1000),
            "<row><c><v>1</v></c></row>",
        ),
        {},
        "1 rows",
    ),
    "one_part": (
        sheet_of(*many("<row><c><v>1</v></c></row>", 50)),
        {
            "workbook": xml(
                "workbook",
                "<sheets>",
                *(f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 3000)),
                "</sheets>",
            )
        },
        "damaged",
    ),
    "blank_below": (sheet_of("<row><c><v>1</v></c></row>", *many("<row/>", 500)), {}, "1 rows"),
}  # fmt: skip
TEXTS = {
    "no_ends": (repeat(b"a,b,c," * 10**5, 340), "204 MB.*50 MB"),
    "no_ends_20": (repeat(b"a,b,c," * 10**5, 33), "line .*1,000,001"),
    "one_cell": (repeat(b"a" * 10**6, 20), "line .*1,000,001"),
    "lines": ([b"ID\n", *repeat(b"\n" * 10**6, 2)], "cells"),
    "quoted": ([b"ID\n", *repeat(b'"\n",' * 10**5, 3)], "line"),
    "cells": ([b"ID\n", *repeat(b"1,1,1,1,1,1,1,1\n" * 10**4, 13)], "cells"),
    "rows": ([b"ID\n", *repeat(b"1\n" * 10**4, 21)], "rows .*200,001"),
    "columns": ([b"ID\n", b"1," * 1000 + b"1\n"], "columns .*1,001"),
    "blank_columns": ([b"ID\n", b"1" + b"," * 2000 + b"\n"], "1 rows"),
    "wide": ([b"ID," * 999 + b"ID\n", *repeat(b"1\n" * 1001, 1)], "cells .*1,001,000"),
    "emoji": ([b"ID,x\n", *repeat("1,aaaaaaaaaa😀\n".encode() * 1000, 199)], "199000 rows"),
}  # fmt: skip


def test_large_files_take_little_memory_and_are_refused_by_name(tmp_path):
    expected = {}
    for name, (sheet, parts, words) in WORKBOOKS.items():
        named = {
            f"xl/{part}{'' if '.' in part else '.xml'}": pieces for part, pieces in parts.items()
        }
        expected[str(write_package(tmp_path / f"{name}.xlsx", sheet, named))] = words
    for name, (pieces, words) in TEXTS.items():
        with (tmp_path / f"{name}.csv").open("wb") as stream:
            stream.writelines(pieces)
        expected[str(tmp_path / f"{name}.csv")] = words
    done = run_python("-c", READ, *expected)
    said = json.loads(done.output)
    for path, words in expected.items():
        pytest.raises(InputError, _raise, said[path]).match(words)
    assert done.megabytes < MOST_MEMORY


def _raise(message):
    raise InputError(message)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("limit", TableLimits.__dataclass_fields__)
def test_each_limit_is_named_with_what_was_found_and_how_to_raise_it(tmp_path, limit, language):
    path = tmp_path / "a.xlsx"
    long = "あ" * 200_000
    text = f'<c t="inlineStr"><is><t>{long}</t></is></c><c><v>1</v></c>'
    style = {"xl/styles.xml": xml("styleSheet", "<fonts><font/></fonts>", f"<x a='{long}'/>" * 2)}
    write_package(path, sheet_of(f"<row>{text}</row>"), style)
    with pytest.raises(InputError) as caught:
        read_table(path, language=language, limits={limit: 1})
    for part in ("a.xlsx", f"limits: {{{limit}: ", {"ja": "上限 1 ", "en": "limit is 1"}[language]):
        assert part in str(caught.value)


def test_a_limit_is_raised_for_the_table_that_needs_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("ID\n" + "1\n" * 200_001)
    with pytest.raises(InputError, match="200,001"):
        read_table(path)
    assert len(read_table(path, limits={"rows": 300_000}).rows) == 200_001


@pytest.mark.parametrize(
    ("mark", "encoding"), [("", "utf-8"), ("\ufeff", "utf-8"), ("\ufeff", "utf-16-le")]
)
def test_one_long_cell_is_no_misplaced_quotation_mark(tmp_path, mark, encoding):
    path = tmp_path / "a.csv"
    for n, said in ((200_000, ""), (1_000_000, "line .*1,000,001"), (2_500_000, "1,000,001")):
        path.write_text(f"{mark}ID,x\n1,{'a' * (n - 2)}\n", encoding, newline="")
        if said:
            with pytest.raises(InputError, match=said):
                read_table(path, language="en")
        assert len(read_table(path, limits={"line": 3_000_000}).rows[0][1][1]) == n - 2
        path.write_text(f"{mark}{'a' * n}", encoding)
        with pytest.raises(InputError, match="1,000,001") if n > 10**6 else nullcontext():
            read_table(path, language="en")


@pytest.mark.parametrize("read", [typed_lines, lambda path: typed_rows(path, ["ID"])])
def test_what_a_person_typed_has_limits_too(tmp_path, read):
    path = tmp_path / "names.txt"
    path.write_text("ID\n" + "a" * 1_000_001)
    with pytest.raises(InputError, match="長すぎる.*\n?.*too long"):
        read(path)
