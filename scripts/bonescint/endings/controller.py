"""Slurm's plugin outlives a restart of the cluster's controller.

The plugin asks the controller how long it remembers jobs that have ended (MinJobAge). If it gets no
answer, it asks the accounting (sacct) what the jobs do. On a cluster without accounting it then
forgets its jobs, and the run waits for ever. The answer cannot change during a restart, so the
plugin gets the last one again, and asks the controller until it is back.
"""

import sys
from collections.abc import Callable

PLUGIN = "snakemake_executor_plugin_slurm"
_ASKS = "get_min_job_age"  # the plugin's function that asks


def outlive_controller(told: Callable[[], None]) -> None:
    """Have the plugin remember the controller's last answer. Without the plugin, do nothing.

    `told` is called each time that the controller has stopped answering.
    """
    plugin = sys.modules.get(PLUGIN)
    ask: Callable[[], int | None] | None = getattr(plugin, _ASKS, None)
    if ask is None:
        return
    last: int | None = None
    is_away = False

    def remembered() -> int | None:
        nonlocal last, is_away
        answer = ask()
        was_away, is_away = is_away, answer is None
        if answer is not None:
            last = answer
        elif last is not None and not was_away:
            told()
        return last

    setattr(plugin, _ASKS, remembered)
