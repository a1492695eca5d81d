"""SciPy's numbering of components, without the rest of `scipy.ndimage`.

`import scipy.ndimage` takes a quarter of a second of CPU, as long as fifty files, and each process
that codes would pay it at its first file that deserves a closer look.
"""

import importlib
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_WHOLE = "scipy.ndimage"
_EIGHT = np.ones((3, 3), bool)


class _Labels(Protocol):
    def __call__(
        self, mask: NDArray[np.bool_], structure: NDArray[np.bool_], out: NDArray[np.int32], /
    ) -> int: ...


def components(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Return the number of each pixel's component in a picture, and how many there are.

    Pixels that touch by a corner belong together. Components are numbered from 1 in the order of
    their first pixels; 0 is outside the mask.
    """
    labels = np.empty(mask.shape, np.int32)
    return labels, int(_labels()(mask, _EIGHT, labels))


@cache
def _labels() -> _Labels:
    """Return the function: of the compiled module alone where that is possible."""
    if _WHOLE not in sys.modules:
        import scipy

        # an empty module replaces the package while its compiled part is loaded
        bare = ModuleType(_WHOLE)
        bare.__path__ = [str(Path(scipy.__file__).parent / "ndimage")]
        sys.modules[_WHOLE] = bare
        try:
            found: _Labels = importlib.import_module(f"{_WHOLE}._ni_label")._label
        except (ImportError, AttributeError):
            pass  # another SciPy may have it elsewhere
        else:
            return found
        finally:
            del sys.modules[_WHOLE]
    return _of_the_package


def _of_the_package(
    mask: NDArray[np.bool_], structure: NDArray[np.bool_], out: NDArray[np.int32]
) -> int:
    from scipy import ndimage

    return int(ndimage.label(mask, structure, output=out))
