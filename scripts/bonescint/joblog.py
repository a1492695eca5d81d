"""The log of one job: counts, codes and file names under results/, never an identifier."""

import gc
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bonescint import runlock
from bonescint.errors import InputError
from bonescint.made import forget_made, remember_made


@contextmanager
def job_log(path: str | Path) -> Iterator[None]:
    """Send logging to the job's log file, whose folder is made, while the block lasts.

    A user's mistake (`InputError`) is logged as its text and ends the job with exit code 1. Any
    other exception is logged by type and place only. Its message could quote a header or a table
    cell with an identifier, and the log is on the coded side. The job's outputs are recorded at its
    end (`bonescint.made`).
    """
    os.umask(0o077)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    # pydicom's messages quote header values; the level also silences its child loggers
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with runlock.held(Path(".snakemake")), _recorded(path):
            yield
    except InputError as error:
        for problem in error.problems:
            root.error("%s", problem)
        raise SystemExit(1) from None
    except Exception as error:
        # imported here, because its words affect no result
        from bonescint.incidents import system_error

        frames = traceback.extract_tb(error.__traceback__)
        place = "\n".join(f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames)
        if isinstance(error, OSError) and error.errno:
            root.error("%s", system_error(error))
        root.error(
            "%s at\n%s\n(message withheld, it may hold an identifier; BONESCINT_DEBUG=1 shows it)",
            type(error).__name__,
            place,
        )
        if os.environ.get("BONESCINT_DEBUG"):
            traceback.print_exc()
        raise SystemExit(1) from None
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


@contextmanager
def _recorded(log: Path) -> Iterator[None]:
    """Record the outputs of a job that Snakemake runs, and search it for no garbage at its end."""
    forget_made(log)
    outputs = getattr(getattr(sys.modules["__main__"], "snakemake", None), "output", None)
    if not isinstance(outputs, list):
        yield
        return
    # modules are no garbage: Python need not walk through them again and again
    gc.freeze()
    yield
    remember_made(log, outputs)
    # nor through anything, now that the process ends: that was a fifth of most jobs
    gc.freeze()
