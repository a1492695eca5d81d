import pytest

from bonescint.files import read_rows
from tests.scripts.study_tables import Study, notes


def answered(tmp_path):
    study = Study(tmp_path)
    study.count = {code: i % 12 for i, code in enumerate(study.truth)}
    study.results["bonenavi"] = {c: (1.0, study.count[c]) for c in study.results["bonenavi"]}
    rows = study.answer("hotspot_count")
    return study, {(row.subject, row.measure): row for row in rows}, rows


def test_the_power_of_counts_in_proportion_is_near_one(tmp_path):
    _, found, _ = answered(tmp_path)
    power = found["bonenavi", "count_power"]
    assert power.estimate == pytest.approx(1.2, abs=0.2)  # 0 is read as 1 on log(1 + count)
    fitted, seen = notes(power)["fitted_seen"].rpartition(" 11:")[2].split("/")
    assert (float(fitted), seen) == (pytest.approx(11, rel=0.15), "11")
    assert ("bonenavi", "rate_ratio") not in found


def test_what_was_fitted_stands_beside_what_was_seen(tmp_path):
    study, found, _ = answered(tmp_path)
    table = list(read_rows(tmp_path / "hotspot_count.hotspot_fit.csv"))
    rows = [row for row in table if row["software"] == "bonenavi"]
    assert [row["read"] for row in rows] == [str(n) for n in range(12)]
    assert [row["seen"] for row in rows] == [str(n) for n in range(12)]
    beside = notes(found["bonenavi", "count_power"])["fitted_seen"].split(" ")
    assert beside == [
        f"{n}:{float(rows[n]['fitted']):.4g}/{rows[n]['seen']}" for n in (0, 1, 5, 11)
    ]
    assert {row["n"] for row in rows} == {"1"}
    assert {row["metric"] for row in table} == {"hotspots"}
    assert {row["software"] for row in table} == set(study.results)


def test_counts_that_agree_do_not_show_the_same_lesions(tmp_path):
    _, _, rows = answered(tmp_path)
    said = {row.measure for row in rows if "same_lesions" in notes(row)}
    assert said == {"lin_ccc", "count_agreement"}
