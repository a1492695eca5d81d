"""The skeleton of the phantom, region by region, and the organs that show in a bone scan.

The phantom is a woman of 158 cm. Coordinates are those of `shapes`: mm, x to the patient's left, y
from front to back, z from the vertex downwards. Concentrations and lesion odds are in
resources/demo/regions.csv. The regions' shares of the skeleton's mass (Spiers 1968) are in
resources/demo/skeleton_mass.csv.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from bonescint.demo.shapes import Ellipsoid, Point, Shape, Tube, tube
from bonescint.resources import resource_rows

SIDES = {-1: "右", 1: "左"}


@dataclass(frozen=True)
class Region:
    """One part of the body whose projection is computed once.

    Parameters
    ----------
    name, name_ja
        Its key, and its word in a report.
    compartment
        Row of the mass table, empty for regions that are not bone.
    concentration, spread
        Activity concentration relative to the skull, and its log-normal spread between patients.
    lesion_odds
        Share of metastases in this region.
    shapes
        The bodies of the region. Overlapping ones add up.
    """

    name: str
    name_ja: str
    compartment: str
    concentration: float
    spread: float
    lesion_odds: float
    shapes: tuple[Shape, ...]

    @property
    def volume(self) -> float:
        """Volume, mm3."""
        return sum(shape.volume for shape in self.shapes)


@cache
def skeleton_mass() -> dict[str, float]:
    """Return each compartment's share of the skeleton's mass, % (Spiers 1968; sum 100.1)."""
    rows = resource_rows("demo/skeleton_mass.csv")
    return {row["compartment"]: float(row["mass_percent"]) for row in rows}


@cache
def regions() -> dict[str, Region]:
    """Return the phantom's regions by name."""
    shapes = _head() | _spine() | _chest() | _pelvis() | _arms() | _legs() | _organs()
    return {
        row["region"]: Region(
            row["region"],
            row["name_ja"],
            row["compartment"],
            float(row["concentration"]),
            float(row["spread"]),
            float(row["lesion_odds"]),
            tuple(shapes[row["region"]]),
        )
        for row in resource_rows("demo/regions.csv")
    }


@cache
def compartment_volumes() -> dict[str, float]:
    """Return the bone volume of each compartment of the mass table, mm3."""
    volumes = dict.fromkeys(skeleton_mass(), 0.0)
    for region in regions().values():
        if region.compartment:
            volumes[region.compartment] += region.volume
    return volumes


def _both(shape: Shape) -> Iterator[Shape]:
    """Yield a shape of the left side and its mirror image, with the side first in the labels."""
    for side, word in SIDES.items():
        label = word + shape.label if shape.label else ""
        if isinstance(shape, Tube):
            points = tuple((side * x, y, z) for x, y, z in shape.points)
            yield replace(shape, points=points, label=label)
        else:
            x, y, z = shape.centre
            a, b, c = shape.tilt
            # a mirrored rotation about y or z has the opposite sign
            yield replace(shape, centre=(side * x, y, z), tilt=(a, side * b, side * c), label=label)


def _mirrored(*shapes: Shape) -> list[Shape]:
    return [twin for shape in shapes for twin in _both(shape)]


def _head() -> dict[str, list[Shape]]:
    skull: list[Shape] = [
        Ellipsoid((0, 8, 88), (71, 90, 84), cavity=0.9, uptake=0.9, label="頭蓋骨"),
        Ellipsoid((0, 0, 142), (48, 55, 14), uptake=1.0),  # skull base
        *_mirrored(
            Ellipsoid((33, -62, 118), (19, 14, 17), cavity=0.72, uptake=1.5),  # orbit
            tube([(30, -62, 140), (58, -45, 138), (64, -5, 132)], 6, uptake=1.2),  # zygoma
        ),
        Ellipsoid((0, -62, 150), (27, 20, 18), cavity=0.5, uptake=1.7),  # maxilla and nose
    ]
    jaw: list[Shape] = [
        tube([(0, -70, 188), (24, -62, 187), (44, -30, 178), (52, -8, 148)], 7, 7, 7, 6, uptake=1),
        tube([(0, -70, 188), (-24, -62, 187), (-44, -30, 178), (-52, -8, 148)], 7, 7, 7, 6),
        tube([(-22, -64, 170), (0, -72, 169), (22, -64, 170)], 6, uptake=1.4),  # teeth
    ]
    return {"skull": skull, "jaw": jaw}


def _vertebra(label: str, z: float, y: float, axes: Point) -> list[Shape]:
    body = Ellipsoid((0, y, z), axes, label=label)
    arch = Ellipsoid((0, y + axes[1] + 17, z + 4), (6, 14, axes[2] * 0.8), uptake=0.9)
    pedicles = _mirrored(
        Ellipsoid((axes[0] * 0.8, y + axes[1] + 4, z), (5, 11, axes[2] * 0.7), uptake=1.15)
    )
    return [body, arch, *pedicles]


