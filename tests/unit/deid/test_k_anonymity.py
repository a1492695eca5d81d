"""k by combination compared with counting; which patients are unique; edge cohorts."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.declared import columns
from bonescint.deid.k_anonymity import ATTRIBUTES, assess
from bonescint.deid.verdicts import phrases
from bonescint.files import Row
from bonescint.resources import Texts
from bonescint.warnings import value_in_words

CASE = {
    "sex": "F",
    "age": "71",
    "study_date": "2019-07-01",
    "height_cm": "155.3",
    "weight_kg": "51.2",
}


def people(*changes: dict[str, str]) -> list[Row]:
    return [{"code": f"BS-{i}"} | CASE | change for i, change in enumerate(changes)]


def by_attributes(cases: list[Row]) -> dict[str, dict[str, object]]:
    return {str(row["attributes"]): row for row in assess(cases, cases[0])[0]}


def reasons(cases: list[Row]) -> list[tuple[object, object]]:
    return [(row["code"], row["attributes"]) for row in assess(cases, CASE)[1]]


def test_nobody_differs() -> None:
    rows, unique = assess(people({}, {}, {}), CASE)
    assert unique == []
    for row in rows:
        assert list(row) == list(columns("k_anonymity"))
        assert (row["n"], row["k"], row["classes"], row["unique"]) == (3, 3, 1, 0)
        assert row["share"] == "0.0000"


def test_no_case_and_one_case() -> None:
    rows, unique = assess(people(), CASE)
    assert unique == []
    assert {(row["n"], row["k"], row["unique"], row["share"]) for row in rows} == {
        (0, None, 0, None)
    }
    rows, unique = assess(people({}), CASE)
    assert {(row["n"], row["k"], row["unique"], row["share"]) for row in rows} == {
        (1, 1, 1, "1.0000")
    }
    assert [list(row) for row in unique] == [list(columns("unique_cases"))] * 5


def test_the_least_that_singles_a_case_out_is_named() -> None:
    # the first is unique by age; the second only by height with weight
    cases = people(
        {"age": "90"},
        {"height_cm": "160", "weight_kg": "60"},
        *[{"height_cm": "160"}, {"weight_kg": "60"}, {}] * 2,
    )
    assert reasons(cases) == [("BS-0", "age"), ("BS-1", "height_cm+weight_kg")]
    found = by_attributes(cases)
    assert (found["age"]["k"], found["age"]["unique"]) == (1, 1)
    assert found["age"]["share"] == "0.1250"
    # pairs with age and the full set single the first out too
    assert found["sex+age"]["unique"] == 1
    assert found["+".join(CASE)]["unique"] == 2


def test_all_together_are_named_only_where_no_pair_is() -> None:
    # age, height and weight in two values each, every combination once: pairs leave two together
    values = [("70", "150", "50"), ("80", "160", "60")]
    cases = people(
        *(
            {"age": values[a][0], "height_cm": values[h][1], "weight_kg": values[w][2]}
            for a in (0, 1)
            for h in (0, 1)
            for w in (0, 1)
        )
    )
    assert reasons(cases) == [(f"BS-{i}", "+".join(CASE)) for i in range(8)]


def test_numbers_count_in_whole_units_and_a_missing_one_is_a_value() -> None:
    found = by_attributes(
        people({"height_cm": "155.5"}, {"height_cm": "156"}, {"height_cm": ""}, {"height_cm": ""})
    )
    assert (found["height_cm"]["classes"], found["height_cm"]["k"]) == (2, 2)
    assert by_attributes(people({"age": ""}, {"age": "0"}))["age"]["unique"] == 2


@pytest.mark.parametrize(
    "coarser, one, other, apart",
    [
        ("age/5", {"age": "70"}, {"age": "74"}, {"age": "75"}),
        ("age/10", {"age": "70"}, {"age": "79"}, {"age": "80"}),
        (
            "study_date/month",
            {"study_date": "2019-07-01"},
            {"study_date": "2019-07-31"},
            {"study_date": "2019-08-01"},
        ),
        ("height_cm/5", {"height_cm": "154.6"}, {"height_cm": "159.4"}, {"height_cm": "160"}),
        ("weight_kg/10", {"weight_kg": "50"}, {"weight_kg": "59.4"}, {"weight_kg": "59.5"}),
    ],
)
def test_bands(
    coarser: str, one: dict[str, str], other: dict[str, str], apart: dict[str, str]
) -> None:
    first = next(name for name in by_attributes(people({})) if coarser in name.split("+"))
    assert by_attributes(people(one, other))[first]["k"] == 2
    assert by_attributes(people(one, apart))[first]["k"] == 1


def test_an_attribute_without_a_column_is_left_out_and_station_name_is_used_if_there() -> None:
    assert not any("station" in name for name in by_attributes(people({})))
    with_station = people({"station_name": "NM1"}, {"station_name": "NM2"})
    assert by_attributes(with_station)["station_name"]["unique"] == 2


def test_every_combination_has_words() -> None:
    cases = people({"station_name": "NM1"})
    for language in ("ja", "en"):
        text = Texts("deidentification", language)
        for name in by_attributes(cases):
            assert value_in_words(phrases(name), text)
    assert (
        value_in_words(phrases("sex+age/5"), Texts("deidentification", "ja"))
        == "性別・年齢 (5 歳幅)"
    )


values = st.fixed_dictionaries(
    {
        "sex": st.sampled_from(["F", ""]),
        "age": st.sampled_from(["", "69", "70", "71"]),
        "station_name": st.sampled_from(["NM1", "NM 1"]),
        "study_date": st.sampled_from(["2019-07-01", "2019-07-02", ""]),
        "height_cm": st.sampled_from(["150", "151", ""]),
        "weight_kg": st.sampled_from(["50", "51"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(values, max_size=25))
def test_counts_agree_with_counting(people: list[dict[str, str]]) -> None:
    rows, unique = assess([{"code": f"BS-{i:02}"} | person for i, person in enumerate(people)])
    alone: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] == "coarser":
            continue
        names = str(row["attributes"]).split("+")
        keys = [tuple(person[name] for name in names) for person in people]
        counts = Counter(keys)
        assert row["classes"] == len(counts)
        assert row["k"] == (min(counts.values()) if counts else None)
        assert row["unique"] == sum(n == 1 for n in counts.values())
        alone[str(row["attributes"])] = {
            f"BS-{i:02}" for i, key in enumerate(keys) if counts[key] == 1
        }
    # a patient who is unique is listed by the fewest attributes that show it
    assert {row["code"] for row in unique} == alone["+".join(ATTRIBUTES)]
    for row in unique:
        named = set(str(row["attributes"]).split("+"))
        assert row["code"] in alone[str(row["attributes"])]
        assert not any(
            row["code"] in codes and set(name.split("+")) < named for name, codes in alone.items()
        )
