"""The next delivery holds new and changed cases, and none that is left out."""

from dataclasses import replace
from pathlib import Path

import pytest

from bonescint.custody.deliveries import DETAILS, Delivery
from bonescint.custody.volumes import FOLDER, read_build
from bonescint.declared import columns
from bonescint.delivery.disc.layout import Case
from bonescint.delivery.plan import at_end, cases_of, plan, volume_faults
from bonescint.delivery.sheet import COLUMNS
from bonescint.files import write_rows
from tests.scripts.delivery.coded import CODES, coded_study
from tests.unit.custody.built import build

ONE, OTHER, THIRD = CODES
CASES = [
    Case(code, (), {"code": code}, digest * 64) for code, digest in zip(CODES, "abc", strict=True)
]


def delivery(number: int, *cases: Case, **more: object) -> Delivery:
    details = dict.fromkeys(DETAILS, "x")
    codes = [case.code for case in cases]
    digests = {case.code: case.digest for case in cases}
    found = Delivery(
        f"D-{number:03d}", **details, files=[], codes=codes, recalled={}, cases=digests
    )
    return replace(found, **more)  # type: ignore[arg-type]


def states(*deliveries: Delivery, **more: object) -> list[tuple[str, str, str]]:
    arguments = {"left_out": (), "stopped": (), "deliveries": deliveries} | more
    return [
        (one.state, one.delivery, one.replaces)
        for one in plan(CASES, **arguments)  # type: ignore[arg-type]
    ]


def test_everybody_is_new_at_first() -> None:
    assert states() == [("new", "D-001", "")] * 3
    assert states(left_out={ONE}, stopped={ONE, OTHER}) == [
        ("left-out", "", ""),
        ("stopped", "", ""),
        ("new", "D-001", ""),
    ]


def test_what_has_changed_replaces_the_last_delivery() -> None:
    changed = replace(CASES[1], digest="0" * 64)
    assert states(delivery(1, *CASES[:2]), delivery(2, changed)) == [
        ("delivered", "D-001", ""),
        ("replaces", "D-003", "D-002"),
        ("new", "D-003", ""),
    ]
    # as in the first delivery again, but the partner's last one differs
    assert states(delivery(1, CASES[1]), delivery(2, changed))[1][0] == "replaces"
    assert states(delivery(1, changed), delivery(2, CASES[1]))[1] == ("delivered", "D-002", "")


def test_all_again_replaces() -> None:
    assert states(delivery(1, *CASES), contents="all") == [("replaces", "D-002", "D-001")] * 3


def test_what_was_recalled_or_not_built_here_is_sent_again() -> None:
    assert states(delivery(1, *CASES, recalled={ONE: "2026-01-01"}))[0] == ("new", "D-002", "")
    assert states(delivery(1, *CASES, cases={}))[0] == ("replaces", "D-002", "D-001")


def test_a_stopped_patient_stays_in_former_deliveries() -> None:
    found = states(delivery(1, *CASES), stopped={OTHER}, contents="all")
    assert found[1] == ("stopped", "D-001", "")


def test_a_digest_covers_images_and_row(tmp_path: Path) -> None:
    coded_study(tmp_path)
    reports = sorted((tmp_path / "results/anonymization").glob("*.csv"))
    rows = [dict.fromkeys((field for field, _, _ in COLUMNS), "") | {"code": c} for c in CODES]
    before = cases_of(rows, reports)
    assert [len(case.images) for case in before] == [2, 2, 2]
    assert all(image.exists() for case in before for image in case.images)
    assert [c.digest for c in cases_of(rows, reversed(reports))] == [c.digest for c in before]
    rows[0]["findings"] = "x"
    text = reports[0].read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if f"{OTHER}_02" in line)
    digest = next(cell for cell in line.split(",") if len(cell) == 64)
    reports[0].write_text(text.replace(digest, "0" * 64), encoding="utf-8")
    changed = [a.digest != b.digest for a, b in zip(before, cases_of(rows, reports), strict=True)]
    assert changed == [True, True, False]


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a plan of two cases that were built."""
    monkeypatch.chdir(tmp_path)
    build((ONE, OTHER))
    return write_plan(("new", "1"), ("replaces", "1"), ("delivered", "2"))


def write_plan(*states: tuple[str, str]) -> Path:
    path = Path("results/hospital/planned.csv")
    write_rows(
        path,
        columns("planned"),
        (
            {"code": code, "state": state, "delivery": "D-001", "sha256": digit * 64}
            for code, (state, digit) in zip(CODES, states, strict=True)
        ),
    )
    return path


def test_the_volumes_are_what_was_planned(planned: Path) -> None:
    assert list(volume_faults(read_build(), planned, "en")) == []
    (line,) = at_end(read_build(), planned, "en")
    assert line.startswith("Delivery D-001 is ready") and "2 cases (1 for the first" in line
    (image,) = read_build().images
    image.write_bytes(image.read_bytes()[::-1])
    (said,) = volume_faults(read_build(), planned, "en")
    assert str(image) in said
    image.unlink()
    (said,) = volume_faults(read_build(), planned, "en")
    assert "is missing" in said


def test_another_plan_is_said(planned: Path) -> None:
    write_plan(("new", "1"), ("replaces", "3"), ("new", "2"))
    (said,) = volume_faults(read_build(FOLDER), planned, "en")
    assert OTHER in said and THIRD in said and ONE not in said
    assert list(at_end(read_build(), planned, "en")) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_new_is_said(planned: Path, language: str) -> None:
    write_plan(("delivered", "1"), ("left-out", "1"), ("stopped", "2"))
    assert list(volume_faults(read_build(), planned, language)) == []
    (line,) = at_end(read_build(), planned, language)
    assert "3" in line