def _spine() -> dict[str, list[Shape]]:
    cervical: list[Shape] = []
    for i in range(7):
        cervical += _vertebra(f"第{i + 1}頸椎", 166 + 17.5 * i, 22 + 2.5 * i, (14, 10, 8.4))
    thoracic: list[Shape] = []
    for i in range(12):
        y = 40 + 22 * np.sin(np.pi * (i + 1) / 14)
        size = (14.5 + 0.55 * i, 12 + 0.4 * i, 9.4 + 0.05 * i)
        thoracic += _vertebra(f"第{i + 1}胸椎", 292 + 20.0 * i, float(y), size)
    lumbar: list[Shape] = []
    for i in range(5):
        y = 42 - 16 * np.sin(np.pi * (i + 1) / 6)
        lumbar += _vertebra(f"第{i + 1}腰椎", 542 + 30.0 * i, float(y), (22 + i, 16 + 0.5 * i, 13))
    sacrum: list[Shape] = [
        Ellipsoid((0, 52, 702), (44, 16, 28), (25, 0, 0), label="仙骨"),
        Ellipsoid((0, 66, 734), (30, 13, 24), (10, 0, 0), label="仙骨"),
        Ellipsoid((0, 68, 762), (15, 9, 18), (-15, 0, 0), uptake=0.9, label="仙骨"),
    ]
    return {"cervical": cervical, "thoracic": thoracic, "lumbar": lumbar, "sacrum": sacrum}


# per rib: half-width of the cage (mm), angle from the spine where the bone ends (deg), drop (mm)
RIBS = [
    (56, 150, 34), (82, 152, 52), (100, 154, 66), (111, 154, 76), (118, 152, 84), (123, 150, 90),
    (126, 146, 92), (126, 136, 88), (124, 124, 80), (119, 110, 68), (108, 80, 46), (92, 55, 26),
]  # fmt: skip


def _rib(index: int) -> Tube:
    half_width, end, drop = RIBS[index]
    angle = np.radians(np.linspace(10, end, 18))
    depth = 62 + 28 * np.sin(np.pi * min(index + 2, 9) / 12)
    x = 8 + (half_width - 8) * np.sin(angle) ** 0.9
    y = 6 + depth * np.cos(angle)
    z = 288 + 20 * index + drop * (1 - np.cos(angle * 0.9)) / 1.7
    points = [(float(a), float(b), float(c)) for a, b, c in zip(x, y, z, strict=True)]
    return tube(points, 5.0, label=f"第{index + 1}肋骨")


def _chest() -> dict[str, list[Shape]]:
    ribs = _mirrored(*[_rib(i) for i in range(12)])
    # the costochondral junctions take up more
    ribs += _mirrored(
        *[Ellipsoid(_rib(i).points[-1], (6.5, 6.5, 6.5), uptake=1.4) for i in range(1, 8)]
    )
    sternum: list[Shape] = [
        Ellipsoid((0, -78, 346), (24, 8, 24), label="胸骨柄"),
        Ellipsoid((0, -88, 420), (14, 7, 54), (-4, 0, 0), label="胸骨体"),
    ]
    clavicles = _mirrored(
        tube([(16, -76, 330), (55, -72, 318), (100, -42, 309), (146, -8, 302)], 6.5, 5.5, 5.5, 6.5),
        Ellipsoid((17, -76, 331), (9, 8, 9), uptake=1.6),  # sternoclavicular joint
    )
    scapulae = _mirrored(
        Ellipsoid((103, 84, 385), (31, 5, 62), (0, -14, 22), uptake=0.75),
        tube([(72, 96, 352), (110, 94, 335), (158, 40, 304)], 6, 6, 8),
        tube([(122, 86, 350), (112, 92, 400), (96, 90, 446)], 5, uptake=1.2),  # lateral border
        Ellipsoid((148, 22, 322), (11, 16, 17), uptake=1.4),  # glenoid
        Ellipsoid((138, -20, 316), (8, 14, 8), uptake=1.2),  # coracoid
    )
    return {"ribs": ribs, "sternum": sternum, "clavicles": clavicles, "scapulae": scapulae}


def _pelvis() -> dict[str, list[Shape]]:
    return {
        "pelvis": _mirrored(
            Ellipsoid((88, 24, 690), (11, 44, 52), (0, 36, 34), uptake=0.9, label="腸骨"),
            tube(
                [(50, 66, 668), (74, 52, 640), (104, 22, 634), (122, -14, 652), (124, -36, 690)],
                7.5, uptake=1.05, label="腸骨稜",
            ),
            Ellipsoid((46, 58, 706), (9, 16, 31), (0, 12, 0), uptake=1.7, label="仙腸関節部"),
            Ellipsoid((86, 8, 782), (29, 27, 29), cavity=0.72, uptake=0.95),  # acetabulum
            tube([(108, -30, 716), (96, -20, 752)], 9, uptake=0.9),
            tube([(76, -18, 790), (40, -42, 796), (9, -46, 808)], 8, 7, 8, label="恥骨"),
            tube([(82, 28, 790), (66, 42, 830), (58, 38, 846)], 12, 13, 12, label="坐骨"),
            tube([(56, 30, 850), (34, -8, 842), (11, -40, 818)], 7, uptake=0.9),
        )
    }  # fmt: skip


