"""SciPy's special functions, without the half of NumPy that `scipy.special` also loads.

`import scipy.special` takes twice as long as NumPy itself, because its layer for other array
libraries loads NumPy's Fortran compiler and test tools. Every question of a study starts with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from bonescint.compiled import compiled

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
    _found = compiled("scipy.special", "_ufuncs", *__all__) or import_module("scipy.special")
    globals().update({name: getattr(_found, name) for name in __all__})
