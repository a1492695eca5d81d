"""Train the reference analyser's network: ``python tools/analyser/train.py`` does all of it.

It makes the simulated people, trains with one thread, keeps a checkpoint every hundred steps, goes
on from there if it was stopped, and writes the weights of the average of the last steps.
"""

import argparse
import json
import math
from functools import lru_cache
from hashlib import sha256
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
    "people": 240,
    "steps": 4300,
    "new": 2,  # samples of a step that were not seen before
    "old": 2,  # of the last ones, mirrored
    "kept": 240,  # samples that old ones are taken from
    "rate": 3e-3,
    "warm": 80,  # steps
    # from the first step on the rate falls so that it would be nothing at the second one
    "falls": ((1680, 2800), (2200, 3300), (2800, 3600), (3300, 4300)),
    "lift": (3300, 4.0),  # step from which the rate is so much higher
    "rough": 2200,  # step from which nearly all scans have texture
    "average": 0.99,
    "joined": 800,  # step from which the index is learnt where a metastasis is seen
    "seed": 2603,
}
SOURCES = ("anatomy.py", "foci.py", "bases.py", "augment.py", "network.py", "train.py")


def recipe_hash() -> str:
    """Return the hash of the code and the numbers that the weights come from."""
    found = sha256(json.dumps(RECIPE, sort_keys=True).encode())
    for name in SOURCES:
        found.update((HERE / name).read_bytes())
    return found.hexdigest()


class Samples:
    """The samples of each step, the same ones whether or not the training was stopped.

    Parameters
    ----------
    folder
        The people's files.
    """

    def __init__(self, folder: Path) -> None:
        self._sample = lru_cache(maxsize=RECIPE["kept"])(
            lambda number: _light(
                sample(folder, RECIPE["people"], number, number >= RECIPE["rough"] * RECIPE["new"])
            )
        )

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Return views, index, mask and labels of one step.

        Parameters
        ----------
        step
            The step, from 0 on.
        """
        first = step * RECIPE["new"]
        found = [self._sample(first + i) for i in range(RECIPE["new"])]
        rng = np.random.default_rng([RECIPE["seed"], step])
        if first >= 80:
            low = max(0, first - RECIPE["kept"] + RECIPE["new"])
            chosen = rng.choice(np.arange(low, first), RECIPE["old"], replace=False)
            found += [_mirrored(self._sample(int(number))) for number in chosen]
        return tuple(torch.from_numpy(np.stack(part)) for part in zip(*found, strict=True))


def _light(one: Sample) -> Sample:
    views, index, mask, labels = one
    return Sample(views.astype("f4"), index.astype("f4"), mask.astype("f4"), labels.astype("i8"))


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
        in the analysis; at first the two are learnt on their own.
    """
    _, index, mask, labels = batch
    pixel = functional.binary_cross_entropy_with_logits(
        outputs[:, 0], mask, pos_weight=torch.tensor(2.0)
    )
    lesion = torch.sigmoid(outputs[:, 0])
    dice = 1 - (2 * (lesion * mask).sum() + 1) / (lesion.sum() + mask.sum() + 1)
    found = functional.softplus(outputs[:, 1])
    if joined:
        found = lesion.detach() * found
    counted = (found - index * torch.log(found + 1e-3)).mean()
    whole = index.sum((1, 2))
    total = ((found.sum((1, 2)) - whole).abs() / (whole + 30)).mean()
    region = functional.cross_entropy(outputs[:, 2:], labels)
    return 20 * pixel + dice + 10 * counted + 0.3 * total + 0.7 * region


def rate_at(step: int) -> float:
    """Return the learning rate: rises, stays, falls to nothing.

    Parameters
    ----------
    step
        The step.
    """
    rate = RECIPE["rate"] * min((step + 1) / RECIPE["warm"], 1)
    starts = [start for start, _ in RECIPE["falls"]]
    for (start, end), until in zip(RECIPE["falls"], [*starts[1:], step], strict=True):
        if step > start:
            rate *= (end - min(step, until)) / (end - start)
    lifted, times = RECIPE["lift"]
    return rate * (times if step >= lifted else 1)


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
