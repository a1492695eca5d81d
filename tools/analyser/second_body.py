"""The skeleton, the skin and the organs of the second phantom, for a person of 1.70 m, in mm."""

import numpy as np
from second_voxels import Builder, Voxels

SIDES = (-1, 1)


def build(rng: np.random.Generator) -> Voxels:
    """Return the voxels of one random person.

    Parameters
    ----------
    rng
        The source of random numbers.
    """
    b = Builder(rng)
    _head(b)
    _spine(b)
    _chest(b)
    _pelvis(b)
    arms = {side: _arm_line(b, side) for side in SIDES}
    legs = {side: _leg_line(b, side) for side in SIDES}
    for side in SIDES:
        if rng.uniform() > 0.06:  # some arms lie outside the field
            _arm(b, side, arms[side])
        _leg(b, side, legs[side])
    _trunk(b)
    _organs(b, arms)
    return b.voxels


def _head(b: Builder) -> None:
    b.lump("skull", (0, 4, 96), (74, 94, 92), hollow=9)
    b.lump("skull", (0, -6, 152), (50, 52, 10), power=3)
    b.lump("skull", (0, -62, 160), (30, 22, 24), power=2.5, warm=1.5, hollow=9)
    for side in SIDES:
        b.lump("skull", (side * 34, -66, 124), (21, 14, 18), warm=1.3, hollow=6)
        b.tube("skull", [(side * 36, -66, 148), (side * 62, -40, 146), (side * 66, 0, 140)], 5)
    arch = [(-54, 0, 160), (-46, -40, 200), (0, -76, 214), (46, -40, 200), (54, 0, 160)]
    b.tube("jaw", arch, (6, 7, 8, 7, 6))
    b.tube("jaw", [(-26, -56, 182), (0, -72, 186), (26, -56, 182)], 6, warm=1.5)
    b.lump("soft", (0, 4, 108), (84, 106, 116), power=2.3)
    b.lump("soft", (0, 22, 240), (58, 58, 90), power=2.5)


def _spine(b: Builder) -> None:
    sway = b.rng.normal(0, 5)
    levels = [("cervical", 7, 172, 15, (13, 9, 6.6)), ("thoracic", 12, 284, 23.5, (16, 14, 9.6)),
              ("lumbar", 5, 572, 33, (24, 17, 13.6))]  # fmt: skip
    for name, count, top, step, axes in levels:
        for i in range(count):
            z = top + step * i
            x = sway * np.sin((z - 280) / 130)
            y = 26 + 26 * np.sin((z - 150) / 165) * (1 if z < 560 else 0.5)
            size = np.array(axes) * (0.9 + 0.2 * i / count)
            b.lump(name, (x, y, z), size, power=3.5, warm=float(b.rng.lognormal(0, 0.06)))
            b.lump(name, (x, y + size[1] + 16, z + 6), (5, 14, size[2] * 0.9), power=2.5)
            for side in SIDES:
                b.lump(
                    name,
                    (x + side * size[0] * 0.85, y + size[1] + 8, z),
                    (7, 8, size[2] * 0.8),
                    warm=1.15,
                )
    b.lump("sacrum", (0, 54, 748), (46, 17, 24), power=2.6)
    b.lump("sacrum", (0, 66, 784), (33, 14, 24), power=2.4)
    b.lump("sacrum", (0, 72, 820), (17, 9, 22), power=2.2, warm=0.8)


def _chest(b: Builder) -> None:
    deep, wide = b.rng.normal(1, 0.06), b.rng.normal(1, 0.05)
    slant = b.rng.normal(1, 0.15)
    for i in range(12):
        z = 288 + 23.5 * i
        out = wide * np.interp(i, [0, 2, 6, 9, 11], [62, 106, 134, 134, 104])
        fall = slant * np.interp(i, [0, 4, 9, 11], [34, 72, 92, 40])
        full = np.interp(i, [0, 9, 10, 11], [1, 1, 0.72, 0.5])
        for side in SIDES:
            path = np.array(
                [
                    (16, 62, z),
                    (0.55 * out, 92 * deep, z + 0.1 * fall),
                    (out, 34, z + 0.45 * fall),
                    (0.93 * out, -30 * deep, z + 0.8 * fall),
                    (0.55 * out + 4, -78 * deep, z + fall),
                ]
            )
            if full < 1:
                path = path[: 4 if full > 0.6 else 3]
            jitter = b.rng.normal(0, 1.2, 3)
            b.tube("ribs", path * (side, 1, 1) + jitter, 5.6, float(b.rng.lognormal(0, 0.08)))
    b.lump("sternum", (0, -84, 344), (27, 8, 26), power=2.6)
    b.lump("sternum", (0, -94, 428), (17, 7, 58), power=3)
    for side in SIDES:
        rise = b.rng.normal(0, 5)
        b.tube(
            "clavicles",
            np.array([(18, -84, 326), (62, -88, 318), (112, -48, 308), (154, -14, 306)])
            * (side, 1, 1)
            + (0, 0, rise),
            (8, 6, 6, 7),
        )
        b.lump("scapulae", (side * 108, 92, 392), (36, 6, 64), power=2.6, turn=-side * 18, warm=0.7)
        b.tube(
            "scapulae",
            np.array([(78, 100, 352), (120, 96, 330), (160, 44, 304)]) * (side, 1, 1),
            7,
        )
        b.lump("scapulae", (side * 152, 22, 330), (11, 17, 20), warm=1.3)


