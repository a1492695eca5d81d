"""Archive, verify and restore random data beside `tar | age`: MB/s and memory.

    .venv/bin/python tests/bench/bench_archive.py [MEGABYTES]

Every step runs in a process of its own. `age` is measured where it is installed.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

FILE_SIZE = 4_000_000  # bytes, as a whole-body scan of two views at full depth


def timed(what: str, megabytes: int, action: Callable[[], object]) -> None:
    """Run in a forked process and print its speed and its largest memory."""
    began = time.perf_counter()
    child = os.fork()
    if not child:
        action()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{what:<10} {megabytes / (time.perf_counter() - began):6.0f} MB/s  {peak:5} MB peak")
        os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    """Make the data, and measure."""
    from bonescint.custody.archive.contents import Contents
    from bonescint.custody.archive.read import restore, verify_archive
    from bonescint.custody.archive.write import write_archive
    from bonescint.identity.key import open_identity
    from bonescint.identity.ledger import create_ledger
    from bonescint.resources import Texts

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", type=int, nargs="?", default=1000)
    size = parser.parse_args().megabytes
    text = Texts("archive", "en")

    def quiet(*_: object) -> None: ...

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("results").mkdir()
        for n in range(size * 1_000_000 // FILE_SIZE):
            Path(f"results/{n:05}.dcm").write_bytes(os.urandom(FILE_SIZE))
        create_ledger(Path("ledger.age"), Path("ledger.key"))
        identity = open_identity("ledger.key")
        contents = Contents({"results": Path("results")}, "raw", False, frozenset(), ())
        file = Path("s.tar.age")
        os.sync()
        timed(
            "write",
            size,
            lambda: write_archive(
                file, contents, identity, "read me", lambda _: b"cover", text, quiet
            ),
        )
        timed("verify", size, lambda: verify_archive(file, identity, text, quiet))
        timed("restore", size, lambda: restore(file, Path("new"), identity, None, text, quiet))
        shutil.rmtree("new")
        if not shutil.which("age"):
            print("age is not installed: nothing to compare with")
            return
        Path("new").mkdir()
        key = f"age -r {identity.to_public()}"
        for what, line in (
            ("tar | age", f"tar c results | {key} > t.age && sync t.age"),
            ("age | tar", "age -d -i ledger.key t.age | tar x -C new"),
        ):
            timed(what, size, lambda line=line: subprocess.run(line, shell=True, check=True))  # noqa: S602


if __name__ == "__main__":
    main()
