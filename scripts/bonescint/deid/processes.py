"""How the processes of a command write, and how they end."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nobody_else_reads() -> Iterator[None]:
    """Write files that their owner alone may read, for the length of the block."""
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)


@contextmanager
def interrupted_here_only() -> Iterator[None]:
    """Let Ctrl-C, which every process of the terminal receives, end this one and not the workers.

    They inherit the handler and finish the patient they are at; a second Ctrl-C changes nothing.
    """
    parent = os.getpid()

    def interrupt(signum: int, frame: object) -> None:
        if os.getpid() == parent:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
