"""A model of what software and readers say about the phantom (docs/en/demonstration.md).

Nothing here comes from a product. The published sensitivities and specificities only determine the
noise around the phantom's true bone scan index and number of metastases.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from bonescint.demo.lesions import SUPERSCAN
from bonescint.demo.patients import Patient
from bonescint.special import expit, ndtri


@dataclass(frozen=True)
class Software:
    """One simulated version of one product.

    Parameters
    ----------
    product, version, tracer
        Its name, and the tracer of its scans (R6).
    sensitivity, specificity
        Chance that a patient with metastases is called positive (one without, negative).
    failures
        Number of the study's patients whose segmentation fails.
    bias
        Factor on the true bone scan index.
    ann
        Whether it gives an ANN value.
    """

    product: str
    version: str
    tracer: str
    sensitivity: float
    specificity: float
    failures: int
    bias: float
    ann: bool = False

    @property
    def label(self) -> str:
        """Name for tables and pictures."""
        return f"{self.product} {self.version} (simulated)"


# published values for women: VSBONE 2.1 77.3 / 73.9 %, 3.0 79.1 / 86.7 %; BoneNAVI 2 AUC .932. With
# two normal distributions of equal variance this AUC means 85.4 / 85.4 %. VSBONE 4.0 is invented.
SOFTWARE = {
    "bonenavi": Software("BoneNAVI", "2.1", "MDP", 0.854, 0.854, 1, 0.9, ann=True),
    "vsbone2": Software("VSBONE", "2.0", "HMDP", 0.773, 0.739, 3, 1.1),
    "vsbone3": Software("VSBONE", "3.0", "HMDP", 0.791, 0.867, 1, 0.95),
    "vsbone4": Software("VSBONE", "4.0", "HMDP", 0.83, 0.90, 1, 1.0),
}
_EXAM = attrgetter("exam", "patient_id")  # the order of exams
SHARED = 0.75  # variance of the noise that all software share, because they see the same image
LOG_BSI_MEAN, LOG_BSI_SD = -0.5, 1.5  # of the phantom's patients with metastases


@dataclass(frozen=True)
class Measured:
    """One row of an export: analysed, failed or waiting. Values are None unless analysed."""

    status: str
    bsi: float | None = None
    hotspots: int | None = None
    ann: float | None = None


def run_software(
    patients: Iterable[Patient], software: str, seed: int
) -> list[tuple[Patient, Measured]]:
    """Return one software's result for every scan with its tracer, in the order of exams.

    Parameters
    ----------
    patients
        The whole cohort, because a hospital analyses and exports all patients.
    software
        Key of `SOFTWARE`.
    """
    settings = SOFTWARE[software]
    order = list(SOFTWARE).index(software)
    mine = [p for p in patients if p.has_scan and p.tracer == settings.tracer]
    study = [p.index for p in mine if p.kind == "study"]
    shuffled = np.random.default_rng([seed, 3, order]).permutation(study).tolist()
    failed = set(shuffled[: min(settings.failures, len(study) // 4)])
    rows = []
    for patient in sorted(mine, key=_EXAM):
        if patient.kind == "tracer_unknown":
            measured = Measured("waiting")  # its tracer, and so its software, is unknown
        elif patient.index in failed:
            measured = Measured("failed")
        else:
            measured = _measure(patient, settings, seed, order)
        rows.append((patient, measured))
    return rows


def _measure(patient: Patient, software: Software, seed: int, order: int) -> Measured:
    common = np.random.default_rng([seed, 4, patient.index])
    own = np.random.default_rng([seed, 5, patient.index, order])
    noise, scale = (
        np.sqrt(SHARED) * common.normal() + np.sqrt(1 - SHARED) * own.normal() for _ in range(2)
    )
    n = len(patient.metastases)
    if n:
        burden = (np.log(patient.bsi) - LOG_BSI_MEAN) / LOG_BSI_SD
        score, limit = 0.8 * burden + 0.6 * noise, ndtri(1 - software.sensitivity)
    else:
        burden = (len(patient.degenerative) - 1.4) / 1.1
        score, limit = 0.5 * burden + np.sqrt(0.75) * noise, ndtri(software.specificity)
    # distance from the limit: the published pair of values does not determine this part of the ROC
    # curve
    beyond = float(score - limit)
    if beyond > 0 and n:
        hotspots = max(1, int(own.binomial(n, 0.88) + own.poisson(0.5)))
        bsi = max(patient.bsi * software.bias * float(np.exp(0.4 * scale)), 0.04 * hotspots)
    elif beyond > 0:
        hotspots = 1 + int(own.poisson(beyond))
        bsi = (0.11 + 0.15 * beyond) * float(np.exp(0.3 * scale))
    else:
        hotspots = int(beyond > -0.6)
        bsi = 0.02 + 0.15 * (beyond + 0.6)
    ann = round(float(expit(2 * beyond)), 2) if software.ann else None
    # a BSI of 0.00 % with hot spots would be a contradiction
    return Measured("analysed", max(round(bsi, 2), 0.01) if hotspots else 0.0, hotspots, ann)


# chance of each reader to be the one who errs in an ambiguous case
READERS = {"reader1": 0.06, "reader2": 0.08, "reader3": 0.11}
NOT_CALCULATED = 0.1  # share of readings without EOD


@dataclass(frozen=True)
class ReaderRow:
    """One row of a reader's report. `eod` is None where it was not calculated."""

    count: int
    eod: int | None
    findings: str


