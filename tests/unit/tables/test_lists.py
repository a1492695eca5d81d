"""Participants, opt-outs, the tracer calendar and the exams that are taken."""

import logging
from datetime import date

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.tables.lists import (
    read_exam_dates,
    read_opt_out,
    read_participants,
    read_tracer_calendar,
)
from bonescint.warning_words import warning_texts
from tests.scripts.imports.cohort_tables import write_table

OPT_OUT = ["患者ID", "申出日", "申出者", "理由", "続柄", "備考"]


@pytest.mark.parametrize("name", ["p.xlsx", "p.csv"])
def test_participants(tmp_path, caplog, name):
    rows = [
        ["患者ID", "試験番号"],
        ["00012", "HS2022-005"],
        [13, "HS-2022-005"],
        ["１４", "ＨＳ２０２２－００５"],
        ["15", "HS2021-111"],
        ["12", "hs 2022 005"],
    ]
    with caplog.at_level(logging.INFO):
        found = read_participants(write_table(tmp_path / name, rows), "HS2022-005", "ja")
    assert found == {"12": 2, "13": 3, "14": 4}
    assert "1 rows of other studies" in caplog.text and "15" not in caplog.text


def test_participants_faults_all_at_once(tmp_path):
    rows = [["patient_id", "study"], ["", "HS2022-005"], ["1E+11", "HS2022-005"], ["3", ""]]
    path = write_table(tmp_path / "p.csv", rows)
    with pytest.raises(InputError) as caught:
        read_participants(path, "HS2022-005", "en")
    assert [p.split(":")[0].split('" ', 1)[1] for p in caught.value.problems] == [
        'row 2 column "patient_id"',
        'row 3 column "patient_id"',
        'row 4 column "study"',
    ]


def test_participants_of_another_study_only(tmp_path):
    path = write_table(tmp_path / "p.csv", [["患者ID", "試験番号"], ["9", "HS2021-001"]])
    with pytest.raises(InputError, match="study.preceding_study"):
        read_participants(path, "HS2022-005", "ja")


def test_participants_without_a_row(tmp_path):
    path = write_table(tmp_path / "p.csv", [["患者ID", "試験番号"]])
    with pytest.raises(InputError, match="1 行もありません"):
        read_participants(path, "HS2022-005", "ja")


def test_a_study_that_is_a_formula_is_not_another_study(tmp_path):
    rows = [["患者ID", "試験番号"], ["1", "HS2022-005"], ["2", "=A1"], ["3", "#N/A"]]
    with pytest.raises(InputError) as caught:
        read_participants(write_table(tmp_path / "p.xlsx", rows), "HS2022-005", "ja")
    first, second = caught.value.problems
    assert "行 3 列「試験番号」" in first and "計算結果" in first
    assert "行 4 列「試験番号」" in second and "エラー値" in second


def test_missing_column_names_the_headers(tmp_path):
    path = write_table(tmp_path / "p.csv", [["患者ID", "番号"], ["9", "HS2022-005"]])
    with pytest.raises(InputError, match=r"患者ID, 番号.*試験番号"):
        read_participants(path, "HS2022-005", "ja")


def test_complete_opt_outs(tmp_path):
    rows = [
        OPT_OUT,
        ["00012", "2024-01-05", "本人", "", "", "電話"],
        ["１３", "2024年1月6日", "代諾者", "亡くなっている場合", "祖父母", ""],
        ["14", "2024/1/7", "proxy", "②", "cohabiting relative", ""],
    ]
    own, deceased, judgement = read_opt_out(write_table(tmp_path / "o.xlsx", rows), "ja")
    assert (own.row, own.subject, own.by, own.received) == (2, "12", "self", date(2024, 1, 5))
    assert (deceased.subject, deceased.ground, deceased.relation) == (
        "13",
        "deceased",
        "grandparent",
    )
    assert (judgement.ground, judgement.relation) == ("lacks_judgement", "cohabiting_relative")
    assert own.problems == deceased.problems == judgement.problems == []


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (["12", "", "本人", "", ""], ["申出日"]),
        (["12", "R6.1.5", "本人", "", ""], ["申出日"]),
        (["12", "2024-01-05", "", "", ""], ["申出者"]),
        (["12", "2024-01-05", "友人", "", ""], ["申出者"]),
        (["12", "2024-01-05", "代諾者", "", ""], ["理由", "続柄"]),
        (["12", "2024-01-05", "代諾者", "多忙", "友人"], ["理由", "続柄"]),
        (["12", "2024-01-05", "本人", "", "配偶者"], ["続柄"]),
        (["12", "", "", "", ""], ["申出日", "申出者"]),
    ],
)
def test_incomplete_entry_still_excludes(tmp_path, row, columns):
    (entry,) = read_opt_out(write_table(tmp_path / "o.csv", [OPT_OUT, [*row, ""]]), "ja")
    assert entry.subject == "12"
    said = [problem.in_words(*warning_texts("ja")) for problem in entry.problems]
    assert [p.split(":")[0] for p in said] == [f"列「{c}」" for c in columns]
    for problems in (said, map(str, entry.problems)):
        assert not any("友人" in p or "多忙" in p or "12" in p for p in problems)


def test_opt_out_list_of_ids_alone(tmp_path):
    path = write_table(tmp_path / "o.csv", [["患者ID"], ["12"]])
    (entry,) = read_opt_out(path, "en", ids_only=True)
    assert entry.subject == "12" and len(entry.problems) == 2


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (["患者ID", "検査日", "BSI(%)", "Hotspot数"], "export.csv"),
        (["患者ID", "試験番号"], "participants.xlsx"),
        (["患者ID", "理由", "続柄", "備考"], "list.csv"),
        (["patient_id"], "ids.csv"),
    ],
)
def test_a_table_that_does_not_say_who_declined_when_is_no_list(tmp_path, header, name):
    path = write_table(tmp_path / name, [header, ["00471936", *[""] * (len(header) - 1)]])
    for language, said in (("ja", "申出日.*申出者.*ids_only: true"), ("en", "ids_only: true")):
        with pytest.raises(InputError, match=said) as caught:
            read_opt_out(path, language)
        assert "471936" not in str(caught.value)


