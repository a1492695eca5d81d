"""SciPy's special functions, without the half of NumPy that `scipy.special` also loads.

`import scipy.special` takes twice as long as NumPy itself, because its layer for other array
libraries loads NumPy's Fortran compiler and test tools. Every question of a study starts with it.
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
    """Return the module with the functions: only the compiled one where that is possible."""
    if _WHOLE not in sys.modules:
        import scipy

        # an empty module replaces the package while its compiled part is loaded
        bare = ModuleType(_WHOLE)
        bare.__path__ = [str(Path(scipy.__file__).parent / "special")]
        sys.modules[_WHOLE] = bare
        try:
            compiled = importlib.import_module(f"{_WHOLE}._ufuncs")
        except ImportError:
            pass  # another SciPy may have them elsewhere
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
