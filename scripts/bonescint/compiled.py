"""The compiled module of a SciPy package, without the rest that the package loads."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def compiled(package: str, part: str, *names: str) -> Any | None:
    """Return a package's compiled module if it can be loaded alone and has these names.

    It is None if the package is loaded already, or if another SciPy has them elsewhere.
    """
    if package in sys.modules:
        return None
    import scipy

    # an empty module replaces the package while its compiled part is loaded
    bare = ModuleType(package)
    bare.__path__ = [str(Path(scipy.__file__).parent / package.rpartition(".")[2])]
    sys.modules[package] = bare
    try:
        found = importlib.import_module(f"{package}.{part}")
    except ImportError:
        return None
    finally:
        del sys.modules[package]
    return found if all(hasattr(found, name) for name in names) else None
