"""SciPy's functions are SciPy's own, loaded without the parts that are not used."""

import subprocess
import sys

import pytest

from bonescint.special import __all__ as names

SAME = f"""
assert all(getattr(scipy.special, name) is getattr(bonescint.special, name) for name in {names})
assert abs(scipy.special.gammainc(2, 1.0) - 0.2642411176571153) < 1e-15
"""


def in_python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("first", ["bonescint.special", "scipy.special"])
def test_the_functions_are_those_of_scipy_whoever_is_first(first: str) -> None:
    in_python(
        f"import {first}\nimport bonescint.special, scipy.special, scipy.special._ufuncs{SAME}"
    )


def test_no_question_loads_the_rest_of_scipy_or_a_test_tool() -> None:
    in_python("""
import importlib, pkgutil, sys
import bonescint.questions as room
for module in pkgutil.iter_modules(room.__path__):
    importlib.import_module(f"bonescint.questions.{module.name}")
heavy = {"scipy.special", "scipy.stats", "numpy.f2py", "numpy.testing", "pandas", "pydicom"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
""")


def test_a_scipy_that_keeps_them_elsewhere_is_loaded_whole() -> None:
    in_python(f"""
import importlib
own = importlib.import_module
def without(name, *rest):
    if name == "scipy.special._ufuncs":
        raise ImportError(name)
    return own(name, *rest)
importlib.import_module = without
import bonescint.special, scipy.special{SAME}""")