def read_scans(
    patients: Sequence[Patient], seed: int
) -> dict[str, list[tuple[Patient, ReaderRow]]]:
    """Return each reader's reports in the order of exams. The last reader leaves one case unread.

    The study's patients were chosen by the readers' consensus (R4). So at most one reader errs in a
    case, and the majority is the truth. The unread case is one in which no reader errs.
    """
    names = list(READERS)
    limits = np.cumsum(list(READERS.values()))
    reports: dict[str, list[tuple[Patient, ReaderRow]]] = {name: [] for name in names}
    unread: Patient | None = None
    for patient in sorted((p for p in patients if p.has_scan), key=_EXAM):
        n = len(patient.metastases)
        ambiguous = n <= 6 if n else bool(patient.degenerative)
        draw = np.random.default_rng([seed, 6, patient.index]).uniform()
        wrong = int(np.searchsorted(limits, draw, side="right")) if ambiguous else len(names)
        if unread is None and patient.kind == "study" and wrong == len(names):
            unread = patient
        for i, name in enumerate(names):
            if patient is unread and i == len(names) - 1:
                continue
            reports[name].append((patient, _read(patient, i, wrong == i, seed)))
    return reports


def _read(patient: Patient, reader: int, wrong: bool, seed: int) -> ReaderRow:
    rng = np.random.default_rng([seed, 7, patient.index, reader])
    n = len(patient.metastases)
    if n and not wrong:
        count = max(1, n + round(float(rng.normal(0, 0.12 * n))))
    else:
        count = int(rng.integers(1, 3)) if wrong and not n else 0
    graded = rng.uniform() >= NOT_CALCULATED
    grade = 4 if count and n >= SUPERSCAN else int(np.searchsorted([1, 6, 21], count, side="right"))
    return ReaderRow(count, grade if graded else None, _findings(patient, reader, count))


def _findings(patient: Patient, reader: int, count: int) -> str:
    spots = patient.metastases or patient.degenerative
    places = "、".join(list(dict.fromkeys(spot.label for spot in spots))[: 3 + reader])
    joints = "、".join(dict.fromkeys(spot.label for spot in patient.degenerative))
    if count == 0:
        text = (
            "骨転移を疑う異常集積は認めません。",
            "明らかな骨転移は指摘できません。",
            "異常集積なし。骨転移の所見は認めません。",
        )[reader]
    elif count < 4:
        text = (
            f"{places}に異常集積を認め、骨転移を疑います。",
            f"{places}に集積亢進があり、転移が疑われます。",
            f"{places}の集積は骨転移を考えます。",
        )[reader]
    else:
        text = (
            f"{places}など多発性に異常集積を認め、多発骨転移を疑います。",
            f"{places}をはじめ多発する集積亢進があり、多発転移と考えます。",
            f"多発骨転移。{places}ほか。",
        )[reader]
    if joints and not (count and not patient.metastases):
        text += f"{joints}の集積は変性変化と考えます。"
    return text


def reader_words(reading: ReaderRow) -> Mapping[str, object]:
    """Return the cells of a report: count, yes/no, EOD and findings."""
    return {
        "転移数": reading.count,
        "転移の有無": "有" if reading.count else "無",
        "EOD": "未算出" if reading.eod is None else reading.eod,
        "所見": reading.findings,
    }
