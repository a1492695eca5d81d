"""A patient who declines leaves forms that a rule makes anew; those that prove a provision stay."""

from pathlib import Path

import pytest

from bonescint.custody.traces.purge import purge
from bonescint.custody.traces.search import Person, search
from bonescint.papers.provision import forms_of_provision
from bonescint.papers.writing import write_form
from tests.unit.papers.samples import code, provision
from tests.unit.study_config import shipped


def test_a_patient_who_declines_leaves_forms_of_undelivered_volumes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    forms = forms_of_provision(provision(3), shipped())
    made, kept = Path("results/delivery/forms"), Path("forms/D-001")
    for folder in (made, kept):
        folder.mkdir(parents=True)
        for form in (forms["codes"], forms["receipt"]):
            write_form(form, folder / form.name)
    before = {path: path.read_bytes() for path in kept.iterdir()}
    person = Person(code(1), frozenset(), frozenset())
    purge(Path(), [person], Path("none.tsv"), "ja", None, set(), set())
    assert sorted(path.name for path in made.iterdir()) == ["receipt.pdf", "receipt.xlsx"]
    assert {path: path.read_bytes() for path in kept.iterdir()} == before
    assert list(search([Path("results")], [person], set())) == []
