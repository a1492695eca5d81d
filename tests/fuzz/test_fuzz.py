"""A minute of fuzzing in CI from a fixed seed; another by BONESCINT_FUZZ_SEED, longer by hand."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from tests.fuzz import engine
from tests.fuzz.engine import attempt
from tests.peak import run_python
from tests.unit.deid.encoded import encode
from tests.unit.deid.test_random import BASE, KANJI, NAME, PATIENT_ID, trees

SECONDS = float(os.environ.get("BONESCINT_FUZZ_SECONDS", "30"))
SEED = int(os.environ.get("BONESCINT_FUZZ_SEED", "1"))
_GIVEN = engine.settings()


@pytest.mark.fuzz
def test_mutated_files() -> None:
    # in a process of its own, because its peak of memory is judged
    assert "written" in run_python("-m", "tests.fuzz", str(SECONDS * 0.7), str(SEED)).output


@pytest.mark.fuzz
@settings(
    max_examples=int(SECONDS * 3) + 1,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_built_data_sets_that_are_damaged(tmp_path: Path, data: st.DataObject) -> None:
    syntaxes = (
        ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    )  # fmt: skip
    tree = {**BASE, **data.draw(trees(3))}
    file = encode(tree, data.draw(st.sampled_from(syntaxes)), data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(132, len(file) - 1))
        cut = data.draw(st.integers(0, 6))
        file = file[:at] + data.draw(st.binary(max_size=6)) + file[at + cut :]
    outcome = attempt(file, (NAME, KANJI.split("^")[0], PATIENT_ID), tmp_path / "file", _GIVEN)
    assert not outcome[:4].isupper(), outcome


def test_a_fault_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = encode(BASE, ExplicitVRLittleEndian)
    assert attempt(file, (NAME,), tmp_path / "a", _GIVEN) == "written"
    # the camera's name stays
    assert attempt(file, ("NM-ROOM2",), tmp_path / "a", _GIVEN) == "LEAK of 'NM-ROOM2'"

    def crash(*_: object) -> None:
        raise KeyError(NAME)

    monkeypatch.setattr(engine, "deidentify", crash)
    outcome = attempt(file, (NAME,), tmp_path / "a", _GIVEN)
    assert outcome.startswith("CRASH: KeyError at test_fuzz.py")
    assert NAME not in outcome

    def hang(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(engine, "SECONDS", 1)
    monkeypatch.setattr(engine, "deidentify", hang)
    assert attempt(file, (NAME,), tmp_path / "a", _GIVEN) == "HANG"
