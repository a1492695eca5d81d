"""Set how the processes of a command write files, and how they end."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nobody_else_reads() -> Iterator[None]:
    """Let only the owner read the files that are written inside the block."""
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)


@contextmanager
def interrupted_here_only() -> Iterator[None]:
    """Let Ctrl-C end this process but not its workers, although all of them receive it.

    The workers inherit the handler and finish their patient. A second Ctrl-C changes nothing.
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


def short_turns() -> None:
    """Let the threads of this process take turns often.

    A thread that writes a file asks for its turn several times in each file, and would wait each
    time longer than the next file takes.
    """
    sys.setswitchinterval(0.0003)
