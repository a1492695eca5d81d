"""Components are those of SciPy, whichever part of it is loaded first, and cost no whole import."""

import importlib
import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from bonescint.deid import components as module
from bonescint.deid.components import components

ALONE = """
import sys
import numpy as np
{before}
from bonescint.deid.components import components
labels, number = components(np.eye(3, dtype=bool))
assert labels.tolist() == np.eye(3, dtype=int).tolist() and number == 1
print(sorted(name for name in sys.modules if name in ("scipy.ndimage", "scipy.special")))
from scipy import ndimage
assert ndimage.label(np.eye(3))[1] == 3 and ndimage.gaussian_filter(np.eye(3), 1).all()
"""


@pytest.mark.parametrize("seed", range(8))
def test_components_are_those_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random(rng.integers(1, 90, 2)) < rng.uniform(0.05, 0.95)
    labels, number = components(mask)
    expected, count = ndimage.label(mask, np.ones((3, 3), bool))
    assert number == count
    assert labels.dtype == np.int32
    assert np.array_equal(labels, expected)
    assert module._of_the_package(mask, np.ones((3, 3), bool), labels) == count
    assert np.array_equal(labels, expected)


@pytest.mark.parametrize(
    ("before", "loaded"), [("", []), ("import scipy.ndimage", ["scipy.ndimage", "scipy.special"])]
)
def test_the_rest_of_scipy_is_not_loaded_and_can_be_later(before: str, loaded: list[str]) -> None:
    program = ALONE.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{loaded}\n"


def test_another_scipy_is_asked_for_the_whole_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    monkeypatch.delitem(sys.modules, "scipy.ndimage")
    assert module._labels.__wrapped__() is module._of_the_package
