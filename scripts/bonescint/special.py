"""SciPy's special functions, without the half of NumPy that `scipy.special` loads beside them.

`import scipy.special` takes twice as long as NumPy itself: its layer for other array libraries
loads NumPy's Fortran compiler and test tools. Every question of a study starts with it.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = [
    "bdtr",
    "bdtrc",
    "betaincinv",
    "chdtrc",
    "chdtri",
    "expit",
    "fdtrc",
    "fdtri",
    "gammaln",
    "logit",
    "nctdtrit",
    "ndtr",
    "ndtri",
    "stdtr",
    "stdtrit",
    "xlog1py",
    "xlogy",
]

_WHOLE = "scipy.special"


def _functions() -> ModuleType:
    """Return the module that holds the functions: the compiled one alone where it can be had."""
    if _WHOLE not in sys.modules:
        import scipy

        # stands in for the package while its compiled part is loaded, so that the rest is not
        bare = ModuleType(_WHOLE)
        bare.__path__ = [str(Path(scipy.__file__).parent / "special")]
        sys.modules[_WHOLE] = bare
        try:
            compiled = importlib.import_module(f"{_WHOLE}._ufuncs")
        except ImportError:
            pass  # another SciPy may keep them elsewhere
        else:
            if all(hasattr(compiled, name) for name in __all__):
                return compiled
        finally:
            del sys.modules[_WHOLE]
    return importlib.import_module(_WHOLE)


if TYPE_CHECKING:
    from scipy.special import (
        bdtr,
        bdtrc,
        betaincinv,
        chdtrc,
        chdtri,
        expit,
        fdtrc,
        fdtri,
        gammaln,
        logit,
        nctdtrit,
        ndtr,
        ndtri,
        stdtr,
        stdtrit,
        xlog1py,
        xlogy,
    )
else:
    _found = _functions()
    globals().update({name: getattr(_found, name) for name in __all__})