@pytest.mark.parametrize("column", ["申出日", "受付日", "申出者", "by"])
def test_one_of_the_two_columns_is_enough_though_it_is_blank(tmp_path, column):
    (entry,) = read_opt_out(write_table(tmp_path / "o.csv", [["患者ID", column], ["12", ""]]), "ja")
    assert entry.subject == "12" and entry.problems


def test_a_list_of_more_rows_than_anybody_declines_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bonescint.tables.lists.MOST_OPT_OUTS", 3)
    rows = [[str(n), "", "", "", "", ""] for n in range(10, 14)]
    with pytest.raises(InputError, match="4 rows.*at most 3"):
        read_opt_out(write_table(tmp_path / "o.csv", [OPT_OUT, *rows]), "en")
    assert len(read_opt_out(write_table(tmp_path / "o.csv", [OPT_OUT, *rows[1:]]), "en")) == 3


def test_empty_opt_out_list(tmp_path):
    assert read_opt_out(write_table(tmp_path / "o.csv", [OPT_OUT]), "ja") == []


@pytest.mark.parametrize("typed", ["", " ", "−", "1.23457E+11", "####"])
def test_unusable_id_stops(tmp_path, typed):
    rows = [OPT_OUT, ["12", "2024-01-05", "本人", "", "", ""], [typed, "", "", "", "", "電話"]]
    with pytest.raises(InputError, match="行 3 列「患者ID」"):
        read_opt_out(write_table(tmp_path / "o.csv", rows), "ja")


def test_entry_on_another_sheet_stops(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(OPT_OUT)
    book.create_sheet("2024年度").append(["00012"])
    book.save(tmp_path / "o.xlsx")
    with pytest.raises(InputError, match="ほかの 1 枚のシート"):
        read_opt_out(tmp_path / "o.xlsx", "ja")


def test_tracer_calendar(tmp_path):
    rows = [["検査日", "薬剤"], [date(2019, 6, 3), "99mTc-MDP"], ["2019/6/10", "ＨＭＤＰ"]]
    found = read_tracer_calendar(write_table(tmp_path / "c.xlsx", rows), "ja")
    assert found == {date(2019, 6, 3): "MDP", date(2019, 6, 10): "HMDP"}


def test_tracer_calendar_faults(tmp_path):
    rows = [
        ["date", "tracer"],
        ["2019-06-03", "MDP"],
        ["2019-06-03", "HMDP"],
        ["June", "MDP"],
        ["2019-06-05", "FDG"],
    ]
    with pytest.raises(InputError) as caught:
        read_tracer_calendar(write_table(tmp_path / "c.csv", rows), "en")
    assert [p.split(" ")[3] for p in caught.value.problems] == ["3", "4", "5"]


WINDOW = ("2019-06-01", "2019-09-30")


@pytest.mark.parametrize("name", ["e.xlsx", "e.csv"])
def test_exam_dates(tmp_path, name, caplog):
    rows = [["PatientID", "日付"], ["00012", date(2019, 7, 1)], ["１３", "2019年7月2日"]]
    rows += [["0012", "20190701"]]  # the same is said twice
    with caplog.at_level(logging.INFO):
        found = read_exam_dates(write_table(tmp_path / name, rows), WINDOW, "ja")
    assert found == {"12": (2, date(2019, 7, 1)), "13": (3, date(2019, 7, 2))}
    assert "exams of 2 patients" in caplog.text


def test_exam_dates_in_the_encoding_of_excel(tmp_path):
    (tmp_path / "e.csv").write_bytes("患者番号\t検査日\n７７\t2019-07-01\n".encode("cp932"))
    assert read_exam_dates(tmp_path / "e.csv", WINDOW, "ja") == {"77": (2, date(2019, 7, 1))}


def test_exam_dates_faults_all_at_once(tmp_path):
    days = {"1": {date(2019, 7, 1), date(2019, 7, 9)}, "2": {date(2019, 7, 1)}}
    rows = [
        ["patient_id", "exam_date"],
        ["", "2019-07-01"],
        ["1E+11", "2019-07-01"],
        ["1", "2019-07-01"],
        ["01", "2019-07-09"],
        ["2", "2019-07-02"],
        ["3", "2019-05-31"],
        ["4", ""],
        ["5", "令和元年7月1日"],
        ["6", "2019-07-01"],
    ]
    odd: list[dict[str, str]] = []
    with pytest.raises(InputError) as caught:
        read_exam_dates(write_table(tmp_path / "e.csv", rows), WINDOW, "en", odd, days)
    told = [p.split('" ', 1)[1].split(" ")[1] for p in caught.value.problems]
    assert told == ["2", "3", "5", "6", "7", "8", "9"]
    assert all("[R2]" in problem for problem in caught.value.problems)


def test_a_calendar_names_the_tracers_of_the_study(tmp_path):
    table = write_table(tmp_path / "c.csv", [["検査日", "薬剤"], ["2019-06-03", "ＦＤＧ"]])
    found = read_tracer_calendar(table, "ja", tracers=["FDG", "HMDP"])
    assert found == {date(2019, 6, 3): "FDG"}
    with pytest.raises(InputError, match="MDP"):
        read_tracer_calendar(table, "ja")