def _pelvis(b: Builder) -> None:
    flare = b.rng.normal(1, 0.07)
    for side in SIDES:

        def wing(x, y, z, side=side):
            return (side * x > 12) & (z < 22) & (y > -48)

        b.lump(
            "pelvis", (side * 52 * flare, 4, 770), (80, 74, 86), power=2.2, hollow=9, keep=wing,
            warm=0.85,
        )  # fmt: skip
        b.tube(
            "pelvis",
            np.array([(56, 68, 700), (92, 42, 688), (124, -10, 706), (128, -44, 744)])
            * (side * flare, 1, 1),
            7,
        )
        b.lump("pelvis", (side * 48, 58, 752), (9, 16, 30), warm=1.6)
        b.lump("pelvis", (side * 92, 4, 852), (34, 30, 34), hollow=9)
        b.tube("pelvis", [(side * 80, -26, 850), (side * 42, -52, 852), (side * 9, -54, 870)], 9)
        b.tube("pelvis", [(side * 84, 28, 868), (side * 68, 42, 912), (side * 58, 30, 926)], 13)
        b.tube("pelvis", [(side * 56, 24, 924), (side * 32, -20, 904), (side * 12, -50, 878)], 7)


def _arm_line(b: Builder, side: int) -> np.ndarray:
    """Return shoulder, elbow, wrist and finger tips of one arm."""
    rng = b.rng
    spread, bend = np.radians(rng.uniform(1, 14)), np.radians(rng.normal(-4, 8))
    shoulder = np.array([side * 170.0, 8, 326])
    upper = np.array([side * np.sin(spread), 0.03, np.cos(spread)])
    lower = np.array([side * np.sin(spread + bend), -0.07, np.cos(spread + bend)])
    elbow = shoulder + 300 * upper
    wrist = elbow + 245 * lower
    return np.array([shoulder, elbow, wrist, wrist + 180 * lower])


def _arm(b: Builder, side: int, line: np.ndarray) -> None:
    shoulder, elbow, wrist, tips = line
    b.lump("humeri", shoulder + (0, 0, 6), (24, 23, 26), warm=1.6)
    b.tube("humeri", [shoulder + (side * 4, 0, 22), (shoulder + elbow) / 2, elbow], (13, 10, 12))
    b.lump("humeri", elbow, (27, 14, 13), power=2.5, warm=1.3)
    for offset, radii in ((-9, (8, 6, 6)), (10, (6.5, 6.5, 9))):
        shift = (side * offset, 0, 8)
        b.tube("forearm", [elbow + shift, (elbow + wrist) / 2 + shift, wrist + shift], radii)
    b.lump("hands", wrist + (0, 0, 22), (23, 12, 16), power=2.4, warm=1.4)
    for k in range(4):
        base = wrist + (side * (-14 + 10 * k), 0, 32)
        b.tube("hands", [base, (base + tips) / 2, tips + (side * (-17 + 12 * k), 0, -4 * k)], 4.6)
    thumb = wrist + (-side * 22, -8, 34)
    b.tube("hands", [thumb, thumb + (-side * 16, -12, 30), thumb + (-side * 22, -18, 62)], 5)
    b.tube("soft", [shoulder + (0, 0, -14), elbow, wrist], (52, 42, 28))
    b.tube("soft", [wrist, (wrist + tips) / 2, tips], (32, 42, 22))


