"""Numbers as their cells show them: dates of every kind, percentages, sections of a format."""

import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from bonescint.tables.lists import read_opt_out, read_tracer_calendar
from bonescint.tables.numberformats import shown_number
from bonescint.tables.reading import read_table
from tests.unit.tables.packages import sheet_of, write_package, xml

SERIAL = 43619  # 2019-06-03
JAPANESE_DATES = [*range(27, 32), *range(34, 37), *range(50, 59)]


def shown(value: float, code: str) -> str:
    return shown_number(value, code, CALENDAR_WINDOWS_1900)


def write_built_in(path, rows, numbers, epoch=CALENDAR_WINDOWS_1900):
    """Write a workbook whose cells have formats of these numbers, without a code in the file."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    for row in rows:
        book.active.append(row)
    stand_in = {
        number: f"0.{'0' * n}" for n, number in enumerate(dict.fromkeys(numbers.values()), 9)
    }
    for cell, number in numbers.items():
        book.active[cell].number_format = stand_in[number]
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    styles = parts["xl/styles.xml"].decode()
    for n, number in enumerate(stand_in):
        styles = styles.replace(
            f'numFmtId="{164 + n}" formatCode=', f'numFmtId="{900 + n}" formatCode='
        )
        styles = styles.replace(f'numFmtId="{164 + n}"', f'numFmtId="{number}"')
    parts["xl/styles.xml"] = styles.encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)


@pytest.mark.parametrize("number", JAPANESE_DATES)
def test_date_formats_of_japanese_excel_have_no_code(tmp_path, number):
    path = tmp_path / "calendar.xlsx"
    write_built_in(path, [["検査日", "薬剤"], [SERIAL, "MDP"]], {"A2": number})
    assert read_table(path).rows == [(2, ("2019-06-03", "MDP"))]
    assert read_tracer_calendar(path, "ja") == {date(2019, 6, 3): "MDP"}


def test_an_opt_out_list_takes_them_too(tmp_path):
    path = tmp_path / "opt_out.xlsx"
    header = ["患者ID", "申出日", "申出者"]
    write_built_in(path, [header, ["12", SERIAL, "本人"]], {"B2": 31})
    (entry,) = read_opt_out(path, "ja")
    assert (entry.received, entry.problems) == (date(2019, 6, 3), [])


def test_times_of_day_are_no_dates(tmp_path):
    path = tmp_path / "times.xlsx"
    rows = [["a", "b", "c", "d"], [0.5, SERIAL + 0.5, SERIAL, 0.25]]
    write_built_in(path, rows, {"A2": 32, "B2": 33, "C2": 20, "D2": 32})
    assert read_table(path).rows == [(2, ("12:00:00", "12:00:00", "00:00:00", "06:00:00"))]


@pytest.mark.parametrize(
    "code",
    [
        "[$-411]ggge",
        '[$-411]ggge"年"m"月"d"日";@',
        "[$-411]ge.m.d",
        '[$-ja-JP-x-gannen]ggge"年"m"月"d"日"',
        '[$-F800]dddd"、"mmmm" "dd"、"yyyy',
        "yyyy/m/d;@",
        'yyyy"年"m"月"',
        'm"月"d"日"',
        "[$-411]aaaa",
        '[=0]"";yyyy/m/d',
        "[Red]yyyy-mm-dd",
        "yyyy/mm/dd(aaa)",
        "mmm-yy",
    ],
)
def test_dates(code):
    assert shown(SERIAL, code) == "2019-06-03"


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "G/標準",
        "0.00E+00",
        '0.0"日"',
        "0.0_m",
        r"0.0\d",
        "[$¥-411]#,##0",
        '[Red]0.0"ymd"',
        '0"件";-0"件"',
        "@",
        "# ?/?",
        *[code for n, code in BUILTIN_FORMATS.items() if n < 5 or 36 < n < 45 or n > 47],
    ],
)
def test_numbers(code):
    assert shown(SERIAL, code) == "43619"


@pytest.mark.parametrize("code", ["h:mm AM/PM", "h:mm:ss", "mm:ss", "mm:ss.0", 'h"時"mm"分"'])
def test_times(code):
    assert shown(SERIAL + 0.25, code) == "06:00:00"
    assert shown(0.25, code) == "06:00:00"


def test_hours_that_go_on_are_no_date():
    assert shown(1.5, "[h]:mm") == "1 day, 12:00:00"


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.0123, "0.00%", "1.23%"),
        (0.0123, "0.0%;-0.0%;0", "1.23%"),
        (-0.0123, "0.0%;-0.0%;0", "-1.23%"),
        (0, "0.0%;-0.0%;0", "0"),
        (0, "0;-0;0%", "0%"),
        (-0.5, "0;0%", "-50%"),
        (0.5, "0.0;0%", "0.5"),
        (0, "0%;-0.0", "0%"),
        (1.23, "[>=1]0.00;0.00%", "1.23"),
        (0.5, "[>=1]0.00;0.00%", "50%"),
        (0.5, "[<1]0.0%;[>=1]0.0;@", "50%"),
        (2, "[<1]0.0%;[>=1]0.0;@", "2"),
        (5, "[>100]0;[<0]0;0%", "500%"),
        (0.5, "[>=1]0.0;0.0;0.0%", "50%"),
        (-0.5, "[>=1]0.0;0.0;0.0%", "-0.5"),
        (0.5, '0.0"%";0%', "0.5"),
        (0.5, "0.0_%;0%", "0.5"),
        (0.5, '"a;b"0%', "50%"),
        (0.5, r"0.0\%", "0.5"),
        (0.5, "[$-411]0%;@", "50%"),
        (0.5, '0%;-0%;"-";@', "50%"),
        (0.5, '"', "0.5"),
        (0.5, "", "0.5"),
        (0.5, ";;;", "0.5"),
        (0.5, "[>=abc]0%", "50%"),
    ],
)
def test_the_section_for_the_value_decides(value, code, expected):
    assert shown(value, code) == expected


def test_days_of_1904():
    assert shown_number(SERIAL - 1462, "yyyy/m/d", CALENDAR_MAC_1904) == "2019-06-03"


def test_built_in_formats_in_a_workbook_of_1904(tmp_path):
    path = tmp_path / "mac.xlsx"
    write_built_in(path, [["検査日"], [SERIAL - 1462]], {"A2": 31}, CALENDAR_MAC_1904)
    assert read_table(path).rows == [(2, ("2019-06-03",))]


def test_a_day_that_no_calendar_has():
    assert shown(1e12, "yyyy/m/d") == "#VALUE!"
    assert shown(SERIAL + 0.5, "yyyy/m/d h:mm") == datetime(2019, 6, 3, 12).isoformat()


def test_a_format_without_a_code_is_none_of_the_others(tmp_path):
    cell = '<c r="B2" s="{}"><v>0.25</v></c>'
    sheet = sheet_of(f'<row r="2"><c r="A2"><v>1</v></c>{cell.format(1)}</row>')
    formats = '<numFmts><numFmt numFmtId="170" formatCode="0.00%"/></numFmts>'
    for number, shown in ((170, "25%"), (164, "0.25"), (9999, "0.25"), (10, "25%")):
        styles = f'<cellXfs><xf/><xf numFmtId="{number}"/></cellXfs>'
        path = write_package(
            tmp_path / "a.xlsx", sheet, {"xl/styles.xml": xml("styleSheet", formats, styles)}
        )
        ((_, cells),) = read_table(path).rows
        assert cells[-1] == shown
