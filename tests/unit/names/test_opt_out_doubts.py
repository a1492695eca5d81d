"""Patients with the name and birth date of one who declined, and patients who only seem to."""

import pytest

from bonescint.names.doubts import OptOutDoubt, PersonalData, opt_out_doubts

NAME, BORN = "TANIGUCHI^YU=谷口^優=タニグチ^ユウ", "19530405"


def found(*others: tuple[str, str, str], declined: tuple[str, ...] = (NAME, BORN)) -> set[str]:
    gone = [PersonalData("1", *declined)]
    doubts = opt_out_doubts(gone, [PersonalData(*other) for other in others])
    assert all(doubt.declined == "1" for doubt in doubts)
    return {f"{doubt.subject} {doubt.birth}" for doubt in doubts}


@pytest.mark.parametrize(
    "name",
    ["taniguchi yu", "Yu Taniguchi", "TANIGUTI^YUU", "MS TANIGUCHI YU", "谷口 優 様", "谷口優様",
     "=谷口^優", "ﾀﾆｸﾞﾁ ﾕｳ", "たにぐち ゆう", "TANIGUCHIYU", "ＴＡＮＩＧＵＣＨＩ，ＹＵ",
     "TANIGUCHI^YU MARIE"],
)  # fmt: skip
@pytest.mark.parametrize("birth", ["19530405", "1953.04.05", "1953/04/05", " 1953-04-05\0"])
def test_one_name_and_birth_date_in_any_spelling(name: str, birth: str) -> None:
    assert found(("2", name, birth)) == {"2 same"}
    assert found(("2", NAME, BORN), declined=(name, birth)) == {"2 same"}


@pytest.mark.parametrize(
    ("name", "birth"),
    [(NAME, "19530406"), ("TANIGUCHI^YUKI", BORN), ("谷口^優子", BORN), ("TANIGUCHI", BORN),
     ("MORI^YU", BORN), ("", BORN), ("", ""), ("UNKNOWN", "")],
)  # fmt: skip
def test_namesakes_and_who_shares_a_birthday_are_others(name: str, birth: str) -> None:
    assert found(("2", name, birth)) == set()


@pytest.mark.parametrize("birth", ["", "19000101", "S28.13.45", "昭和28年", "11111111", "99991231"])
def test_an_unknown_birth_date_is_no_other_one(birth: str) -> None:
    assert found(("2", NAME, birth)) == {"2 unknown"}
    assert found(("2", NAME, BORN), declined=(NAME, birth)) == {"2 unknown"}
    assert found(("2", NAME, birth), declined=(NAME, "")) == {"2 unknown"}
    # a header with the birth date counts for one without it
    assert found(("2", NAME, birth), ("2", NAME, "19600101")) == set()


@pytest.mark.parametrize("birth", ["S28.04.05", "昭和28年4月5日", "1953/4/5", "05041953"])
def test_a_birth_date_that_is_no_da_is_known(birth: str) -> None:
    assert found(("2", NAME, birth)) == {"2 same"}
    assert found(("2", NAME, birth), declined=(NAME, "19600101")) == set()


def test_all_headers_of_a_patient_count() -> None:
    assert found(("2", "MORI^EMI", BORN), ("2", NAME, "19600101")) == {"2 same"}
    gone = [PersonalData("1", "SATO^AKI", BORN), PersonalData("1", NAME, "")]
    others = [PersonalData(n, NAME, BORN) for n in "32"]
    doubts = opt_out_doubts([*gone, PersonalData("4", NAME, BORN)], others)
    assert [(d.subject, d.declined) for d in doubts] == [
        ("2", "1"), ("2", "4"), ("3", "1"), ("3", "4"),
    ]  # fmt: skip
    assert len({doubt.payload for doubt in doubts}) == 4


def test_nobody_declined() -> None:
    assert opt_out_doubts([], [PersonalData("2", NAME, "")]) == []
    assert OptOutDoubt("1", "23", "same").payload != OptOutDoubt("12", "3", "same").payload