def _leg_line(b: Builder, side: int) -> np.ndarray:
    """Return hip, knee, ankle and toes of one leg."""
    rng = b.rng
    spread = np.radians(rng.uniform(-2, 4))
    hip = np.array([side * 92.0, 4, 852])
    knee = hip + 398 * np.array([side * np.sin(spread - 0.03), 0, np.cos(spread)])
    ankle = knee + 372 * np.array([side * np.sin(spread), 0.02, np.cos(spread)])
    turn = np.radians(rng.normal(18, 14))
    toes = ankle + (side * 120 * np.sin(turn), -120 * np.cos(turn), 70)
    return np.array([hip, knee, ankle, toes])


def _leg(b: Builder, side: int, line: np.ndarray) -> None:
    hip, knee, ankle, toes = line
    b.lump("femora", hip, (24, 24, 24), warm=1.5)
    outer = hip + (side * 44, 12, 34)
    b.tube("femora", [hip, outer], (15, 17), warm=1.3)
    b.lump("femora", outer, (17, 18, 24), warm=1.4)
    shaft = [outer + (0, 0, 16), (outer + knee) / 2 + (side * 5, -8, 0), knee + (0, 0, -24)]
    b.tube("femora", shaft, (17, 14, 19))
    for half in SIDES:
        b.lump("femora", knee + (half * 19, 4, -8), (20, 27, 22), warm=1.4)
    b.lump("femora", knee + (0, -42, -14), (20, 9, 22), warm=1.2)
    b.lump("lower leg", knee + (0, 6, 30), (38, 26, 17), power=2.7, warm=1.6)
    b.tube("lower leg", [knee + (0, 4, 42), (knee + ankle) / 2, ankle], (20, 12, 13))
    b.lump("lower leg", ankle, (22, 18, 14), warm=1.5)
    near, far = knee + (side * 30, 24, 50), ankle + (side * 22, 12, 6)
    b.tube("lower leg", [near, (near + far) / 2 + (side * 3, 0, 0), far], (8, 5.5, 8))
    b.lump("feet", ankle + (0, 4, 28), (21, 25, 14), warm=1.5)
    b.lump("feet", ankle + (side * 2, 38, 46), (19, 30, 18), power=2.5)
    middle = ankle + 0.35 * (toes - ankle)
    b.lump("feet", middle + (0, 0, 8), (24, 20, 14), warm=1.3)
    for k in range(5):
        side_step = side * (-20 + 10 * k)
        b.tube("feet", [middle + (side_step, 0, 10), toes + (side_step * 1.3, 3 * k, 0)], (6, 4.5))
    b.tube("soft", [hip + (0, 0, -30), (hip + knee) / 2, knee], (92, 78, 58))
    b.tube("soft", [knee, knee + 0.35 * (ankle - knee), ankle], (56, 60, 36))
    b.tube("soft", [ankle + (0, 20, 10), ankle + (0, 10, 40), toes], (38, 44, 34))


def _trunk(b: Builder) -> None:
    levels = [(290, 120, 70), (350, 176, 94), (470, 160, 116), (600, 146, 110), (720, 162, 112),
              (840, 182, 118), (920, 160, 104)]  # fmt: skip
    for z, wide, deep in levels:
        b.lump("soft", (0, 4, z), (wide, deep, 90), power=2.6)
    for side in SIDES:
        b.lump("soft", (side * 140, 4, 330), (70, 62, 64))
        b.lump("air", (side * 66, 0, 430), (50, 66, 108))
    if b.rng.uniform() < 0.6:
        for side in SIDES:
            b.lump("soft", (side * 82, -104, 470), (64, 44, 60))


def _organs(b: Builder, arms: dict[int, np.ndarray]) -> None:
    rng = b.rng
    for side in SIDES:
        if rng.uniform() > 0.05:
            place = np.array([side * 62, 60, 606]) + rng.normal(0, [6, 5, 14])
            hollow = float(rng.choice([0, 12]))
            b.lump(
                "organ", place, rng.uniform((20, 16, 40), (29, 23, 54)), hollow=hollow,
                turn=-side * 12, warm=float(rng.lognormal(1.0, 0.5)),
            )  # fmt: skip
    size = rng.uniform((20, 18, 16), (46, 38, 34))
    b.lump("organ", (rng.normal(0, 6), -20, 846), size, warm=float(rng.lognormal(1.5, 0.8)))
    if rng.uniform() < 0.4:  # where it was injected
        line = arms[int(rng.choice(SIDES))]
        place = line[1] + rng.uniform(0, 1.2) * (line[2] - line[1]) + (0, -18, 0)
        b.lump("organ", place, rng.uniform(5, 13, 3), warm=float(rng.lognormal(2.0, 1.0)))
