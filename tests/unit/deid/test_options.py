"""The codes of the de-identification's options are those of the standard."""

from pydicom.sr.codedict import codes

from bonescint.deid import options
from bonescint.deid.options import MethodCode


def test_the_options_are_those_of_cid_7050() -> None:
    standard = {code: code.meaning for code in map(codes.cid7050.__getattr__, codes.cid7050.dir())}
    listed = {(code.value, code.scheme_designator): text for code, text in standard.items()}
    ours = [option for option in vars(options).values() if isinstance(option, MethodCode)]
    assert len(ours) == 8
    for option in ours:
        assert listed[option.value, "DCM"] == option.meaning
