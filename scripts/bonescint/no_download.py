"""pydicom without its way to the internet, over which it fetches test files.

No study needs them, and no program of a hospital should ask for them. The libraries for that take
a third of the time in which pydicom starts. The package imports this module before any other.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn


def _refuse(*_: object, **__: object) -> NoReturn:
    raise OSError("pydicom downloads nothing in this project")


def _given(name: str) -> Callable[..., NoReturn]:
    if name.startswith("__"):  # who looks for a module's file or path finds none
        raise AttributeError(name)
    return _refuse


_replaced = ModuleType("pydicom.data.download")
vars(_replaced)["__getattr__"] = _given
sys.modules.setdefault(_replaced.__name__, _replaced)
