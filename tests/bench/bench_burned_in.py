"""How often drawn text is found, how often a scan is suspected, and what a look costs.

    python tests/bench/bench_burned_in.py [WOMEN_PER_TRACER]

Phantom women and, where there are any, the real scans; 28 texts a row, in five fonts.
"""

import logging
import sys
import tempfile
import time
import timeit
from pathlib import Path

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.errors import InvalidDicomError
from pydicom.pixels.utils import pixel_array

from bonescint.deid import burned_in
from bonescint.demo.cohort import write_scans
from bonescint.demo.patients import sample_patients
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.resources import ROOT

sys.path.insert(0, str(ROOT))
from tests.unit.deid.test_burned_in import (
    BACKGROUND,
    BONE,
    FONTS,
    HARMLESS,
    KANJI,
    KINDS,
    REAL,
    SYNTHETIC,
    TEXTS,
    VALUES,
    Pixels,
    draw,
)

SIZES = (10, 12, 14, 16, 20, 24, 30)
SMALL = {
    "an ID alone": ("0012345678", "00471936", "4711-99"),
    "a short name": ("Sato", "ONO YU", "Hara M"),
    "a name": ("YAMADA HANAKO", "Yamada^Hanako", "Watanabe Michiko"),
    "a name and an ID": ("YAMADA HANAKO 0012345678", "Sato 00471936 F"),
}
VALUES |= {"3": 3, "2": 2, "1": 1}


def objects(women: int) -> list[tuple[str, Pixels]]:
    """Return image type and frames of the phantom cohort, its secondary captures left out."""
    demo = {"seed": 11, "women_per_tracer": women, "with_findings": women}
    patients = sample_patients(demo, {"exam_from": "2019-06-01", "exam_to": "2019-09-30"})
    found = []
    with tempfile.TemporaryDirectory() as folder:
        write_scans(Path(folder), patients, 11, 2)
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            try:
                data = pydicom.dcmread(path)
                pixels = pixel_array(data, raw=True)
            except (AttributeError, ValueError, InvalidDicomError):
                continue  # what the demonstration cuts off, and what is no image
            if "SECONDARY" not in data.ImageType:
                found.append((data.ImageType[2], pixels.reshape(-1, data.Rows, data.Columns)))
    return found


def real() -> list[tuple[str, Pixels]]:
    """Return the real nuclear medicine images that can be decoded here."""
    files = [path for path in sorted(REAL.glob("nm-*/*")) if path.is_file()]
    files += [Path(str(get_testdata_file(n))) for n in ("JPGExtended.dcm", "JPEG2000.dcm")]
    found = []
    for path in files:
        try:
            pixels = pixel_array(pydicom.dcmread(path), raw=True)
        except (AttributeError, TypeError, RuntimeError):
            continue
        found.append((path.name, pixels.reshape(-1, *pixels.shape[-2:])))
    return found


def false_alarms(scans: list[tuple[str, Pixels]], whole: list[Pixels]) -> None:
    """Print suspected of all, per kind of clean image."""
    print("clean images: objects, past the screen, suspected")
    kinds: dict[str, list[Pixels]] = {}
    for name, frames in scans:
        kinds.setdefault(name, []).append(frames)
    for name, change in HARMLESS[1:]:
        kinds[name] = [change(frame)[None] for frame in whole[::8]]
    kinds |= {name: [frames] for name, frames in SYNTHETIC.items()}
    for name, images in kinds.items():
        native = [np.ascontiguousarray(i, i.dtype.newbyteorder("=")) for i in images]
        past = sum(burned_in._suspected(i.ravel(), i.shape[2]) for i in native)
        suspected = sum(bool(burned_in.find_text(image)) for image in images)
        print(f"  {name:28} {len(images):5} {past:5} {suspected:5}")


