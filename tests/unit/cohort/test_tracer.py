"""Which tracer an exam had: never a default; and weeks that break the alternation."""

from datetime import date

import pytest

from bonescint.cohort.tracer import decide_tracer, off_weeks


def row(subject: str = "1", study_date: str = "20190603", tracer: str = "MDP") -> dict[str, str]:
    return {"subject": subject, "study_date": study_date, "tracer": tracer}


@pytest.mark.parametrize(
    ("headers", "listed", "tracer"),
    [
        (["MDP", "MDP"], None, "MDP"),
        (["MDP", "unknown"], None, "MDP"),
        (["MDP", "HMDP"], None, "conflict"),
        (["conflict"], None, "conflict"),
        (["unknown"], None, "unknown"),
        (["other"], None, "other"),
        (["unknown"], "HMDP", "HMDP"),
        (["MDP", "HMDP"], "HMDP", "HMDP"),
        (["MDP"], "HMDP", "conflict"),
        (["other"], "MDP", "conflict"),
    ],
)
def test_tracer_is_never_a_default(headers: list[str], listed: str | None, tracer: str) -> None:
    calendar = {date(2019, 6, 3): listed} if listed else {}
    assert decide_tracer([row(tracer=t) for t in headers], calendar) == tracer


def test_weeks_that_break_the_alternation() -> None:
    week = {23: "20190603", 24: "20190610", 25: "20190617", 26: "20190624"}
    rows = [row(str(n), day, "MDP" if n % 2 else "HMDP") for n, day in week.items()]
    assert off_weeks(rows) == []
    assert off_weeks([*rows, row("x", "20190604", "HMDP")]) == [("2019-W23", "HMDP", 1)]
    # one exam, however its date is spelt
    assert off_weeks([row(), row(study_date="2019-06-03")]) == off_weeks([row()])


def test_one_tracer_alternates_with_nothing_and_two_others_by_their_order() -> None:
    fdg = [row(str(day), f"201906{day:02}", "FDG") for day in (3, 10, 17)]
    assert off_weeks(fdg, ["FDG"]) == []
    naf = row("x", "20190617", "NaF")
    assert off_weeks([fdg[0], naf, row("y", "20190610", "NaF")], ["FDG", "NaF"]) == [
        ("2019-W25", "NaF", 1)
    ]
