"""IDs and names that do not belong together, and some that only seem so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.declared import columns
from bonescint.names.doubts import identity_doubts


def row(subject: str, name: str, birth: str = "19480317") -> dict[str, str]:
    return {"subject": subject, "patient_name": name, "patient_birth_date": birth, "path": "x"}


def found(*rows: dict[str, str], language: str = "en") -> list[tuple[str, str]]:
    """Return the place of each doubt and what it begins with."""
    doubts = identity_doubts(rows, language)
    assert all(tuple(doubt) == columns("identity_doubts") for doubt in doubts)
    return [(doubt["where"], doubt["message"].partition(".")[0]) for doubt in doubts]


@pytest.mark.parametrize(
    "other",
    [
        "yamada^hanako",
        "YAMADA HANAKO",
        "Hanako Yamada",
        "Yamada, Hanako",
        "ＹＡＭＡＤＡ＾ＨＡＮＡＫＯ",
        "YAMADAHANAKO",
        "Yamada^Hanako^^Ms.",
        "X^Y=山田^花子",
        "=山田　花子",
        "==ヤマダ^ハナコ",
        "ﾔﾏﾀﾞ^ﾊﾅｺ",
        "やまだ はなこ",
        "",
    ],
)
def test_one_name_in_another_spelling_is_no_doubt(other: str) -> None:
    assert found(row("1", "Yamada^Hanako=山田^花子=やまだ^はなこ"), row("1", other)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ohno^Aki", "ONO^AKI"), ("Sato^Aki", "SATOH^AKI"), ("髙橋^花子", "高橋^花子"),
     ("タカハシ^ハナコ", "TAKAHASHI^HANAKO"), ("渡邊^花子", "渡辺^花子")],
)  # fmt: skip
def test_one_name_that_sounds_or_looks_alike_is_no_doubt(one: str, other: str) -> None:
    assert found(row("1", one), row("1", other)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Yamada^Hanako", "Yamada^Haruko"), ("山田^花子", "山本^花子"), ("ヤマダ^ハナ", "ヤマタ^ハナ"),
     ("Yamada^Hanako=山田^花子", "Suzuki^Hanako=鈴木^花子")],
)  # fmt: skip
def test_one_id_with_two_names(one: str, other: str) -> None:
    assert found(row("1", one), row("1", other), row("1", one)) == [
        ("1", "One patient ID has 2 names")
    ]


def test_a_third_spelling_unites_two() -> None:
    rows = [row("1", "Yamada^Hanako"), row("1", "=山田^花子"), row("1", "Yamada^Hanako=山田^花子")]
    assert found(*rows) == []
    assert len(found(*rows[:2])) == 1


def test_one_name_and_birth_date_with_two_ids() -> None:
    same = "One name and birth date have different patient IDs"
    assert found(row("2", "YAMADA^HANAKO"), row("1", "Hanako Yamada=山田^花子")) == [("1, 2", same)]
    # namesakes
    assert found(row("1", "Yamada^Hanako"), row("2", "Yamada^Hanako", "19500101")) == []


@pytest.mark.parametrize("missing", ["", "00000000", "19000101", "1948"])
def test_one_name_with_two_ids_where_a_birth_date_is_missing(missing: str) -> None:
    unknown = "One name has different patient IDs, and a birth date is missing"
    rows = row("1", "Yamada^Hanako"), row("2", "Yamada^Hanako", missing)
    assert found(*rows) == [("1, 2", unknown)]


def test_the_largest_group_is_named_once() -> None:
    rows = [row("1", "Sato^Yuko=佐藤^裕子"), row("2", "Sato^Yuko=佐藤^裕子"), row("3", "Sato^Yuko")]
    assert [where for where, _ in found(*rows)] == ["1, 2, 3"]


@pytest.mark.parametrize("name", ["", "ANONYMOUS", "removed", "^^", "\0"])
def test_what_is_no_name_tells_nothing(name: str) -> None:
    assert found(row("1", name), row("2", name), row("1", "Yamada^Hanako")) == []


def test_rows_of_the_index_have_no_subject_yet() -> None:
    rows = [
        {"patient_id": "00-12", "patient_name": "A^B", "patient_birth_date": ""},
        {"patient_id": "１２", "patient_name": "C^D", "patient_birth_date": ""},
        {"patient_id": "", "patient_name": "E^F", "patient_birth_date": ""},
        {"patient_id": "", "patient_name": "G^H", "patient_birth_date": ""},
    ]
    assert [where for where, _ in found(*rows)] == ["12"]


@given(st.data())
def test_order_and_repetition_do_not_matter_and_no_name_is_quoted(data: st.DataObject) -> None:
    names = st.sampled_from(
        ["Kondo^Aya", "AYA KONDO", "近藤^綾", "Kondo^Aya=近藤^綾", "Mori^Emi", ""]
    )
    births = st.sampled_from(["", "19480317", "19500101"])
    rows = data.draw(st.lists(st.builds(row, st.sampled_from("123"), names, births), max_size=12))
    doubts = identity_doubts(rows, "ja")
    assert identity_doubts(data.draw(st.permutations(rows + rows)), "ja") == doubts
    assert not any(part in str(doubts).lower() for part in ("kondo", "aya", "近藤", "mori", "emi"))
    assert all(set(doubt["where"].split(", ")) <= {r["subject"] for r in rows} for doubt in doubts)
