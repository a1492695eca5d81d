"""The classes of what hospitals export, by the numbers that PS3.6 gives them."""

import re

from bonescint.dicom import sop_classes
from bonescint.resources import ROOT


def test_the_numbers_of_the_standard() -> None:
    root = "1.2.840.10008.5.1.4.1.1"
    assert f"{root}.20" == sop_classes.NUCLEAR_MEDICINE
    assert {f"{root}.7{tail}" for tail in ("", ".1", ".2", ".3", ".4")} == (
        sop_classes.SECONDARY_CAPTURES
    )
    assert f"{root}.7" == sop_classes.SECONDARY_CAPTURE
    assert sop_classes.MEDIA_DIRECTORY == "1.2.840.10008.1.3.10"


def test_no_module_writes_a_class_as_a_number() -> None:
    number = re.compile(r"1\.2\.840\.10008\.(5\.1\.4|1\.3)")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "scripts").rglob("*.py")
        if number.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
