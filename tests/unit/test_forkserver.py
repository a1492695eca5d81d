"""Scripts start in forks of one warm process and behave as in a Python of their own."""

import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from bonescint.forkserver import Server

Run = Callable[..., int]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a server of this process, which ends with the test."""
    one = Server()
    yield one
    one.close()


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Run:
    """Return what runs the text of a script, which finds `tmp_path` as `snakemake.folder`."""

    def run(text: str, **environment: str) -> int:
        script = tmp_path / f"{len(list(tmp_path.glob('*.py')))}.py"
        script.write_text(text, encoding="utf-8")
        given = pickle.dumps(SimpleNamespace(folder=str(tmp_path)))
        return server.run("rule", str(script), given, environment)

    return run


def test_a_script_is_the_main_module_and_finds_what_it_was_given(run: Run, tmp_path: Path) -> None:
    text = """
import os, sys
if __name__ == "__main__":
    assert sys.modules["__main__"].snakemake is snakemake
    said = f"{snakemake.folder} {os.environ['TMPDIR']} {sys.argv == [__file__]}"
    open(f"{snakemake.folder}/said", "w").write(said)
"""
    assert run(text, TMPDIR="/elsewhere") == 0
    assert (tmp_path / "said").read_text() == f"{tmp_path} /elsewhere True"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise SystemExit(3)", 3),
        ("raise ValueError('it is wrong')", 1),
        ("import nothing_of_this_name", 1),
        ("this is no Python", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import threading, os; threading.Timer(0.1, os._exit, [5]).start()", 5),
    ],
)
def test_it_ends_as_in_a_python_of_its_own(text: str, code: int, run: Run) -> None:
    assert run(text) == code
    assert subprocess.run([sys.executable, "-c", text], capture_output=True).returncode == code
    assert run("pass") == 0


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have interrupts handled, which are ignored where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_the_job_and_not_the_server(run: Run) -> None:
    assert run("import os, signal; os.kill(os.getppid(), signal.SIGINT)") == 0
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGINT)") == 1
    assert run("pass") == 0


def test_it_leaves_nothing_to_the_next_one(run: Run) -> None:
    text = "import json, os; assert not hasattr(json, 'left') and 'LEFT' not in os.environ; "
    assert run(text + "json.left = os.environ['LEFT'] = '1'") == 0
    assert run(text) == 0


def test_what_it_imports_is_imported_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    (tmp_path / "counted.py").write_text(f"open({str(tmp_path / 'count')!r}, 'a').write('x')")
    for text in ("import counted", "from counted import __name__", "import counted"):
        assert run(text) == 0
    assert (tmp_path / "count").read_text() == "x"


def test_scripts_run_at_the_same_time(run: Run, tmp_path: Path) -> None:
    waits = """
import pathlib, time
folder = pathlib.Path(snakemake.folder)
(folder / "{own}").touch()
until = time.monotonic() + 30
while not (folder / "{other}").exists():
    assert time.monotonic() < until
    time.sleep(0.01)
"""
    with ThreadPoolExecutor() as pool:
        first = pool.submit(run, waits.format(own="a", other="b"))
        while not (tmp_path / "a").exists():
            assert not first.done()
            time.sleep(0.01)
        assert run(waits.format(own="b", other="a")) == first.result() == 0


def test_their_cpu_time_counts_as_the_runs(server: Server, run: Run) -> None:
    before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    assert run("import time\nwhile time.process_time() < 0.5: pass") == 0
    server.close()
    assert sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before > 0.4


def test_a_server_that_was_killed_is_told(run: Run) -> None:
    text = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    assert run(text) == -signal.SIGKILL
    with pytest.raises(OSError):
        run("pass")


def test_a_job_outlives_a_run_that_was_killed(tmp_path: Path) -> None:
    script, end = tmp_path / "late.py", tmp_path / "end"
    script.write_text(
        "import os, time; from pathlib import Path; "
        f"Path({str(tmp_path / 'begun')!r}).touch(); time.sleep(0.5); Path({str(end)!r}).touch()"
    )
    text = f"""
import pickle
from bonescint.forkserver import Server
Server().run("rule", {str(script)!r}, pickle.dumps(None), {{}})
"""
    with subprocess.Popen([sys.executable, "-c", text]) as killed:
        while not (tmp_path / "begun").exists():
            assert killed.poll() is None
            time.sleep(0.01)
        killed.kill()
    until = time.monotonic() + 30
    while not end.exists():
        assert time.monotonic() < until
        time.sleep(0.01)


SNAKEFILE = """
from bonescint import forkserver
forkserver.use(workflow)
rule all:
    input: "a", "b"
rule one:
    output: "{name}"
    params: given=[1, {"two": 3}]
    threads: 2
    script: "one.py"
"""
SCRIPT = """
import os
from pathlib import Path
if __name__ == "__main__":
    assert (snakemake.params.given, snakemake.threads) == ([1, {"two": 3}], 2)
    if os.environ.get("FAULT"):
        raise SystemExit(1)
    started = Path(f"/proc/{os.getppid()}/cmdline").read_text().split("\\0")
    Path(snakemake.output[0]).write_text(f"{os.getppid()} {'bonescint.forkserver' in started}")
"""


def _snakemake(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "one.py").write_text(SCRIPT)
    call = ["snakemake", "--cores", "2", "--quiet", "all", *more]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True)


def test_snakemake_runs_its_scripts_so(tmp_path: Path) -> None:
    run = _snakemake(tmp_path)
    assert run.returncode == 0, run.stderr
    said = {(tmp_path / name).read_text() for name in "ab"}
    assert len(said) == 1 and said.pop().endswith(" True")
    assert not list(tmp_path.glob(".snakemake/scripts/*"))


def test_a_script_that_is_kept_starts_as_before(tmp_path: Path) -> None:
    assert _snakemake(tmp_path, "--skip-script-cleanup").returncode == 0
    assert (tmp_path / "a").read_text().endswith(" False")
    assert len(list(tmp_path.glob(".snakemake/scripts/*"))) == 2


def test_snakemake_is_told_of_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULT", "1")
    run = _snakemake(tmp_path)
    assert run.returncode == 1
    assert not (tmp_path / "a").exists()
