"""The network's weights and the settings of the analysis, with the hash that they must have."""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bonescint.errors import InputError
from bonescint.resources import RESOURCES, both, resource_rows

# a literal, so that a rule runs again when the file changes
WEIGHTS_FILE = "analyser/weights.npz"


@dataclass(frozen=True)
class Layer:
    """One layer of the network in whole numbers.

    Parameters
    ----------
    weight
        Whole numbers: for each of three rows of pixels (outputs, 3 columns x inputs), of the last
        layer for one row (outputs, inputs).
    bias
        Whole numbers (outputs, 1).
    places
        Binary places of the weights.
    """

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    places: int


@cache
def settings() -> dict[str, str]:
    """Return the settings by name, the weights' SHA-256 among them."""
    return {row["setting"]: row["value"] for row in resource_rows("analyser/settings.csv")}


def setting(name: str) -> float:
    """Return one setting that is a number.

    Parameters
    ----------
    name
        Its row in the table.
    """
    return float(settings()[name])


def _version() -> str:
    said = "\n".join(f"{name}={value}" for name, value in sorted(settings().items()))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


VERSION = _version()  # the short hash of weights and settings


@cache
def layers() -> tuple[Layer, ...]:
    """Return the network's layers, from the views to the answers.

    Raises
    ------
    InputError
        If the file is missing, damaged or other than the recorded one.
    """
    try:
        content = (RESOURCES / WEIGHTS_FILE).read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != settings()["weights_sha256"]:
        raise InputError(both("analyser_weights", "other", file=f"resources/{WEIGHTS_FILE}"))
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays: dict[str, NDArray[Any]] = dict(file)
    found = []
    for number, places in enumerate(arrays["places"]):
        weight = arrays[f"weight{number:02d}"].astype(np.float64)
        outputs, _, rows, _ = weight.shape
        weight = np.ascontiguousarray(weight.transpose(2, 0, 3, 1)).reshape(rows, outputs, -1)
        bias = arrays[f"bias{number:02d}"].astype(np.float64)[:, None]
        found.append(Layer(weight, bias, int(places)))
    return tuple(found)
