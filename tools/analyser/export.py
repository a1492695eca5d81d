"""Weights of the network in torch, folded and rounded to whole numbers for numpy."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from network import UNet

STEPS = 18  # binary places of an activation


def folded(state: Mapping[str, torch.Tensor]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the weights and offsets of each layer in order, batch norm included.

    Parameters
    ----------
    state
        The network's state.
    """
    network = UNet()
    network.load_state_dict(dict(state))
    layers = []
    for convolution, norm, _ in (*network.down, *network.up):
        gain = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
        weight = convolution.weight.double() * gain[:, None, None, None]
        layers.append((weight, norm.bias.double() - norm.running_mean.double() * gain))
    layers.append((network.head.weight.double(), network.head.bias.double()))
    return [(weight.detach().numpy(), bias.detach().numpy()) for weight, bias in layers]


def write_weights(state: Mapping[str, torch.Tensor], path: Path, recipe: str) -> None:
    """Write the weights as 16-bit numbers, each layer with its number of binary places.

    Parameters
    ----------
    state
        The network's state.
    path
        The file.
    recipe
        The hash of what they come from.
    """
    arrays: dict[str, np.ndarray] = {}
    places = []
    for number, (weight, bias) in enumerate(folded(state)):
        place = int(np.floor(np.log2(32767 / np.abs(weight).max())))
        places.append(place)
        arrays[f"weight{number:02d}"] = np.rint(weight * 2.0**place).astype(np.int16)
        arrays[f"bias{number:02d}"] = np.rint(bias * 2.0**STEPS).astype(np.int32)
    arrays["places"] = np.array(places, np.int8)
    arrays["recipe"] = np.frombuffer(json.dumps({"recipe": recipe}).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft.npz")
    np.savez_compressed(draft, **arrays)
    draft.replace(path)
