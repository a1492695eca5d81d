"""make audit-lock: what was not asked is not called well, and no network is a sentence."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tools.audit_lock import asked, main, told

from bonescint.resources import ROOT

WELL = {"name": "numpy", "version": "2.4.0", "vulns": []}
FOUND = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-0001"], "fix_versions": ["2.4.1"]}


LOCK = """\
numpy==2.4.0 ; python_full_version < '3.12' \\
    --hash=sha256:00
numpy==2.5.0 ; python_full_version >= '3.12' \\
    --hash=sha256:01
pillow==13.0.0 \\
    --hash=sha256:02
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:03
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "lock").write_text(LOCK)
    return tmp_path / "lock"


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


def test_each_vulnerability_has_a_line_with_its_cure(tmp_path: Path, lock: Path) -> None:
    lock.write_text("numpy==2.4.0\npillow==2.4.0\n")
    answer = {"dependencies": [WELL, WELL | {"name": "pillow", "vulns": [FOUND]}]}
    lines, is_good = told(asked(tool(tmp_path, answer, code=1), lock))
    assert not is_good and len(lines) == 1
    for word in ("pillow", "PYSEC-2026-1, CVE-2026-0001", "2.4.1"):
        assert word in lines[0]


def test_what_was_not_asked_is_not_called_well() -> None:
    lines, is_good = told([WELL, {"name": "pillow", "skip_reason": "not found"}])
    assert not is_good and "pillow" in lines[0]
    assert told([]) == ([], False)
    lines, is_good = told([WELL])
    assert is_good and "no vulnerability" in lines[0]


def test_a_pin_without_an_answer_was_not_asked(tmp_path: Path, lock: Path) -> None:
    lines, is_good = told(asked(tool(tmp_path, {"dependencies": [WELL]}), lock))
    assert not is_good and "colorama, pillow" in lines[0]


class Vulnerabilities(BaseHTTPRequestHandler):
    """Answers like OSV: pillow is vulnerable, what is in `broken` is not answered."""

    queries: list[tuple[str, str]]
    broken: str

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.queries.append((name, query["version"]))
        of = {"package": {"name": name, "ecosystem": "PyPI"}}
        cure = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "13.0.1"}]}
        known = {"id": "PYSEC-2026-1", "affected": [of | {"ranges": [cure]}]}
        told = json.dumps({"vulns": [known]} if name == "pillow" else {}).encode()
        self.send_response(400 if name == self.broken else 200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        """Keep the screen clear."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Vulnerabilities]]:
    """Return a service that the real pip-audit asks."""
    here = shutil.which("pip-audit", path=ROOT / ".venv-audit" / "bin") or shutil.which("pip-audit")
    if not here:
        pytest.skip("pip-audit is not installed (make audit-lock)")
    Vulnerabilities.queries, Vulnerabilities.broken = [], ""
    with ThreadingHTTPServer(("127.0.0.1", 0), Vulnerabilities) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setattr("tools.audit_lock.audit_tool", lambda _: Path(here))
        yield Vulnerabilities
        server.shutdown()


def test_every_pin_is_asked_whatever_machine_it_is_for(
    service: type[Vulnerabilities], lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lock", str(lock)]) == 1
    pins = [("colorama", "0.4.6"), ("numpy", "2.4.0"), ("numpy", "2.5.0"), ("pillow", "13.0.0")]
    assert sorted(service.queries) == pins
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1
    assert "PYSEC-2026-1" in said and "13.0.1" in said
    lock.write_text(LOCK.replace("pillow", "pikepdf"))
    assert main(["--lock", str(lock)]) == 0


def test_a_query_without_an_answer_is_a_fault(
    service: type[Vulnerabilities], lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.broken = "colorama"
    assert main(["--lock", str(lock)]) == 1
    assert "a computer with a network" in capsys.readouterr().err


def test_without_an_answer_a_sentence(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tool(tmp_path, said="Traceback\nConnectionError", code=1)
    monkeypatch.setattr("tools.audit_lock.audit_tool", lambda _: program)
    assert main(["--lock", str(lock)]) == 1
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
