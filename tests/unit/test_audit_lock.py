"""make audit-lock: what was not asked is not called well, and no network is a sentence."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tools.audit_lock import asked, main, told

WELL = {"name": "numpy", "version": "2.4.0", "vulns": []}
FOUND = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-0001"], "fix_versions": ["2.4.1"]}


def tool(folder: Path, answer: Any = None, said: str = "", code: int = 0) -> Path:
    """Return a pip-audit that answers so."""
    written = f"open(sys.argv[-1], 'w').write({json.dumps(answer)!r})" if answer else "pass"
    path = folder / "pip-audit"
    path.write_text(
        f"#!{sys.executable}\nimport sys\n{written}\nprint({said!r}, file=sys.stderr)\n"
        f"sys.exit({code})\n"
    )
    path.chmod(0o700)
    return path


def test_each_vulnerability_has_a_line_with_its_cure(tmp_path: Path) -> None:
    answer = {"dependencies": [WELL, WELL | {"name": "pillow", "vulns": [FOUND]}]}
    lines, is_good = told(asked(tool(tmp_path, answer, code=1), tmp_path / "lock"))
    assert not is_good and len(lines) == 1
    for word in ("pillow", "PYSEC-2026-1, CVE-2026-0001", "2.4.1"):
        assert word in lines[0]


def test_what_was_not_asked_is_not_called_well() -> None:
    lines, is_good = told([WELL, {"name": "pillow", "skip_reason": "not found"}])
    assert not is_good and "pillow" in lines[0]
    assert told([]) == ([], False)
    lines, is_good = told([WELL])
    assert is_good and "no vulnerability" in lines[0]


def test_without_an_answer_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tool(tmp_path, said="Traceback\nConnectionError", code=1)
    monkeypatch.setattr("tools.audit_lock.audit_tool", lambda _: program)
    assert main(["--lock", str(tmp_path / "lock")]) == 1
    said = capsys.readouterr().err
    assert "a computer with a network" in said
    assert "ConnectionError" in said and "Traceback" not in said


def test_without_the_tool_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_network(command: list[object], **_: object) -> None:
        raise subprocess.CalledProcessError(1, "pip")

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pip").touch()
    monkeypatch.setattr(subprocess, "run", no_network)
    assert main(["--environment", str(tmp_path)]) == 1
    assert "could not be installed" in capsys.readouterr().err
