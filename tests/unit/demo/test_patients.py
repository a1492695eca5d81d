"""The synthetic women: true BSI, lesions, kinds, tracer weeks."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.demo.anatomy import compartment_volumes, regions, skeleton_mass
from bonescint.demo.lesions import (
    bone_scan_index,
    sample_count,
    sample_metastases,
    true_bsi,
)
from bonescint.demo.patients import LEFT_OUT, sample_patients, tracer_of_week
from bonescint.demo.shapes import Ellipsoid, Tube
from bonescint.names.ids import normalise

WINDOW = {"exam_from": "2019-06-01", "exam_to": "2019-09-30"}


def _cohort(women: int = 50, seed: int = 20190601) -> list:
    demo = {"seed": seed, "women_per_tracer": women, "with_findings": women}
    return sample_patients(demo, WINDOW)


def test_bone_scan_index_by_hand() -> None:
    # 5 of 100 mm3 of a compartment of 8.3 % and 50 of 200 mm3 of one of 4.4 %: 0.415 + 1.1
    found = bone_scan_index(
        [("spine", 5.0), ("ribs", 20.0), ("ribs", 30.0)],
        {"spine": 100.0, "ribs": 200.0},
        {"spine": 8.3, "ribs": 4.4},
    )
    assert found == pytest.approx(1.515)
    assert bone_scan_index([], {}, {}) == 0


def test_the_whole_skeleton_is_all_of_its_mass() -> None:
    volumes = compartment_volumes()
    assert volumes.keys() == skeleton_mass().keys() and min(volumes.values()) > 0
    assert bone_scan_index(volumes.items(), volumes, skeleton_mass()) == pytest.approx(100.1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_metastases_lie_in_bone_apart_from_one_another(seed: int, count: int) -> None:
    lesions = sample_metastases(np.random.default_rng(seed), count)
    assert 1 <= len(lesions) <= count
    for lesion in lesions:
        hosts = [s for s in regions()[lesion.region].shapes if s.label == lesion.label]
        assert any(lesion.shape.volume < host.volume for host in hosts)
    pieces = [le.shape for le in lesions if isinstance(le.shape, Tube)]
    for one, two in combinations(pieces, 2):
        gap = np.linalg.norm(np.subtract(one.points[-1], two.points[0]))
        assert one.label != two.label or one.points != two.points
        assert gap > 0
    blobs = [le.shape.centre for le in lesions if isinstance(le.shape, Ellipsoid)]
    assert len(set(blobs)) == len(blobs)
    assert true_bsi(lesions) == pytest.approx(sum(true_bsi([le]) for le in lesions))


def test_burden_is_that_of_print() -> None:
    rng = np.random.default_rng(11)
    counts = np.array([sample_count(rng) for _ in range(600)])
    burdens = np.array([true_bsi(sample_metastases(rng, int(n))) for n in counts])
    assert 10.5 < counts.mean() < 14.5 and 11 < counts.std() < 17  # print: 12.9 +- 15.6
    assert 1.1 < burdens.mean() < 1.9 and 1.4 < burdens.std() < 2.8  # print: 1.5 +- 2.1


def test_the_study_and_every_kind_left_out() -> None:
    patients = _cohort()
    assert Counter(p.kind for p in patients) == {"study": 100, **LEFT_OUT}
    study = [p for p in patients if p.kind == "study"]
    assert Counter(p.tracer for p in study) == {"MDP": 50, "HMDP": 50}
    assert sum(bool(p.metastases) for p in study) == 50
    assert all(p.sex == "F" and "2019-06-01" <= p.exam.isoformat() <= "2019-09-30" for p in study)
    assert {p.sex for p in patients if p.kind == "man"} == {"M"}
    # both vendors with both tracers, every way of writing text
    assert len({(p.vendor, p.tracer) for p in study}) == 4
    assert len({(p.charset, p.implicit) for p in study}) >= 6
    assert {"early", "spect", "capture", "duplicate"} == {e for p in patients for e in p.extras}


@pytest.mark.parametrize("seed", [1, 2])
def test_exams_follow_the_tracer_weeks_and_avoid_weekends(seed: int) -> None:
    for patient in _cohort(seed=seed):
        assert patient.exam.weekday() < 5
        inside = "2019-06-01" <= patient.exam.isoformat() <= "2019-09-30"
        assert inside == (patient.kind not in ("before_window", "after_window"))
        if patient.tracer != "PYP":
            assert patient.tracer == tracer_of_week(patient.exam)
        assert 25 <= patient.age <= 95


def test_ids_are_distinct_even_without_their_zeros() -> None:
    ids = [p.patient_id for p in _cohort()]
    assert all(len(pid) == 8 and pid.isdecimal() for pid in ids)
    assert len({normalise(pid) for pid in ids}) == len(ids)
    assert 10 < sum(pid.startswith("0") for pid in ids) < 40


def test_names_fit_a_dicom_value_and_the_cohort_may_grow() -> None:
    patients = _cohort(women=150)
    assert len(patients) == 330
    names = [p.name for p in _cohort()]
    assert len(set(names)) == len(names)
    for name in names:
        assert len("=".join(name).encode("iso2022_jp_ext")) <= 64
