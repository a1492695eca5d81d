"""The network's forward pass in numpy.

It calculates in whole numbers that fit into a float64, so every sum is exact: the result is the
same in whatever order, and in however many threads, the machine adds up.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.grid import Plane
from bonescint.analyser.weights import Layer

PLACES = 18  # binary places of an activation
# with weights below 2^15 and at most 1368 inputs (below 2^11), sums stay below 2^49 < 2^53
LARGEST = 2.0**23
LEVELS = 5


def forward(layers: Sequence[Layer], views: Plane) -> Plane:
    """Return the network's outputs (20, rows, columns) before softplus, softmax and sigmoid.

    Parameters
    ----------
    layers
        As `weights.layers` returns them.
    views
        As `grid.network_input` returns them (4, rows, columns).
    """
    whole = np.rint(views * 2.0**PLACES)
    _, rows, columns = whole.shape
    blocks = whole[:2].reshape(2, rows // 2, 2, columns // 2, 2).transpose(0, 2, 4, 1, 3)
    x = np.concatenate([blocks.reshape(8, rows // 2, columns // 2), whole[2:, ::2, ::2]])
    remaining = list(layers)
    kept = []
    for level in range(LEVELS):
        if level:
            c, r, q = x.shape
            x = x.reshape(c, r // 2, 2, q // 2, 2).max(axis=(2, 4))
        for _ in range(2):
            x = _convolved(remaining.pop(0), x)
        kept.append(x)
    kept.pop()
    for _ in range(LEVELS - 1):
        wide = x.repeat(2, axis=1).repeat(2, axis=2)
        x = _convolved(remaining.pop(0), np.concatenate([wide, kept.pop()]))
    out = _weighted(remaining.pop(0), x.reshape(len(x), -1)) * 2.0**-PLACES
    split = out.reshape(-1, 2, 2, rows // 2, columns // 2).transpose(0, 3, 1, 4, 2)
    return split.reshape(-1, rows, columns)


def _convolved(layer: Layer, x: Plane) -> Plane:
    """Return one layer of 3 by 3 pixels, below 0 set to 0."""
    channels, rows, columns = x.shape
    # three copies side by side, moved by a column, with an empty row above and below
    moved = np.zeros((3, channels, rows + 2, columns))
    moved[0, :, 1:-1, 1:] = x[:, :, :-1]
    moved[1, :, 1:-1] = x
    moved[2, :, 1:-1, :-1] = x[:, :, 1:]
    flat = moved.reshape(3 * channels, -1)
    rowwise = [flat[:, i * columns : (i + rows) * columns] for i in range(3)]
    y = _weighted(layer, *rowwise)
    np.clip(y, 0.0, LARGEST, out=y)
    return y.reshape(-1, rows, columns)


def _weighted(layer: Layer, *inputs: Plane) -> NDArray[np.float64]:
    """Return the weighted sum of the inputs, one for each row of the weights."""
    y: NDArray[np.float64] = layer.weight[0] @ inputs[0]
    for weight, more in zip(layer.weight[1:], inputs[1:], strict=True):
        y += weight @ more
    y *= 2.0**-layer.places
    np.rint(y, out=y)
    y += layer.bias
    return y
