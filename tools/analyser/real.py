"""Look at a real scan: outlines of the regions as a picture, and spots that were put into it.

There is no truth about such a scan, so nothing can be claimed from it:
``python tools/analyser/real.py SCAN.dcm picture.png --implant``.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image
from scipy import ndimage

from bonescint.analyser.analysis import VIEWS, analyse
from bonescint.analyser.regions import REGIONS

CONTRASTS = (0.5, 1.0, 2.0, 3.0)
TRIES = 6
PLACES = ("skull", "ribs", "thoracic", "lumbar", "pelvis", "femora", "humeri")


def views_of(path: Path) -> tuple[dict[str, Any], tuple[float, float]]:
    """Return both views of a file; a file of one view gives it twice, mirrored.

    Parameters
    ----------
    path
        An NM object whose first frame is the anterior view.
    """
    ds = pydicom.dcmread(path)
    frames = np.maximum(ds.pixel_array.astype(float), 0)
    frames = frames[None] if frames.ndim == 2 else frames
    posterior = frames[1] if len(frames) > 1 else frames[0][:, ::-1]
    spacing = (float(ds.PixelSpacing[0]), float(ds.PixelSpacing[1]))
    return dict(zip(VIEWS, (frames[0], posterior), strict=True)), spacing


def draw(views: dict[str, Any], spacing: tuple[float, float], picture: Path) -> None:
    """Write a picture of both views with the outlines of the regions.

    Parameters
    ----------
    views, spacing
        As for `analyse`.
    picture
        The file.
    """
    found = analyse(views, spacing)
    print(f"BSI {found.bsi}, spots {found.hotspots}, confident share {found.confidence}")
    for spot in found.spots:
        print(" ", spot)
    hue = np.random.default_rng(3).uniform(60, 255, (len(REGIONS), 3))
    panels = []
    for name in VIEWS:
        image = views[name]
        grey = 255 - np.clip(255 * np.sqrt(image / np.percentile(image, 99.5)), 0, 255)
        affine = found.affine[name]
        row, column = np.indices(image.shape)
        cell = [(axis - affine[k, 2]) / affine[k, k] for k, axis in enumerate((row, column))]
        number = ndimage.map_coordinates(found.region_map[name], cell, order=0)
        edge = number != ndimage.minimum_filter(number, 3)
        rgb = np.repeat(grey[..., None], 3, axis=2)
        rgb[edge] = hue[number[edge]]
        panels.append(np.concatenate([np.repeat(grey[..., None], 3, axis=2), rgb], axis=1))
    Image.fromarray(np.concatenate(panels, axis=1).astype(np.uint8)).save(picture)


def implant(views: dict[str, Any], spacing: tuple[float, float]) -> None:
    """Print how many spots of known contrast are found, by region.

    Parameters
    ----------
    views, spacing
        As for `analyse`.
    """
    found = analyse(views, spacing)
    affine, image = found.affine["ANTERIOR"], views["ANTERIOR"]
    level = ndimage.gaussian_filter(image, 4.5 / spacing[0])
    row, column = np.indices(image.shape)
    rng = np.random.default_rng(4)
    print("| region | " + " | ".join(f"contrast {c}" for c in CONTRASTS) + " |")
    print("|---" * (len(CONTRASTS) + 1) + "|")
    for region in PLACES:
        cells = np.argwhere(found.region_map["ANTERIOR"] == REGIONS.index(region))
        if not len(cells):
            continue
        said = []
        for contrast in CONTRASTS:
            hits = 0
            for _ in range(TRIES):
                r, c = affine @ (*cells[int(rng.integers(len(cells)))], 1.0)
                r, c = np.clip((round(r), round(c)), 0, np.subtract(image.shape, 1))
                sigma = rng.uniform(5, 8) / spacing[0]
                far = ((row - r) ** 2 + (column - c) ** 2) / (2 * sigma**2)
                more = rng.poisson(contrast * level[r, c] * np.exp(-far))
                changed = {
                    "ANTERIOR": image + more,
                    "POSTERIOR": views["POSTERIOR"] + more[:, ::-1],
                }
                width = image.shape[1] - 1
                places = [
                    (s.row, width - s.column if s.view == "POSTERIOR" else s.column)
                    for s in analyse(changed, spacing).spots
                ]
                reach = 20 / spacing[0]
                hits += any(np.hypot(a - r, b - c) < reach for a, b in places)
            said.append(f"{hits}/{TRIES}")
        print(f"| {region} | " + " | ".join(said) + " |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--implant", action="store_true")
    given = parser.parse_args()
    both, pixels = views_of(given.scan)
    draw(both, pixels, given.picture)
    if given.implant:
        implant(both, pixels)
