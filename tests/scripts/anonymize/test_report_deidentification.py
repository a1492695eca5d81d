"""The verification report: every row of the hospital's table held against what was done."""

import csv
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts.anonymize.report_deidentification import report_deidentification

from bonescint.deid.report import OUTCOMES, RULES, count_rows, instance_rows, tag_rows
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.resources import RESOURCES
from bonescint.warning_words import warnings_in_words
from scripts.anonymize import report_deidentification as module

TABLE = RESOURCES / "tag_table.csv"
USUAL = {"code": "coded", "remove": "absent", "keep": "kept", "replace": "uid", "review": "removed"}
LINE = [
    "code",
    "status",
    "reason",
    "unlisted_attributes",
    "station_sha256",
    *(f"n_{rule}" for rule in RULES),
]
TAGS = ["tag", "keyword", "action", "outcome", "instances"]
OUTPUTS = (
    "tag_table", "rule_counts", "unlisted", "instances", "anonymity", "unique_cases", "warnings"
)  # fmt: skip
CASES = [
    "code", "batch", "tracer", "study_date", "sex", "age", "height_cm", "weight_kg", "views",
    "instances", "refused",
]  # fmt: skip


def outcomes(written: int, **other: str) -> list[dict[str, str]]:
    """Return what is usual for each row of the table; `other`: keyword -> the one outcome."""
    with TABLE.open(encoding="utf-8") as stream:
        return [
            {key: row[key] for key in TAGS[:3]}
            | {
                "outcome": other.get(row["keyword"], USUAL.get(row["action"], row["action"])),
                "instances": str(written),
            }
            for row in csv.DictReader(stream)
        ]


def line(code: str, status: str = "written", reason: str = "", **counts: int) -> dict[str, str]:
    numbers = {f"n_{rule}": str(counts.get(rule, 0)) for rule in RULES if status == "written"}
    said = {"code": code, "status": status, "reason": reason}
    return said | {"unlisted_attributes": "", "station_sha256": ""} | numbers


@pytest.fixture
def study(tmp_path: Path) -> dict[str, Any]:
    """Return the arguments for two batches: two cases with images, one refused as a whole."""
    batches = {
        "00": [
            line("BS-A", kept=30, removed_private=7)
            | {"unlisted_attributes": "ImageID ProtocolName"},
            line("BS-A", kept=31) | {"unlisted_attributes": "ProtocolName"},
        ],
        "01": [
            line("BS-B", kept=40),
            line("BS-B", "duplicate"),
            line("BS-B", "refused", "damaged"),
            line("BS-C", "refused", "damaged"),
        ],
    }
    for batch, lines in batches.items():
        write_rows(tmp_path / f"{batch}.csv", LINE, lines)
        written = sum(row["status"] == "written" for row in lines)
        write_rows(tmp_path / f"{batch}.tags.csv", TAGS, outcomes(written))
    known = {"study_date": "2019-07-01", "sex": "F", "age": "71", "height_cm": "", "weight_kg": ""}
    write_rows(
        tmp_path / "cases.csv",
        CASES,
        [
            {"code": "BS-A", "instances": 2} | known,
            {"code": "BS-B", "instances": 1} | known | {"age": "72"},
            {"code": "BS-C", "instances": 0},
        ],
    )
    return {
        "reports": [tmp_path / f"{batch}.csv" for batch in batches],
        "tags": [tmp_path / f"{batch}.tags.csv" for batch in batches],
        "cases": tmp_path / "cases.csv",
        "hospital_table": TABLE,
        "language": "ja",
    } | {name: tmp_path / "out" / f"{name}.csv" for name in OUTPUTS}