def _arms() -> dict[str, list[Shape]]:
    fingers = [
        tube([(x0, -8, 868), (x1, -16, 922), (x2, -26, z2)], 5, 4.5, 3.6)
        for x0, x1, x2, z2 in (
            (206, 203, 201, 962), (214, 213, 212, 978), (222, 223, 223, 974), (229, 232, 234, 956),
        )
    ]  # fmt: skip
    return {
        "humeri": _mirrored(
            Ellipsoid((166, 4, 322), (23, 22, 24), uptake=1.75, label="上腕骨頭"),
            tube([(170, 6, 340), (187, 12, 450), (203, 14, 590)], 12, 9.5, 10, label="上腕骨"),
            Ellipsoid((205, 14, 602), (25, 14, 14), uptake=1.45),
        ),
        "ulnae": _mirrored(
            Ellipsoid((200, 24, 616), (12, 12, 16), uptake=1.4),
            tube([(200, 22, 622), (205, 16, 730), (208, 6, 832)], 8, 6, 5),
        ),
        "radii": _mirrored(
            Ellipsoid((214, 6, 622), (10, 10, 10), uptake=1.4),
            tube([(214, 6, 630), (221, 2, 730), (222, -2, 832)], 6, 6, 9),
        ),
        "hands": _mirrored(
            Ellipsoid((216, -2, 852), (21, 11, 15), uptake=1.5),
            *fingers,
            tube([(203, -14, 862), (188, -30, 896), (182, -40, 922)], 5, 5, 4),
        ),
    }


def _legs() -> dict[str, list[Shape]]:
    toes = [
        tube([(x0, -22, 1546), (x1, -62, 1576), (x2, -80, 1600)], 6, 5.5, 4)
        for x0, x1, x2 in ((84, 92, 98), (91, 103, 111), (97, 113, 122), (102, 121, 130))
    ]
    return {
        "femora": _mirrored(
            Ellipsoid((88, 6, 782), (22, 22, 22), uptake=1.7, label="大腿骨頭"),
            tube([(96, 10, 790), (124, 20, 812)], 13, uptake=1.5, label="大腿骨頸部"),
            Ellipsoid((130, 22, 812), (17, 18, 22), uptake=1.6, label="大転子"),
            tube([(126, 16, 826), (108, 2, 980), (88, 4, 1150)], 15, 12, 15, label="大腿骨"),
            Ellipsoid((85, 6, 1174), (37, 27, 27), uptake=1.5),
            Ellipsoid((86, -38, 1168), (19, 9, 20), uptake=1.3),  # patella
        ),
        "tibiae": _mirrored(
            Ellipsoid((83, 8, 1216), (36, 25, 19), uptake=1.7),
            tube([(82, 6, 1230), (80, 2, 1300), (79, 12, 1490)], 21, 12, 11),
            Ellipsoid((78, 14, 1506), (20, 17, 14), uptake=1.6),
        ),
        "fibulae": _mirrored(
            Ellipsoid((108, 26, 1238), (10, 10, 13), uptake=1.5),
            tube([(109, 26, 1250), (106, 26, 1380), (98, 22, 1510)], 6, 5, 6.5),
        ),
        "feet": _mirrored(
            Ellipsoid((80, 12, 1532), (21, 24, 14), uptake=1.7),
            Ellipsoid((82, 42, 1552), (16, 28, 16), uptake=1.2),
            Ellipsoid((88, -12, 1546), (20, 16, 15), uptake=1.6),
            *toes,
        ),
    }


def _organs() -> dict[str, list[Shape]]:
    soft: list[Shape] = [
        Ellipsoid((0, 4, 100), (82, 102, 108)),
        tube([(0, 20, 150), (0, 24, 290)], 56, 66),
        Ellipsoid((0, 6, 420), (156, 106, 180)),
        Ellipsoid((0, 8, 600), (146, 104, 190)),
        Ellipsoid((0, 10, 750), (172, 112, 150)),
        *_mirrored(
            Ellipsoid((118, 4, 330), (84, 62, 66)),
            Ellipsoid((74, -88, 452), (62, 46, 58)),  # breast
            tube([(172, 6, 320), (196, 12, 500), (206, 12, 620), (214, 2, 850)], 46, 45, 38, 26),
            Ellipsoid((214, -10, 900), (34, 24, 84)),
            tube([(94, 10, 800), (96, 6, 980), (86, 4, 1180), (84, 14, 1300), (84, 10, 1510)],
                 88, 76, 54, 54, 34),
            Ellipsoid((90, -6, 1550), (40, 62, 54)),
        ),
    ]  # fmt: skip
    return {
        "soft_tissue": soft,
        "kidneys": [
            Ellipsoid((-62, 62, 566), (23, 18, 44), (0, 14, 0), cavity=0.5),
            Ellipsoid((60, 62, 556), (23, 18, 44), (0, -14, 0), cavity=0.5),
        ],
        "bladder": [Ellipsoid((0, -22, 778), (34, 28, 26))],
        "injection": [Ellipsoid((-196, -14, 634), (7, 6, 10))],
    }
