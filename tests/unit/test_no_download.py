"""The package takes from pydicom what fetches files from the internet, and what that would load."""

import subprocess
import sys

IN_PYTHON = """
import sys
import bonescint, pydicom
from pydicom.data import get_testdata_file
heavy = {"requests", "urllib3", "http.client", "urllib.request"} & set(sys.modules)
assert not heavy, heavy
assert not hasattr(sys.modules["pydicom.data.download"], "__file__")
# what comes with pydicom is still found, and nothing else is asked for
assert get_testdata_file("CT_small.dcm")
try:
    get_testdata_file("693_J2KI.dcm")
except OSError as refused:
    assert "downloads nothing" in str(refused)
"""


def test_pydicom_starts_without_the_internet() -> None:
    subprocess.run([sys.executable, "-c", IN_PYTHON], check=True)
