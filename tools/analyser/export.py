"""Weights of the network in torch, folded and rounded to whole numbers for numpy."""

import argparse
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


def write_answers(weights: Path, path: Path) -> None:
    """Write what torch answers with the rounded weights, for the test of the numpy network.

    Parameters
    ----------
    weights
        As `write_weights` wrote them.
    path
        The file of inputs (4, 32, 32) and every fourth output.
    """
    with np.load(weights) as file:
        arrays = dict(file)
    network = UNet().double().eval()
    layers = [(convolution, norm) for convolution, norm, _ in (*network.down, *network.up)]
    with torch.no_grad():
        for number, place in enumerate(arrays["places"]):
            weight = torch.from_numpy(arrays[f"weight{number:02d}"] * 2.0 ** -float(place))
            bias = torch.from_numpy(arrays[f"bias{number:02d}"] * 2.0**-STEPS)
            if number < len(layers):
                convolution, norm = layers[number]
                norm.bias.copy_(bias)  # its other values leave a sum as it is
                norm.running_var.fill_(1 - norm.eps)
                convolution.weight.copy_(weight)
            else:
                network.head.weight.copy_(weight)
                network.head.bias.copy_(bias)
        inputs = np.random.default_rng(1).normal(size=(4, 32, 32)).astype(np.float32)
        outputs = network(torch.from_numpy(inputs).double()[None])[0]
    np.savez_compressed(path, inputs=inputs, outputs=outputs.numpy()[:, ::4, ::4])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the weights of a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("recipe", help="the hash of the recipe")
    parser.add_argument("--answers", type=Path, help="the outputs of torch, for the test")
    given = parser.parse_args()
    write_weights(torch.load(given.checkpoint)["average"], given.weights, given.recipe)
    if given.answers:
        write_answers(given.weights, given.answers)
