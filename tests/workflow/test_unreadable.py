"""A folder of the raw tree cannot be read in one run and can be read in the next."""

import os
import shutil
from pathlib import Path

import pytest

from bonescint.files import read_rows
from tests.workflow.leaks import leaks
from tests.workflow.runner import configure, ran
from tests.workflow.test_incidents import start

# Every Python process of the test imports this first: one folder is closed to it, as it would be
# to somebody who is not root.
SITE = """
import os, sys

def closed(event, arguments):
    if event == "os.scandir" and "00471936" in os.path.basename(str(arguments[0]).rstrip("/")):
        raise PermissionError(13, "Permission denied", arguments[0])

sys.addaudithook(closed)
"""


def run(study: Path, *arguments: str) -> str:
    process = start(study, *arguments)
    printed: str = process.communicate(timeout=600)[0]
    assert process.returncode == 0, printed[-3000:]
    return printed


def unreadable(study: Path) -> dict[str, str]:
    return {r["path"]: r["reason"] for r in read_rows(study / "private" / "unreadable.csv")}


@pytest.mark.slow
def test_a_closed_folder_is_listed_and_the_run_goes_on(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(study / "demo" / "dicom", study / "own")
    configure(study, lambda c: c["inputs"].update(dicom="own"))
    known = unreadable(study)
    inside = study / "own" / "00471936" / "scan"
    inside.parent.mkdir()
    inside.write_bytes(b"no scan")
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        printed = run(study)
        assert "index_dicom" in ran(printed)
        assert "00471936" not in printed
        assert unreadable(study) == known | {"00471936": "unreadable"}
        assert "Nothing to be done" in run(study, "-n")
    assert leaks(study, {"00471936"}) == []
    # once it can be read, the next run reads it
    assert "index_dicom" in ran(run(study))
    assert unreadable(study) == known | {"00471936/scan": "not_dicom"}
