"""One table of view codes for who reads them, who writes them and who draws them."""

from bonescint.deid.vocabulary import vocabulary
from bonescint.dicom import view_codes
from bonescint.dicom.view_codes import SNOMED_CT, VIEWS
from bonescint.resources import ROOT


def test_what_is_written_is_read_as_the_same_view() -> None:
    for view, code in SNOMED_CT.items():
        assert VIEWS[code.scheme, code.value] == view


def test_what_is_written_may_stay() -> None:
    for scheme, value, meaning in SNOMED_CT.values():
        assert vocabulary().meaning("ViewCodeSequence", scheme, value) == meaning


def test_a_value_is_one_view_in_every_scheme() -> None:
    assert len({value for _, value in VIEWS}) == len(
        {(value, view) for (_, value), view in VIEWS.items()}
    )


def test_no_other_module_holds_a_view_code() -> None:
    found = [
        path.name
        for path in (ROOT / "scripts").rglob("*.py")
        if any(value in path.read_text(encoding="utf-8") for _, value in VIEWS)
    ]
    assert found == [view_codes.__name__.rpartition(".")[2] + ".py"]
