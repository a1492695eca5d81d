"""The patients of the demonstration: those of the study, and several of each kind to leave out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from typing import Any, NamedTuple

import numpy as np

from bonescint.demo.lesions import (
    Lesion,
    sample_count,
    sample_degenerative,
    sample_metastases,
    true_bsi,
)
from bonescint.resources import resource_rows

# kinds of patients that must be left out, and how many of each
LEFT_OUT = {
    "opt_out_self": 4,  # R12
    "opt_out_proxy": 3,  # R13, the last entry incomplete
    "man": 4,  # R1
    "before_window": 2,  # R2
    "after_window": 2,
    "not_participant": 4,  # R5
    "tracer_unknown": 3,
    "tracer_other": 2,
    "early_only": 2,
    "spect_only": 2,
    "truncated": 2,
}
# files beside the scans of the study's patients, assigned from the first patient on
EXTRAS = ("early", "capture", "spect", "duplicate", "capture", "early", "duplicate", "spect")
CHARSETS = (r"\ISO 2022 IR 87", r"ISO 2022 IR 6\ISO 2022 IR 87", "ISO_IR 192", "ISO_IR 192")
HALF_WIDTH = r"ISO 2022 IR 13\ISO 2022 IR 87"


class PersonName(NamedTuple):
    """A person's name in the three DICOM component groups, each ``family^given``."""

    romaji: str
    kanji: str
    kana: str


@dataclass(frozen=True)
class Patient:
    """One synthetic patient with one exam.

    Parameters
    ----------
    index
        Number in the cohort. It seeds everything that is drawn later.
    kind
        ``study`` or a key of `LEFT_OUT`.
    patient_id, name, birth_date, sex
        The hospital's record of the patient.
    exam, time
        Date and time (HHMMSS) of the exam.
    tracer
        The injected agent: MDP, HMDP or PYP.
    vendor
        ``siemens`` (one object of two frames) or ``ge`` (one object a view).
    charset, implicit
        Specific Character Set, and whether files are Implicit VR Little Endian.
    height, weight
        m and kg.
    extras
        Kinds of further files (`EXTRAS`).
    metastases, degenerative
        The patient's foci.
    bsi
        True bone scan index, %.
    """

    index: int
    kind: str
    patient_id: str
    name: PersonName
    birth_date: date
    sex: str
    exam: date
    time: str
    tracer: str
    vendor: str
    charset: str
    implicit: bool
    height: float
    weight: float
    extras: tuple[str, ...]
    metastases: tuple[Lesion, ...]
    degenerative: tuple[Lesion, ...]
    bsi: float

    @property
    def age(self) -> int:
        """Age at the exam in whole years."""
        birthday = (self.exam.month, self.exam.day) < (self.birth_date.month, self.birth_date.day)
        return self.exam.year - self.birth_date.year - birthday

    @property
    def has_scan(self) -> bool:
        """Whether the hospital has a delayed whole-body scan of the patient with a bone agent."""
        return self.kind not in ("tracer_other", "early_only", "spect_only", "truncated")


def tracer_of_week(day: date) -> str:
    """Return the tracer of a day's ISO week, because tracers alternate weekly (R7)."""
    return "HMDP" if day.isocalendar().week % 2 == 0 else "MDP"


