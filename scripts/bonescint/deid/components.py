"""SciPy's numbering of components, without the rest of `scipy.ndimage`.

`import scipy.ndimage` takes a quarter of a second of CPU, as long as fifty files, and each process
that codes would pay it at its first file that deserves a closer look.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bonescint.compiled import compiled

_EIGHT = np.ones((3, 3), bool)
_Mask = NDArray[np.bool_]
_Labels = Callable[[_Mask, _Mask, NDArray[np.int32]], int]


def components(mask: _Mask) -> tuple[NDArray[np.int32], int]:
    """Return the number of each pixel's component in a picture, and how many there are.

    Pixels that touch by a corner belong together. Components are numbered from 1 in the order of
    their first pixels; 0 is outside the mask.
    """
    labels = np.empty(mask.shape, np.int32)
    return labels, int(_labels()(mask, _EIGHT, labels))


@cache
def _labels() -> _Labels:
    """Return the function: of the compiled module alone where that is possible."""
    if found := compiled("scipy.ndimage", "_ni_label", "_label"):
        label: _Labels = found._label
        return label
    return _of_the_package


def _of_the_package(mask: _Mask, structure: _Mask, out: NDArray[np.int32]) -> int:
    from scipy import ndimage

    return int(ndimage.label(mask, structure, output=out))
