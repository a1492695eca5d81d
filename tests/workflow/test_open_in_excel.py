"""A run on a drive of Windows, while Excel holds a result open: a sentence, and nothing is lost."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.workflow.runner import configure, snakemake

# Every Python process of the test imports this first: below its folder no file takes another mode
SITE = """
import os

def declining(chmod):
    def declined(path, *given, **options):
        place = f"/proc/self/fd/{path}" if isinstance(path, int) else path
        if os.path.realpath(place).startswith(os.environ["DECLINING"]):
            raise PermissionError(1, "Operation not permitted")
        chmod(path, *given, **options)
    return declined

os.chmod, os.fchmod = declining(os.chmod), declining(os.fchmod)
"""


@pytest.fixture
def declining(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the study, on a drive that declines every mode, as WSL 2 has those of Windows."""
    for path in (study / ".snakemake").rglob("*"):
        path.chmod(0o777)  # each file there has the same one, and a record's is not changed
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    monkeypatch.setenv("DECLINING", str(study))
    return study


@contextmanager
def held_open(file: Path) -> Iterator[None]:
    """Keep everybody from replacing or deleting a file, as Windows does while it is open.

    A mount of the file over itself does that on Linux.
    """
    mount = ["mount", "--bind", str(file), str(file)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let the test mount a file over itself")
    lock = file.with_name(f"~${file.name}")
    lock.write_bytes(b"\x0bYamada Taro" + b" " * 40)
    try:
        yield
    finally:
        lock.unlink()
        subprocess.run(["umount", "--lazy", str(file)], check=True)


def contents(study: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(study)): p.read_bytes()
        for p in sorted((study / "results").rglob("*"))
        if p.is_file()
    }


def test_a_workbook_that_is_open_in_excel(declining: Path) -> None:
    study = declining
    before = contents(study)
    configure(study, lambda config: config["study"].update(title="Another title"))
    with held_open(study / "results/study.xlsx"):
        printed = snakemake(study, "--until", "write_workbook", fails=True)
    last = printed[printed.rindex("bonescint: ") :]
    assert "results/study.xlsx が Excel で開かれているため" in last
    assert "プログラムの誤り" not in last and "Yamada" not in printed
    after = contents(study)
    changed = {name for name in before if after.get(name) != before[name]}
    # the title stands in the first; the second is the receipt of a finished run
    assert changed <= {"results/provenance.json", "results/purge.json"}
    # the next run writes it
    assert "write_workbook" in snakemake(study, "-n")
