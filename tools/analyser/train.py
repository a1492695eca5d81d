"""Train the reference analyser's network: ``python tools/analyser/train.py`` does all of it.

It makes the simulated people, trains with one thread, keeps a checkpoint every hundred steps, goes
on from there if it was stopped, and writes the weights of the average of the last steps.
"""

import argparse
import json
import math
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from augment import Sample, sample
from bases import write_bases
from export import write_weights
from network import UNet
from torch.nn import functional

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parents[1] / "resources" / "analyser" / "weights.npz"
# what the weights depend on; changing one of them makes other weights
RECIPE = {
    "people": 480,
    "steps": 2800,
    "new": 4,  # samples of a step that were not seen before
    "old": 4,  # of the last ones, mirrored
    "kept": 480,  # samples that old ones are taken from
    "rate": 6e-3,  # the highest; after the rise it falls like a cosine to nothing
    "warm": 150,  # steps
    "average": 0.995,
    "joined": 300,  # step from which the index is learnt where a metastasis is seen
    "seed": 2603,
}
AHEAD = 48  # samples that are made before they are needed
SOURCES = ("anatomy.py", "foci.py", "bases.py", "augment.py", "network.py", "train.py")


def recipe_hash() -> str:
    """Return the hash of the code and the numbers that the weights come from."""
    found = sha256(json.dumps(RECIPE, sort_keys=True).encode())
    for name in SOURCES:
        found.update((HERE / name).read_bytes())
    return found.hexdigest()


class Samples:
    """The samples of each step, the same ones whether or not the training was stopped.

    Another process makes them ahead. A sample's random numbers come from its number alone.

    Parameters
    ----------
    folder
        The people's files.
    """

    def __init__(self, folder: Path) -> None:
        self._make = partial(_light_sample, folder)
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), torch.set_num_threads, (1,))
        self._found: dict[int, Future[Sample]] = {}

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Return the samples of one step, each part of all of them in one array.

        Parameters
        ----------
        step
            The step, from 0 on.
        """
        new, kept = RECIPE["new"], RECIPE["kept"]
        first = step * new
        low = max(0, first - kept)
        for number in [n for n in self._found if n < low]:
            del self._found[number]
        for number in range(low, first + AHEAD):
            if number not in self._found:
                self._found[number] = self._pool.submit(self._make, number)
        found = [self._found[first + i].result() for i in range(new)]
        rng = np.random.default_rng([RECIPE["seed"], step])
        if first >= 80:
            chosen = rng.choice(np.arange(low, first), RECIPE["old"], replace=False)
            found += [_mirrored(self._found[int(number)].result()) for number in chosen]
        return tuple(torch.from_numpy(np.stack(part)) for part in zip(*found, strict=True))


def _light_sample(folder: Path, number: int) -> Sample:
    return _light(sample(folder, RECIPE["people"], number))


def _light(one: Sample) -> Sample:
    return Sample(*(part.astype("f4") for part in one[:-1]), one.labels.astype("i8"))


def _mirrored(one: Sample) -> Sample:
    views = one.views[..., ::-1].copy()
    views[2:] = one.views[2:]  # places stay where they are
    return Sample(views, *(part[..., ::-1] for part in one[1:]))


def loss_of(outputs: torch.Tensor, batch: tuple[torch.Tensor, ...], joined: bool) -> torch.Tensor:
    """Return the loss of one step: lesions, index and regions.

    Parameters
    ----------
    outputs
        Of the network.
    batch
        As `Samples.batch` returns it.
    joined
        Whether the index is the probability of a metastasis times the network's second output, as
        in the analysis; at first the latter is learnt on its own, in metastases alone.
    """
    _, index, mask, weight, labels = batch
    pixel = functional.binary_cross_entropy_with_logits(outputs[:, 0], mask, weight)
    lesion = torch.sigmoid(outputs[:, 0])
    dice = 1 - (2 * (lesion * mask).sum() + 1) / (lesion.sum() + mask.sum() + 1)
    found = functional.softplus(outputs[:, 1])
    found = found * (lesion.detach() if joined else (index > 0).float())
    # with a larger number here an output that fell to nothing would not rise again
    counted = (found - index * torch.log(found + 1e-6)).mean()
    whole = index.sum((1, 2))
    total = ((found.sum((1, 2)) - whole).abs() / (whole + 30)).mean()
    region = functional.cross_entropy(outputs[:, 2:], labels)
    return 20 * pixel + dice + 10 * counted + 0.3 * total + 0.7 * region


def rate_at(step: int) -> float:
    """Return the learning rate: rises, then falls to nothing.

    Parameters
    ----------
    step
        The step.
    """
    rise = min((step + 1) / RECIPE["warm"], 1)
    return RECIPE["rate"] * rise * (1 + math.cos(math.pi * step / RECIPE["steps"])) / 2


def train(work: Path, until: int) -> None:
    """Train up to a step and write the weights.

    Parameters
    ----------
    work
        The folder of people and checkpoint.
    until
        The step to stop at; the recipe's steps for the weights of the project.
    """
    torch.set_num_threads(1)
    torch.manual_seed(RECIPE["seed"])
    torch.use_deterministic_algorithms(True)
    network = UNet().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    step, kept = 0, work / "checkpoint.pt"
    if kept.exists():
        state = torch.load(kept)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        step, average = state["step"], state["average"]
    samples = Samples(work / "people")
    losses = []
    while step < until:
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step)
        batch = samples.batch(step)
        views = batch[0].to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            outputs = network(views)
        loss = loss_of(outputs.float(), batch, step >= RECIPE["joined"])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        step += 1
        share = min(RECIPE["average"], 1 - 1 / (1 + step / 10))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - share)
        losses.append(float(loss.detach()))
        if not math.isfinite(losses[-1]):
            raise RuntimeError(f"the loss of step {step} is no number")
        if step % 100 == 0 or step == until:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            draft = kept.with_suffix(".draft")
            torch.save({**state, "average": average, "step": step}, draft)
            draft.replace(kept)
        if step % 20 == 0:
            print(step, round(float(np.mean(losses[-20:])), 4), flush=True)
    write_weights(average, WEIGHTS, recipe_hash())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".analyser"))
    parser.add_argument("--workers", type=int, default=2, help="processes that make the people")
    parser.add_argument("--until", type=int, default=RECIPE["steps"])
    chosen = parser.parse_args()
    write_bases(chosen.work / "people", RECIPE["people"], chosen.workers)
    train(chosen.work, chosen.until)
