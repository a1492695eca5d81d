"""The model of software and readers: shape of the results, published accuracies, agreement."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest

from bonescint.demo.patients import Patient, sample_patients
from bonescint.demo.results import SOFTWARE, Measured, read_scans, run_software

WINDOW = {"exam_from": "2019-06-01", "exam_to": "2019-09-30"}
SEED = 7


@cache
def _cohort(women: int) -> tuple[Patient, ...]:
    demo = {"seed": SEED, "women_per_tracer": women, "with_findings": women}
    return tuple(sample_patients(demo, WINDOW))


def _auc(rows: list[tuple[Patient, Measured]], value: str) -> float:
    ill = np.array([getattr(m, value) for p, m in rows if p.metastases], float)
    well = np.array([getattr(m, value) for p, m in rows if not p.metastases], float)
    return float(((ill[:, None] > well) + 0.5 * (ill[:, None] == well)).mean())


@pytest.mark.parametrize("software", SOFTWARE)
def test_rows_are_those_of_the_tracer_and_within_bounds(software: str) -> None:
    rows = run_software(_cohort(50), software, SEED)
    assert {p.tracer for p, _ in rows} == {SOFTWARE[software].tracer}
    assert {"opt_out_self", "man"} & {p.kind for p, _ in rows}  # the hospital exports everybody
    study = [(p, m) for p, m in rows if p.kind == "study"]
    assert len(study) == 50
    assert sum(m.status == "failed" for _, m in study) == SOFTWARE[software].failures
    for patient, result in rows:
        if result.status != "analysed":
            assert result == Measured(result.status)
            continue
        assert 0 <= result.bsi <= 100 and result.hotspots >= 0  # type: ignore[operator]
        assert (result.bsi == 0) == (result.hotspots == 0)
        assert (result.ann is not None) == (software == "bonenavi")
        assert patient.kind != "tracer_unknown"


def test_accuracy_in_the_large_is_that_of_print() -> None:
    cohort = _cohort(400)
    found = {
        name: [
            (p, m)
            for p, m in run_software(cohort, name, SEED)
            if p.kind == "study" and m.status == "analysed"
        ]
        for name in SOFTWARE
    }
    assert _auc(found["bonenavi"], "bsi") == pytest.approx(0.932, abs=0.03)
    # equal-variance normal scores through 77.3 / 73.9 and 79.1 / 86.7 %
    assert _auc(found["vsbone2"], "bsi") == pytest.approx(0.837, abs=0.045)
    assert _auc(found["vsbone3"], "bsi") == pytest.approx(0.913, abs=0.045)
    flagged = [m.ann >= 0.5 for p, m in found["bonenavi"] if p.metastases and m.ann is not None]
    assert np.mean(flagged) == pytest.approx(0.854, abs=0.06)
    # the versions see the same women
    two, three = ({p.index: m.bsi for p, m in found[name]} for name in ("vsbone2", "vsbone3"))
    both = sorted(two.keys() & three.keys())
    assert np.corrcoef([two[i] for i in both], [three[i] for i in both])[0, 1] > 0.85  # type: ignore[misc]


def test_readers_agree_as_readers_do() -> None:
    cohort = _cohort(400)
    reports = read_scans(cohort, SEED)
    calls = {
        name: {p.index: r.count > 0 for p, r in rows if p.kind == "study"}
        for name, rows in reports.items()
    }
    assert [len(c) for c in calls.values()] == [800, 800, 799]  # one case is unread by one reader
    common = sorted(set.intersection(*(set(c) for c in calls.values())))
    marks = np.array([[calls[name][i] for name in calls] for i in common])
    truth = np.array([bool(cohort[i].metastases) for i in common])
    assert ((marks.sum(axis=1) >= 2) == truth).all()  # R4: chosen by what they agreed on
    for i, j in combinations(range(3), 2):
        a, b = marks[:, i], marks[:, j]
        chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
        assert 0.65 < ((a == b).mean() - chance) / (1 - chance) < 0.92


def test_readings_are_consistent_in_themselves() -> None:
    cohort = _cohort(50)
    for rows in read_scans(cohort, SEED).values():
        assert any(r.eod is None for _, r in rows)
        for patient, reading in rows:
            if reading.eod is not None:
                floor = [0, 1, 6, 21, 21][reading.eod]
                ceiling = [0, 5, 20, 10**6, 10**6][reading.eod]
                assert floor <= reading.count <= ceiling
            for part in (*patient.name, patient.patient_id):
                assert part.replace("^", "") not in reading.findings
            assert reading.findings.endswith("。")
            assert not reading.findings.startswith(("に", "の", "、", "など", "をはじめ"))