def detection(whole: list[Pixels]) -> None:
    """Print the share found per kind, place and size, and what the screen alone lost."""
    print("text found: kind, place, share at 10 px, at 12 to 30 px; screened out but found without")
    shares = []
    rng = np.random.default_rng(1)
    for kind in dict.fromkeys([*VALUES, *KINDS]):
        for place, at in (("background", BACKGROUND), ("bone", BONE)):
            if (kind, place) == ("black", "background"):
                continue
            hits: dict[bool, list[bool]] = {True: [], False: []}
            lost = 0
            for i in range(28):
                text = TEXTS[rng.integers(len(TEXTS))]
                font = [*FONTS, KANJI][rng.integers(5)]
                px = SIZES[i % len(SIZES)]
                frame = whole[rng.integers(len(whole))]
                drawn = draw(frame, kind, text, font, px, at)[None]
                hit = bool(burned_in.find_text(drawn))
                hits[px >= 12].append(hit)
                lost += not hit and found_unscreened(drawn)
            shares.append(float(np.mean(hits[True])))
            print(f"  {kind:16} {place:11} {np.mean(hits[False]):5.2f} {shares[-1]:5.2f} {lost:4}")
    print(f"  mean of 12 to 30 px {np.mean(shares):.3f}")


def small(whole: list[Pixels]) -> None:
    """Print the share found of text that is smaller than what `detection` measures."""
    kinds = ("type's maximum", "255", "antialiased")
    print("small text on background, of 6 to 12 px: share found of one value; antialiased")
    for what, texts in SMALL.items():
        for antialiased in (False, True):
            shares = []
            for px in range(6, 13):
                hits = [
                    bool(burned_in.find_text(draw(frame, kind, text, font, px, BACKGROUND)[None]))
                    for kind in kinds if (kind == "antialiased") == antialiased
                    for text in texts for font in FONTS for frame in whole[:2]
                ]  # fmt: skip
                shares.append(np.mean(hits))
            name = f"{what}, antialiased" if antialiased else what
            print(f"  {name:30}", *(f"{share:5.2f}" for share in shares))


def on_top() -> None:
    """Print the share found on images without anatomy, and how many the screen alone lost."""
    print("text of 12 to 30 px found on top of: type's maximum, 255, antialiased 255; lost")
    rng = np.random.default_rng(4)
    for name, frames in SYNTHETIC.items():
        shares = []
        lost = 0
        for kind in ("type's maximum", "255", "antialiased"):
            hits = []
            for i in range(12):
                text, font = TEXTS[rng.integers(len(TEXTS))], FONTS[rng.integers(len(FONTS))]
                drawn = draw(frames[1], kind, text, font, SIZES[2 + i % 5], BACKGROUND)[None]
                hits.append(bool(burned_in.find_text(drawn)))
                lost += not hits[-1] and found_unscreened(drawn)
            shares.append(np.mean(hits))
        print(f"  {name:28}", *(f"{share:5.2f}" for share in shares), f"{lost:4}")


def found_unscreened(frames: Pixels) -> bool:
    """Tell whether there is text, the screen left out."""
    screen = burned_in._suspected
    burned_in._suspected = lambda *_: True
    try:
        return bool(burned_in.find_text(frames))
    finally:
        burned_in._suspected = screen


def times(whole: list[Pixels]) -> None:
    """Print the time of objects of 1 MB, by kind."""
    kinds = dict(SYNTHETIC)
    for name, change in HARMLESS:
        kinds[f"scan, {name}"] = np.stack([change(frame) for frame in whole[:2]])
    print("time of one object: best and median in ms, per 512 x 512 pixels")
    for name, frames in kinds.items():
        runs = timeit.repeat(lambda frames=frames: burned_in.find_text(frames), number=1, repeat=9)
        best, median = min(runs) * 1e3, np.median(runs) * 1e3
        print(f"  {name:32} {best:7.2f} {median:7.2f} {median * 512 * 512 / frames.size:7.2f}")
    clean = np.stack(whole[:2])
    text = clean.copy()
    text[1] = draw(text[1], "255", TEXTS[0], FONTS[0], 16, BACKGROUND)
    for name, frames in (("clean, by the screen", clean), ("with text", text)):
        runs = timeit.repeat(lambda frames=frames: burned_in.find_text(frames), number=5, repeat=60)
        runs = [run / 5 * 1e3 for run in runs]
        print(f"{name:22} best {min(runs):6.2f} ms, median {np.median(runs):6.2f} ms")
    start = time.perf_counter()
    found_unscreened(clean)
    print(f"{'clean, without screen':22} {(time.perf_counter() - start) * 1e3:6.1f} ms")


def main(women: int) -> None:
    """Print the tables."""
    logging.disable(logging.CRITICAL)
    with quiet_pydicom():
        cohort = objects(women)
        whole = [frame for name, frames in cohort if name == "WHOLE BODY" for frame in frames]
        false_alarms([*cohort, *real()], whole)
    detection(whole)
    small(whole)
    on_top()
    times(whole)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
