"""What each of the three studies finds, says and leaves alone."""

from collections import Counter
from pathlib import Path

import pydicom

from bonescint.files import read_rows
from tests.studies.said import page_lines, shown
from tests.workflow.runner import jobs, snakemake, started


def rows_of(study: Path, table: str) -> list[dict[str, str]]:
    return list(read_rows(study / "results" / f"{table}.csv"))


def test_three_versions_and_both_sexes(one_tracer_study: Path) -> None:
    cases = rows_of(one_tracer_study, "cases")
    assert Counter(row["sex"] for row in cases) == {"F": 8, "M": 7}
    assert {row["tracer"] for row in cases} == {"HMDP"}
    pairs = {
        (row["comparator"], row["subject"])
        for row in rows_of(one_tracer_study, "metrics/version_measurement")
    }
    assert pairs == {("old", "middle"), ("middle", "new"), ("old", "new")}
    report = "\n".join(page_lines(one_tracer_study / "results" / "report.html"))
    assert "The study includes patients of the preceding study HS2030-001" in report
    assert "“Case mix by tracer (different patients and tracers)” cannot be said" in report
    assert not (one_tracer_study / "results" / "metrics" / "case_mix.csv").exists()


def test_a_case_with_a_second_result_is_in_the_study(one_tracer_study: Path) -> None:
    cases = {row["code"] for row in rows_of(one_tracer_study, "cases")}
    operator = rows_of(one_tracer_study, "repeats/new_second_operator")
    again = rows_of(one_tracer_study, "second_readings/reader1_second_reading")
    # patients who declined stand in both tables, but in neither result
    assert {row["code"] for row in operator} == {row["code"] for row in again} == cases
    found = rows_of(one_tracer_study, "metrics/repeatability")
    assert {(row["subject"], row["comparator"]) for row in found} == {
        ("new", "second_operator"), ("reader1", "second_reading"),
    }  # fmt: skip
    read = sum(row["status"] == "read" for row in again)
    percent = next(row for row in found if row["metric"] == "metastasis")
    assert int(percent["n"]) == read < len(cases)
    assert f"not_read_by_all={len(cases) - read}" in percent["note"]
    said = [text for where, text in shown(one_tracer_study) if where == "Measurements"]
    assert any(text.startswith("In print (EXINI bone") for text in said)


def test_nothing_is_to_be_done_after_a_run(one_tracer_study: Path) -> None:
    said = snakemake(one_tracer_study, "-n")
    assert "Nothing to be done" in said and jobs(said) == {}


def test_another_organ(other_organ_study: Path) -> None:
    measurements = rows_of(other_organ_study, "measurements")
    assert {row["metric"] for row in measurements} == {"volume", "defects"}
    assert len(rows_of(other_organ_study, "cases")) == 14
    image = next((other_organ_study / "results" / "dicom").rglob("*.dcm"))
    assert pydicom.dcmread(image).StudyDescription == "SYNTHETIC LIVER SCAN"
    counted = rows_of(other_organ_study, "metrics/hotspot_count")
    assert {row["metric"] for row in counted} == {"defects"}
    assert not (other_organ_study / "results" / "metrics" / "bsi_eod.csv").exists()
    said = [text for _, text in shown(other_organ_study)]
    assert any("欠損の体積 (ml)" in text for text in said)
    assert any("肝シンチグラフィの自動解析ソフト" in text for text in said)
    assert any("EOD を付ける読影者がいないため、答えられません" in text for text in said)


def test_a_study_without_readers_only_measures(no_reader_study: Path, tmp_path: Path) -> None:
    assert len(rows_of(no_reader_study, "measurements")) == 24
    flow = [(row["step"], row["patients"]) for row in rows_of(no_reader_study, "metrics/flow")]
    assert flow[-1] == ("analysed:alone", "12")
    said = {where: text for where, text in shown(no_reader_study) if "答えられません" in text}
    assert said.keys() == {"report.html", "概要"}
    lines = page_lines(no_reader_study / "results" / "report.html")
    assert any("ソフトが読影と一致するかは、この研究に読影者がいないため" in one for one in lines)
    assert any("読影者がいないため参照標準なし" in text for _, text in shown(no_reader_study))
    drawn = {path.stem for path in (no_reader_study / "results" / "figures").iterdir()}
    assert drawn == {"flow", "montage"}
    page = tmp_path / "committee.html"
    started(no_reader_study, "bonescint.cli", "report", "committee", "--html", str(page))
    said = "\n".join(page_lines(page))
    assert "ALONE" in said and "先行研究" not in said