def test_the_whole(study: dict[str, Any]) -> None:
    report_deidentification(**study)
    table = {row["tag"]: row for row in read_rows(study["tag_table"])}
    assert len(table) == 29
    name = table["(0010,0010)"]
    assert (name["name_ja"], name["name_en"], name["type"]) == ("患者名", "Patient's Name", "2")
    assert (name["coded"], name["kept"], name["instances"]) == ("3", "0", "3")
    assert table["odd groups"]["name_en"] == "Private attributes (odd groups)"
    assert {row["verdict"] for row in table.values()} == {"as_asked"}
    counts = {row.pop("rule"): row for row in read_rows(study["rule_counts"])}
    assert list(counts) == list(RULES)
    assert list(counts["kept"].values()) == ["3", "101", "30", "31", "40"]
    assert list(counts["removed_private"].values()) == ["1", "7", "0", "0", "7"]
    assert [list(row.values()) for row in read_rows(study["instances"])] == [
        ["written", "", "3", "2"],
        ["duplicate", "", "1", "1"],
        ["refused", "damaged", "2", "2"],
    ]
    assert [list(row.values()) for row in read_rows(study["unlisted"])] == [
        ["(0018,1030)", "ProtocolName", "2"],
        ["(0054,0400)", "ImageID", "1"],
    ]
    # BS-C was given to nobody
    assert {row["n"] for row in read_rows(study["anonymity"])} == {"2"}
    assert [list(row.values()) for row in read_rows(study["unique_cases"])] == [
        ["BS-A", "single", "age"],
        ["BS-B", "single", "age"],
    ]
    warnings = warnings_in_words(read_rows(study["warnings"]), "ja")
    assert [(row["rule"], row["where"]) for row in warnings] == [
        ("R24", "年齢"),
        ("R24", "性別・年齢・検査日・身長・体重"),
    ]
    assert "2 例中 2 例" in warnings[0]["message"]


def test_same_input_same_bytes(study: dict[str, Any]) -> None:
    report_deidentification(**study)
    folder = study["warnings"].parent
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    report_deidentification(**study)
    assert first == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_nobody_and_nothing_written(study: dict[str, Any]) -> None:
    for path in study["reports"]:
        write_rows(path, LINE, [])
    for path in study["tags"]:
        write_rows(path, TAGS, [])
    write_rows(study["cases"], CASES, [])
    report_deidentification(**study)
    assert {row["instances"] for row in read_rows(study["tag_table"])} == {"0"}
    assert [row["status"] for row in read_rows(study["instances"])] == [
        "written", "duplicate", "refused",
    ]  # fmt: skip
    assert {row["median"] for row in read_rows(study["rule_counts"])} == {""}
    assert list(read_rows(study["warnings"])) == list(read_rows(study["unique_cases"])) == []


@pytest.mark.parametrize(
    "keyword, outcome",
    [
        ("PatientBirthDate", "kept"),
        ("InstitutionName", "emptied"),  # Type 3 goes (R19)
        ("PatientName", "absent"),  # R17
        ("PatientID", "removed"),
        ("StudyDescription", "kept"),  # R21
        ("SOPInstanceUID", "kept"),  # R20
        ("StudyInstanceUID", "emptied"),
        ("PatientAge", "dummy"),
        ("PatientComments", "kept_by_decision"),
        ("", "kept"),  # the group rows
    ],
)
def test_what_the_table_does_not_ask_for_stops_the_run(keyword: str, outcome: str) -> None:
    with pytest.raises(InputError) as mistake:
        tag_rows(TABLE, outcomes(4, **{keyword: outcome}), 4, "en")
    assert len(mistake.value.problems) == (1 if keyword else 2)
    assert f"{outcome} in 4 files" in mistake.value.problems[0]


def test_nothing_is_written_when_something_was_done_wrong(study: dict[str, Any]) -> None:
    write_rows(study["tags"][0], TAGS, outcomes(2, PatientBirthDate="kept"))
    with pytest.raises(InputError, match=r"\(0010,0030\) PatientBirthDate"):
        report_deidentification(**study)
    assert not study["tag_table"].exists()


@pytest.mark.parametrize(
    "keyword, outcome",
    [
        ("PatientBirthDate", "emptied"),
        ("PatientBirthDate", "removed"),  # nested, in no module
        ("PatientSex", "vocabulary"),
        ("StationName", "absent"),
        ("", "kept_by_decision"),
    ],
)
def test_what_the_table_leaves_open_is_as_asked(keyword: str, outcome: str) -> None:
    rows = tag_rows(TABLE, outcomes(4, **{keyword: outcome}), 4, "en")
    assert {row["verdict"] for row in rows} == {"as_asked"}


