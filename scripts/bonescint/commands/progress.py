"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.archive.stream import Report

_BAR_EVERY = 0.1  # s
_LINE_EVERY = 30.0  # s


@contextmanager
def progress(text: Texts) -> "Iterator[Report]":
    """Show on stderr how far the stages are, for the length of the block.

    Each stage has a text ``stage.<stage>``.

    Yields
    ------
    Callable
        To be called with the stage, the number done and the total, None while nobody knows it.
    """
    shown = time.monotonic()
    if not sys.stderr.isatty():

        def line(stage: str, done: int, total: int | None) -> None:
            nonlocal shown
            if time.monotonic() - shown >= _LINE_EVERY:
                shown = time.monotonic()
                of = "" if total is None else f"/{total}"
                print(f"{text(f'stage.{stage}')}: {done}{of}", file=sys.stderr, flush=True)

        yield line
        return

    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    # no refresh thread, because worker processes are forked while the bar is shown
    with bars.Progress(
        *columns, console=Console(stderr=True), auto_refresh=False, transient=True
    ) as bar:
        task = bar.add_task("", total=None)

        def draw(stage: str, done: int, total: int | None) -> None:
            nonlocal shown
            if time.monotonic() - shown >= _BAR_EVERY or done == total:
                shown = time.monotonic()
                label = text(f"stage.{stage}")
                bar.update(task, description=label, completed=done, total=total, refresh=True)

        yield draw
