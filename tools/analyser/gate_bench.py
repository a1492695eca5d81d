"""Print how often the gate's look at both views refuses good and bad pairs of views.

``python tools/analyser/gate_bench.py`` prints the table of docs/en/model_card.md. The seeds were
looked at once, after the limits of `bonescint.analyser.both_views` were chosen on seeds 41 to 53.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
import second_body
from first_phantom import demonstration_case, first_case
from scipy import ndimage
from second_phantom import second_case
from second_voxels import Builder

from bonescint.analyser.both_views import views_fault

FEWEST = 160_000  # counts of a view, close to the least that the gate lets pass
ANGLES = (3, 5, 6, 8, 12)
Case = dict[str, Any]


def raised(b: Builder, side: int) -> np.ndarray:
    """Return the line of an arm beside or above the head."""
    up, bend = np.radians(b.rng.uniform(100, 170)), np.radians(b.rng.uniform(0, 60))
    points = [np.array([side * 165.0, 8, 316])]
    for length, angle in ((250, up), (215, up + bend), (150, up + bend)):
        step = np.array([side * np.sin(angle), 0.0, np.cos(angle)])
        points.append(points[-1] + length * step)
    return np.array(points)


def curved(b: Builder) -> None:
    """Build a spine with a scoliosis of 15 to 35 mm."""
    size = b.rng.uniform(15, 35) * b.rng.choice([-1, 1])
    phase, length = b.rng.uniform(-0.8, 0.8), b.rng.uniform(110, 190)
    lump = b.lump

    def moved(name: str, centre: Any, *form: Any, **more: Any) -> None:
        x, y, z = centre
        inside = np.clip((z - 200) / 80, 0, 1) * np.clip((780 - z) / 60, 0, 1)
        bend = size * np.sin((z - 300) / length + phase) * inside
        lump(name, (x + bend, y, z), *form, **more)

    with patch.object(b, "lump", moved):
        STRAIGHT(b)


def one_arm(b: Builder, side: int, line: np.ndarray) -> None:
    """Build the right arm alone."""
    if side < 0:
        ARM(b, side, line)


STRAIGHT, ARM = second_body._spine, second_body._arm


def posed(change: str, how: Callable[..., Any], seed: int, number: int) -> Case:
    """Return a case of the second phantom with one part of the body built otherwise."""
    with patch.object(second_body, change, how):
        return second_case(seed, number)


# name -> generator, seed, people
PEOPLE: dict[str, tuple[Callable[[int, int], Case], int, int]] = {
    "first": (first_case, 62, 40),
    "second": (second_case, 61, 40),
    "second, plain": (partial(second_case, rough=False), 64, 10),
    "arms raised": (partial(posed, "_arm_line", raised), 63, 10),
    "scoliosis": (partial(posed, "_spine", curved), 63, 10),
    "one arm": (partial(posed, "_arm", one_arm), 63, 10),
    "demonstration": (demonstration_case, 20190601, 100),
}


def turned(view: np.ndarray, degrees: float) -> np.ndarray:
    """Return a view turned about its middle; the nearest pixel's counts keep their noise."""
    wide = np.pad(view, ((0, 0), (40, 40)))
    return np.asarray(ndimage.rotate(wide, degrees, reshape=False, order=0))


def pairs(case: Case, other: Case) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield what is shown, and both views.

    Parameters
    ----------
    case, other
        A person and another one.
    """
    (front, back), (front_again, back_again) = case["counts"], case["again"]
    rng = np.random.default_rng(5)
    thin = [rng.binomial(view, min(1.0, FEWEST / view.sum())) for view in (front, back)]
    yield "as they are", front, back
    yield f"with {FEWEST:,} counts", thin[0], thin[1]
    for angle in ANGLES:
        both = turned(front, angle), turned(back[:, ::-1], angle)[:, ::-1]
        yield f"turned by {angle} degrees", *both
    yield "views exchanged", back, front
    yield "anterior view twice", front, front_again[:, ::-1]
    yield "posterior view twice", back_again[:, ::-1], back
    yield "posterior view not mirrored", front, back[:, ::-1]
    yield "another person's posterior view", front, other["counts"][1]


def refused(name: str) -> dict[str, list[str]]:
    """Return what is shown -> the reasons for one kind of people, empty if a pair passes.

    Parameters
    ----------
    name
        A key of `PEOPLE`.
    """
    make, seed, count = PEOPLE[name]
    cases = [make(seed, number) for number in range(count)]
    found: dict[str, list[str]] = {}
    for number, case in enumerate(cases):
        spacing = (float(case["spacing"]),) * 2
        for shown, front, back in pairs(case, cases[number - 1]):
            found.setdefault(shown, []).append(views_fault(front, back, spacing))
    return found


if __name__ == "__main__":
    names = sys.argv[1:] or list(PEOPLE)
    table = {name: refused(name) for name in names}
    print("| shown | " + " | ".join(f"{name} ({PEOPLE[name][2]})" for name in names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for row in table[names[0]]:
        cells = [f"{sum(map(bool, table[name][row]))}" for name in names]
        print(f"| {row} | " + " | ".join(cells) + " |")
    for name in names:
        why = {row: sorted({w for w in said if w}) for row, said in table[name].items()}
        print(name, why, file=sys.stderr)