def sample_patients(settings: Mapping[str, Any], cohort: Mapping[str, Any]) -> list[Patient]:
    """Draw the cohort: first the study's patients, then those who must be left out.

    Parameters
    ----------
    settings
        The configuration's `demo`: seed, women_per_tracer, with_findings (over both tracers).
    cohort
        The configuration's `cohort`: exam_from and exam_to.
    """
    rng = np.random.default_rng([int(settings["seed"]), 1])
    n = 2 * int(settings["women_per_tracer"])
    ill = set(rng.permutation(n)[: int(settings["with_findings"])].tolist())
    kinds = ["study"] * n + [kind for kind, count in LEFT_OUT.items() for _ in range(count)]
    ids, names = _ids(rng, len(kinds)), _NameSource(resource_rows("demo/names.csv"), rng)
    patients = []
    for i, kind in enumerate(kinds):
        if kind == "study":
            tracer = "MDP" if i % 2 == 0 else "HMDP"
        else:
            tracer = str(rng.choice(["MDP", "HMDP"]))
        count = sample_count(rng) if i in ill or (i >= n and rng.uniform() < 0.4) else 0
        metastases = sample_metastases(rng, count)
        exam = _exam_date(rng, kind, tracer, cohort)
        height = float(np.clip(rng.normal(1.54, 0.06), 1.38, 1.72))
        age_days = float(np.clip(rng.normal(63, 13), 31, 93)) * 365.25
        man = kind == "man"
        half_width = i % 13 == 7
        patients.append(
            Patient(
                index=i,
                kind=kind,
                patient_id=ids[i],
                name=names(man, half_width),
                birth_date=exam - timedelta(days=round(age_days)),
                sex="M" if man else "F",
                exam=exam,
                time="".join(f"{rng.integers(*span):02d}" for span in ((10, 16), (0, 60), (0, 60))),
                tracer="PYP" if kind == "tracer_other" else tracer,
                vendor="siemens" if (i // 2) % 2 == 0 else "ge",
                charset=HALF_WIDTH if half_width else CHARSETS[(i // 4) % len(CHARSETS)],
                implicit=i % 3 == 1,
                height=round(height + 0.12 * man, 2),
                weight=round(float(np.clip(rng.normal(22, 3), 16, 32)) * height**2, 1),
                extras=(EXTRAS[i],) if kind == "study" and i < len(EXTRAS) else (),
                metastases=metastases,
                degenerative=sample_degenerative(rng),
                bsi=true_bsi(metastases),
            )
        )
    return patients


def _ids(rng: np.random.Generator, count: int) -> list[str]:
    """Return distinct IDs of 8 digits, every sixth with a leading zero; none looks like a date."""
    numbers = rng.choice(6_999_999, count, replace=False) + 3_000_000
    tens = rng.integers(3, 10, count)
    return [
        f"{number:08d}" if i % 6 == 5 else f"{ten}{number:07d}"
        for i, (number, ten) in enumerate(zip(numbers.tolist(), tens.tolist(), strict=True))
    ]


class _NameSource:
    """Gives combinations of invented names, each only once while there are enough."""

    def __init__(self, parts: list[dict[str, str]], rng: np.random.Generator) -> None:
        self._pools = {man: self._pairs(parts, man, rng) for man in (False, True)}

    @staticmethod
    def _pairs(
        parts: list[dict[str, str]], man: bool, rng: np.random.Generator
    ) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        family = [part for part in parts if part["part"] == "family"]
        given = [part for part in parts if part["part"] == ("given_m" if man else "given")]
        order = rng.permutation(len(family) * len(given)).tolist()
        return cycle([(family[k % len(family)], given[k // len(family)]) for k in order])

    def __call__(self, man: bool, half_width: bool) -> PersonName:
        pair = next(self._pools[man])
        kana = "half_width_kana" if half_width else "kana"
        return PersonName(
            *("^".join(part[script] for part in pair) for script in ("romaji", "kanji", kana))
        )


def _exam_date(rng: np.random.Generator, kind: str, tracer: str, cohort: Mapping[str, Any]) -> date:
    """Draw a weekday of the tracer's weeks, inside the window unless the kind needs another."""
    first, last = (date.fromisoformat(str(cohort[key])) for key in ("exam_from", "exam_to"))
    if kind == "before_window":
        first, last = first - timedelta(days=35), first - timedelta(days=1)
    elif kind == "after_window":
        first, last = last + timedelta(days=1), last + timedelta(days=35)
    days = [first + timedelta(days=d) for d in range((last - first).days + 1)]
    days = [day for day in days if day.weekday() < 5 and tracer_of_week(day) == tracer]
    return days[int(rng.integers(len(days)))]