def test_a_malformed_value_and_a_recorded_decision_are_warned_of(study: dict[str, Any]) -> None:
    write_rows(study["tags"][1], TAGS, outcomes(1, PatientAge="removed"))
    write_rows(study["tags"][0], TAGS, [
        row | {"outcome": "kept_by_decision"} if row["tag"] == "odd groups" else row
        for row in outcomes(2)
    ])  # fmt: skip
    report_deidentification(**study)
    age = next(r for r in read_rows(study["tag_table"]) if r["keyword"] == "PatientAge")
    assert (age["kept"], age["removed"], age["verdict"]) == ("2", "1", "stricter")
    found = warnings_in_words(read_rows(study["warnings"]), "ja")
    warnings = [(row["rule"], row["where"]) for row in found]
    assert warnings[:2] == [("R18", "(0010,1010)"), ("R22, R23", "odd groups")]


def test_an_instance_unaccounted_for_stops_the_run(study: dict[str, Any]) -> None:
    write_rows(study["tags"][1], TAGS, outcomes(1)[1:])
    with pytest.raises(InputError) as mistake:
        report_deidentification(**study)
    assert len(mistake.value.problems) == 1
    assert "(0010,0010)" in mistake.value.problems[0]


def test_another_table_than_the_one_applied_stops_the_run(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    text = TABLE.read_text(encoding="utf-8").replace(
        "PatientAge,患者の年齢,keep", "PatientAge,,remove"
    )
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="PatientAge"):
        tag_rows(table, outcomes(4), 4, "ja")


@given(st.data())
def test_the_verdict_does_not_depend_on_how_outcomes_are_spread(data: st.DataObject) -> None:
    """Any split of the files over batches and outcomes gives the same sums, or the same mistake."""
    rows = outcomes(0)
    target = data.draw(st.sampled_from(rows))
    done = data.draw(st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=6))
    spread = [target | {"outcome": outcome, "instances": "1"} for outcome in done]
    spread += [row | {"instances": "1"} for row in rows if row is not target for _ in done]

    def verdict(order: list[dict[str, str]]) -> object:
        try:
            return tag_rows(TABLE, order, len(done), "en")
        except InputError as mistake:
            return mistake.problems

    found = verdict(spread)
    assert found == verdict(data.draw(st.permutations(spread)))
    if target["action"] in ("remove", "review") and "kept" in done:
        assert isinstance(found, list) and any(target["tag"] in str(text) for text in found)
        assert all(isinstance(text, str) for text in found)


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(0, 5))
def test_counts_lie_between_their_extremes(kept: list[int], refused: int) -> None:
    lines = [line(f"BS-{i}", kept=n) for i, n in enumerate(kept)]
    lines += [line("BS-R", "refused", "damaged") for _ in range(refused)]
    row = count_rows(lines)[0]
    assert (row["total"], row["files"]) == (sum(kept), sum(n > 0 for n in kept))
    if kept:
        assert int(str(row["min"])) <= float(str(row["median"])) <= int(str(row["max"]))
    statuses = instance_rows(lines)
    assert sum(int(str(status["instances"])) for status in statuses) == len(lines)


def test_adapter(study: dict[str, Any], tmp_path: Path) -> None:
    snakemake = SimpleNamespace(
        input=SimpleNamespace(**{k: study[k] for k in ("reports", "tags", "cases")}),
        output=SimpleNamespace(**{name: study[name] for name in OUTPUTS}),
        params=SimpleNamespace(hospital_table=study["hospital_table"], language="en"),
        log=[str(tmp_path / "log")],
    )
    runpy.run_path(module.__file__, init_globals={"snakemake": snakemake}, run_name="__main__")
    assert all(study[name].exists() for name in OUTPUTS)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "3 instances written" in log


def test_a_station_name_that_waits_for_a_decision_is_warned_of_once(study: dict[str, Any]) -> None:
    digest = "ab" * 32
    waiting = {"station_sha256": digest}
    lines = [line(f"BS-{n}", "refused", "residual-identifier") | waiting for n in range(3)]
    write_rows(study["reports"][0], LINE, lines)
    write_rows(study["tags"][0], TAGS, [])
    report_deidentification(**study)
    for language in ("ja", "en"):
        words = warnings_in_words(read_rows(study["warnings"]), language)
        (found,) = [row for row in words if digest in row["message"]]
        assert f"station\t{digest}\trelease\tREVIEWER\tDATE" in found["message"]
        assert (found["where"], found["rule"]) == ("(0008,1010)", "R18, R24")
        assert "3 " in found["message"]
