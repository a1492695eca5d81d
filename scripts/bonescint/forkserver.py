"""Start the scripts of a run from one warm process, in place of a new Python for each.

Snakemake starts bash, Python and its own classes anew for each script, and the script imports what
the one before it did: 0.1 to 0.4 s of CPU a job. Here one process imports what the scripts import
and forks a child for each of them. It runs nothing of a script itself, so no job leaves anything to
the next. `multiprocessing` has such a server too, but its children would import Snakemake's main
module again.

The server ends when the run's process is gone and its last job has ended, as jobs do without it.
"""

import ast
import atexit
import multiprocessing
import os
import pickle
import runpy
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path
from typing import Any, NamedTuple

_THREADS = ("OMP", "GOTO", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")


class Server:
    """The run's side of the server, which starts with the first script."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, rule: str, script: str, given: bytes, environment: dict[str, str]) -> int:
        """Run a script in a fork and return its exit code, negative if a signal ended it.

        Parameters
        ----------
        rule
            The name of the process, which it tells if the script fails.
        script
            The script's path.
        given
            The pickled object `snakemake` of the job.
        environment
            What the job's environment has that the run's has not.

        Raises
        ------
        OSError
            If the server cannot be started or is gone. The script did not run then.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                # one byte, because a file descriptor cannot travel alone
                socket.send_fds(self._started(), [b"."], [theirs.fileno()])
            ours.sendall(pickle.dumps((rule, script, given, environment)))
            ours.shutdown(socket.SHUT_WR)
            code = ours.recv(16)
        # without a code the server was killed, and with it nobody knows what became of the job
        return int(code) if code else -signal.SIGKILL

    def _started(self) -> socket.socket:
        with self._lock:
            if self._control is None:
                self._control, theirs = socket.socketpair()
                with theirs:
                    self._process = subprocess.Popen(  # noqa: S603 - this module
                        [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                        pass_fds=[theirs.fileno()],
                        # read by libraries when they are loaded, and Snakemake's value for a job
                        env={**os.environ, **{f"{name}_NUM_THREADS": "1" for name in _THREADS}},
                    )
                atexit.register(self.close)
            return self._control

    def close(self) -> None:
        """End the server; its CPU time and that of the jobs then count as this process's."""
        if self._control and self._process:
            self._control.close()
            self._process.wait()


def use(workflow: Any) -> None:
    """Let Snakemake run the Python scripts of its main process in forks.

    A script that asks for an environment, a container, a shadow folder or a benchmark, or that is
    to be kept with what it was given, starts as it would without this. So do all of them where the
    server cannot be started.

    Parameters
    ----------
    workflow
        Snakemake's. On a cluster each job has a Snakemake of its own, with one script to run.
    """
    if sys.platform != "linux" or not workflow.is_main_process:
        return
    from snakemake.iocontainers import Snakemake
    from snakemake.script import PythonScript

    scripts: Any = PythonScript
    ordinary, server = scripts.evaluate, Server()

    def evaluate(job: Any, edit: bool = False) -> None:
        apart = (job.conda_env, job.container_img, job.env_modules, job.shadow_dir)
        if edit or any(apart) or job.bench_record or not (job.is_local and job.cleanup_scripts):
            ordinary(job, edit)
            return
        path = job.path.get_path_or_uri(secret_free=True)
        folder = job.path.get_basedir().get_path_or_uri(secret_free=True)
        parts = (job.input, job.output, job.params, job.wildcards, job.threads, job.resources)
        about = (job.log, job.config, job.rulename, job.bench_iteration, folder)
        temporary = job.resources.get("tmpdir")
        environment = dict.fromkeys(("TMPDIR", "TMP", "TEMPDIR", "TEMP"), temporary)
        try:
            given = pickle.dumps(Snakemake(*parts, *about))
            code = server.run(job.rulename, path, given, environment if temporary else {})
        except OSError:
            ordinary(job)
            return
        if code:
            raise subprocess.CalledProcessError(code, Path(path).name)

    scripts.evaluate = evaluate


class _Request(NamedTuple):
    rule: str
    script: str
    given: bytes
    environment: dict[str, str]


def serve(control: socket.socket) -> None:
    """Fork a child for each request, and answer with its exit code, until the run has ended.

    Parameters
    ----------
    control
        Where the run sends the connection of each job.
    """
    fork = multiprocessing.get_context("fork")
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the jobs
    jobs: dict[Any, tuple[multiprocessing.process.BaseProcess, socket.socket]] = {}
    listening = [control]
    while listening or jobs:
        for ready in connection.wait([*listening, *jobs]):
            if ready is not control:
                process, job = jobs.pop(ready)
                process.join()
                with job, suppress(OSError):  # the run may have been killed
                    job.sendall(str(process.exitcode).encode())
                continue
            _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not descriptors:
                listening.clear()
                continue
            job = socket.socket(fileno=descriptors[0])
            with job.makefile("rb") as stream:
                request = _Request(*pickle.load(stream))  # noqa: S301 - from the run
            _import_for(request.script)
            # its own connection stays open in the child, until it ends, even without the server
            others = [control, *(other for _, other in jobs.values())]
            process = fork.Process(None, _run, request.rule, (request, others, interrupted))
            process.start()
            jobs[process.sentinel] = process, job


def _import_for(script: str) -> None:
    """Import here what a script imports, so that its child and later ones find it there."""
    # what is wrong with a script or a module, its child says
    with suppress(Exception):
        for node in ast.parse(Path(script).read_bytes()).body:
            if isinstance(node, ast.Import):
                for name in node.names:
                    __import__(name.name)
            elif isinstance(node, ast.ImportFrom) and node.module:
                __import__(node.module, fromlist=[name.name for name in node.names])


def _run(request: _Request, others: list[socket.socket], interrupted: Any) -> None:
    for one in others:
        one.close()
    signal.signal(signal.SIGINT, interrupted)
    os.environ.update(request.environment)
    sys.argv[:] = [request.script]
    given = pickle.loads(request.given)  # noqa: S301 - from the run
    runpy.run_path(request.script, {"snakemake": given}, "__main__")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
