"""The options of the de-identification are those of DICOM's context group 7050."""

import subprocess
import sys

from pydicom.sr.codedict import codes

from bonescint.deid.methods import Method


def test_codes_and_meanings_are_those_of_the_standard() -> None:
    known = {code.value: code for code in codes.cid7050.concepts.values()}
    for method in Method:
        assert known[method.code].scheme_designator == "DCM"
        assert known[method.code].meaning == method.meaning


def test_no_dictionary_of_concepts_is_loaded() -> None:
    code = "import sys, bonescint.deid.folder; assert 'pydicom.sr' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
