"""Drawn text is found whatever it is drawn with; no scan, smoothed, scaled or cut, is suspected."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.data import get_testdata_file
from pydicom.pixels.utils import pixel_array
from scipy import ndimage

from bonescint.deid import burned_in, strokes
from bonescint.deid.burned_in import find_text
from bonescint.demo.cohort import COUNTS, Phantom
from bonescint.demo.patients import sample_patients
from bonescint.demo.projection import acquire
from bonescint.resources import ROOT

Pixels = NDArray[np.integer]
Case = tuple[str, Callable[[Pixels], Pixels]]
REAL = Path(os.environ.get("BONESCINT_REAL_DATA", ROOT.parent / "shared" / "data" / "real"))
FONTS = [
    Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf")
]
KANJI = next(Path(str(importlib.util.find_spec("matplotlib_fontja").origin)).parent.rglob("*.ttf"))  # type: ignore[union-attr]
TEXTS = ["YAMADA HANAKO", "Yamada^Hanako", "0012345678", "1948/03/17 F", "ID:4711-99", "山田 花子"]
BACKGROUND, BONE = (6, 8), (390, 70)
VALUES = {"type's maximum": 65535, "255": 255, "100": 100, "30": 30, "10": 10, "5": 5}
KINDS = [
    *VALUES, "image maximum", "black", "outlined", "black box", "white box", "xor", "inverted",
    "antialiased", "on its side",
]  # fmt: skip


def stencil(shape: tuple[int, int], text: str, font: Path, px: int, at: tuple[int, int], **how: int) -> Pixels:  # fmt: skip  # noqa: E501
    """Return the pen's coverage of each pixel, 0 to 255; all or nothing unless `grey`."""
    image = Image.new("L", shape[::-1])
    pen = ImageDraw.Draw(image)
    pen.fontmode = "L" if how.pop("grey", 0) else "1"
    pen.text(at[::-1], text, fill=255, font=ImageFont.truetype(str(font), px), **how)  # type: ignore[arg-type]
    return np.asarray(image)


def draw(frame: Pixels, kind: str, text: str, font: Path, px: int, at: tuple[int, int]) -> Pixels:
    """Return one frame with a text in it."""
    if not text.isascii():
        font = KANJI
    out = frame.astype(np.int64)
    top = int(frame.max())
    if kind == "on its side":
        return np.rot90(draw(np.rot90(frame), "255", text, font, px, at[::-1]), -1)
    if kind == "antialiased":
        ink = stencil(frame.shape, text, font, px, at, grey=1) / 255
        return np.rint(out * (1 - ink) + 255 * ink).astype(frame.dtype)
    pen = stencil(frame.shape, text, font, px, at) > 0
    rows, columns = (np.nonzero(pen.any(axis=axis))[0] for axis in (1, 0))
    box = slice(rows[0] - 3, rows[-1] + 4), slice(columns[0] - 3, columns[-1] + 4)
    if kind == "outlined":
        out[stencil(frame.shape, text, font, px, at, stroke_width=1) > 0] = 0
    elif kind in ("black box", "white box"):
        out[box] = 0 if kind == "black box" else top
    if kind in ("black", "white box"):
        out[pen] = 0
    elif kind == "xor":
        out[pen] ^= 255
    elif kind == "inverted":
        out[pen] = top - out[pen]
    else:
        out[pen] = VALUES.get(kind, top)
    return out.astype(frame.dtype)


def saturated(frame: Pixels) -> Pixels:
    return np.minimum(frame, 20)


def masked(frame: Pixels) -> Pixels:
    out = frame.copy()
    rows, columns = np.ogrid[: len(out), : out.shape[1]]
    out[(rows - 430) ** 2 + (columns - 128) ** 2 < 400] = 0
    out[:40] = out[:, :20] = 0
    return out


def smoothed(sigma: float, gain: float) -> Callable[[Pixels], Pixels]:
    def smooth(frame: Pixels) -> Pixels:
        blurred = ndimage.gaussian_filter(frame.astype(float), sigma)
        return np.rint(blurred * gain).astype(frame.dtype)

    return smooth


def zoomed(factor: float, order: int) -> Callable[[Pixels], Pixels]:
    def zoom(frame: Pixels) -> Pixels:
        large = ndimage.zoom(frame.astype(float), factor, order=order)
        return np.rint(large.clip(0)).astype(frame.dtype)

    return zoom


def counts(share: float) -> Callable[[Pixels], Pixels]:
    def thin_or_thicken(frame: Pixels) -> Pixels:
        mean = ndimage.gaussian_filter(frame.astype(float), 1.5) * share
        return np.random.default_rng(3).poisson(mean).astype(frame.dtype)

    return thin_or_thicken


HARMLESS: list[Case] = [
    ("as it is", lambda frame: frame),
    ("0.2 of the counts", counts(0.2)),
    ("5 times the counts", counts(5)),
    ("times 7", lambda frame: frame * 7),
    ("times 2.5", lambda frame: np.rint(frame * 2.5).astype(frame.dtype)),
    ("times 0.4", lambda frame: np.rint(frame * 0.4).astype(frame.dtype)),
    ("smoothed", smoothed(1, 1)),
    ("smoothed little and scaled", smoothed(0.6, 10)),
    ("smoothed much and scaled", smoothed(4, 10)),
    ("median", lambda frame: ndimage.median_filter(frame, 3)),
    ("doubled", zoomed(2, 0)),
    ("nearest neighbour", zoomed(1.37, 0)),
    ("interpolated", zoomed(2, 1)),
    ("splines", zoomed(2, 3)),
    ("halved", lambda frame: frame.reshape(512, 2, 128, 2).sum((1, 3)).astype(frame.dtype)),
    ("saturated", saturated),
    ("saturated and smoothed", lambda frame: np.minimum(smoothed(1.2, 1)(frame), 20)),
    ("8 bit window", lambda frame: (np.clip(frame / 60, 0, 1) * 255).astype(np.uint8)),
    ("8 bit square root", lambda frame: (np.sqrt(frame / frame.max()) * 255).astype(np.uint8)),
    ("threshold", lambda frame: np.where(frame < 3, 0, frame)),
    ("background subtracted", lambda frame: np.maximum(frame, 5) - 5),
    ("offset", lambda frame: frame + 100),
    ("negative", lambda frame: frame.astype(np.int32) - 50),
    ("inverted", lambda frame: frame.max() - frame),
    ("masked and padded", masked),
    ("other byte order", lambda frame: frame.astype(">u2")),
    ("64 bit", lambda frame: frame.astype(np.int64)),
    ("on its side", lambda frame: np.rot90(frame)),
]


def synthetic(shape: tuple[int, int, int] = (2, 1024, 256)) -> dict[str, Pixels]:
    """Return images without anatomy, as one tests with: noise, gradients, patterns."""
    rng = np.random.default_rng(3)
    row, column = np.mgrid[: shape[1], : shape[2]]
    place = np.arange(np.prod(shape)).reshape(shape)
    small = (shape[0], shape[1] // 2, shape[2] // 2)
    images = {f"Poisson {mean}": rng.poisson(mean, shape) for mean in (0.05, 1, 3, 20, 200, 10000)}
    images |= {f"uniform {top}": rng.integers(0, top, shape) for top in (3, 10, 20, 256, 4096, 65536)}  # fmt: skip  # noqa: E501
    images |= {f"count modulo {top}": place % top for top in (16, 256, 4096)}
    images |= {
        "rows": np.stack([row, row * 16]),
        "columns": np.stack([column, column * 16]),
        "diagonal": np.stack([row + column, (row + column) * 8]),
        "steps": np.stack([row // 8 * 10, column // 3 * 10]),
        "stripes": np.stack([row % 2 * 200, column // 4 % 2 * 200]),
        "random columns": rng.integers(0, 4096, (2, 1, shape[2])).repeat(shape[1], 1),
        "hot and dead pixel": np.where(place == 5000, [[[1000]], [[0]]], 100),
        "hot pixels": (rng.random(shape) < 0.001) * 5000 + rng.poisson(3, shape),
        "quantised by 8": rng.poisson(200, shape) // 8 * 8,
        "doubled pixels, 3": rng.poisson(3, small).repeat(2, 1).repeat(2, 2),
        "doubled pixels, 80": rng.poisson(80, small).repeat(2, 1).repeat(2, 2),
        "smoothed by 1": ndimage.gaussian_filter(rng.poisson(20, shape) * 10, (0, 1, 1)),
        "smoothed by 2": ndimage.gaussian_filter(rng.poisson(20, shape) * 10, (0, 2, 2)),
        "median of 3": ndimage.median_filter(rng.poisson(20, shape), (1, 3, 3)),
    }
    for side in (1, 2, 3, 5, 8, 16):
        images[f"squares of {side}"] = np.stack([(row // side + column // side) % 2 * 200 + 10] * 2)
    return {name: image.astype("<u2") for name, image in images.items()}


SYNTHETIC = synthetic()
# what chance and a pattern make is cleared without a closer look
AT_A_GLANCE = [
    *(f"Poisson {mean}" for mean in (0.05, 1, 3, 20, 200, 10000)),
    *(f"uniform {top}" for top in (3, 10, 20, 256, 4096, 65536)),
    "count modulo 16", "count modulo 256", "count modulo 4096", "rows", "columns", "diagonal",
    "steps", "stripes", "hot and dead pixel", "hot pixels", "smoothed by 1",
]  # fmt: skip
# with so few values that the text's value does not stand out, or with 255 as the largest
TOO_FEW_VALUES = {
    "uniform 3", "uniform 10", "uniform 256", "count modulo 16", "stripes", "hot and dead pixel",
    *(f"squares of {side}" for side in (1, 2, 3, 5, 8, 16)),
}  # fmt: skip


@pytest.fixture(scope="module")
def scan() -> Pixels:
    """Return both views of a woman with metastases, 1024 x 256."""
    demo = {"seed": 5, "women_per_tracer": 2, "with_findings": 4}
    women = sample_patients(demo, {"exam_from": "2019-06-01", "exam_to": "2019-09-30"})
    return acquire(Phantom().expected(women[0], 5), COUNTS, np.random.default_rng(7))


@pytest.mark.parametrize(("name", "change"), HARMLESS, ids=[name for name, _ in HARMLESS])
def test_a_scan_is_clean(scan: Pixels, name: str, change: Callable[[Pixels], Pixels]) -> None:
    assert find_text(np.stack([change(frame) for frame in scan])) == ""


def test_a_clean_scan_never_needs_the_expensive_part(scan: Pixels) -> None:
    for change in (HARMLESS[0][1], counts(0.2), counts(5)):
        assert not burned_in._suspected(change(scan[0]).ravel(), 256)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_noise_gradients_and_patterns_are_clean(name: str) -> None:
    frames = SYNTHETIC[name]
    assert find_text(frames) == ""
    if name in AT_A_GLANCE:
        assert not any(burned_in._suspected(frame.ravel(), frame.shape[1]) for frame in frames)


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if name not in TOO_FEW_VALUES])
def test_text_on_noise_gradients_and_patterns_is_found(name: str) -> None:
    frames = SYNTHETIC[name].copy()
    frames[1] = draw(frames[1], "255", "YAMADA HANAKO", FONTS[0], 16, BACKGROUND)
    assert find_text(frames).startswith("frame 2: ")


def test_the_time_of_a_look_is_bounded(monkeypatch: pytest.MonkeyPatch, scan: Pixels) -> None:
    looks: list[int] = []
    word = burned_in._word

    def counted(levels: Pixels, level: int, *rest: object) -> int:
        looks.append(level)
        return word(levels, level, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(burned_in, "_word", counted)
    doubled = zoomed(2, 0)(scan[0])
    assert find_text(doubled[None]) == ""
    assert 0 < len(looks) <= 2 * burned_in._MOST_LEVELS + 1
    doubled = draw(doubled, "255", "YAMADA HANAKO", FONTS[0], 16, BONE)
    assert find_text(doubled[None]).startswith("frame 1: ")


@pytest.mark.parametrize("at", [BACKGROUND, BONE], ids=["background", "bone"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_is_found(scan: Pixels, kind: str, at: tuple[int, int]) -> None:
    if (kind, at) == ("black", BACKGROUND):
        pytest.skip("black on black is no text")
    frames = scan.copy()
    frames[1] = draw(scan[1], kind, "YAMADA HANAKO", FONTS[0], 16, at)
    assert re.fullmatch(r"frame 2: \d+ components [a-z ]+", find_text(frames))
    assert find_text(frames) == find_text(frames)


@pytest.mark.parametrize("px", [12, 14, 20, 30])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.stem)
def test_font_and_size_do_not_matter(scan: Pixels, font: Path, text: str, px: int) -> None:
    assert find_text(draw(scan[0], "255", text, font, px, BACKGROUND)[None])


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    text=st.text("ABCDEFGHKLMNPRSTUVXYZ0123456789", min_size=5, max_size=9),
    px=st.integers(12, 24),
    row=st.integers(8, 980),
    column=st.integers(8, 70),
    value=st.integers(150, 65535),
    dtype=st.sampled_from(["<u2", ">u2", "<i4", "<u4"]),
)
def test_any_word_of_one_value_is_found(
    scan: Pixels, text: str, px: int, row: int, column: int, value: int, dtype: str
) -> None:
    frame = scan[0].astype(dtype)
    frame[stencil(frame.shape, text, FONTS[0], px, (row, column)) > 0] = value
    assert find_text(frame[None]).startswith("frame 1: ")


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    mean=st.floats(-2, 4),
    slope=st.floats(0, 2),
    sigma=st.sampled_from([0, 0, 1, 2]),
    gain=st.sampled_from([1, 3, 16]),
    seed=st.integers(0, 9),
)
def test_noise_is_never_text(mean: float, slope: float, sigma: float, gain: int, seed: int) -> None:
    expected = 10**mean * np.linspace(1, 10**slope, 200)[:, None] * np.ones(180)
    counted = np.random.default_rng(seed).poisson(expected).astype(float)
    image = ndimage.gaussian_filter(counted, sigma) if sigma else counted
    assert find_text((np.rint(image) * gain).astype(np.int32)[None]) == ""


@pytest.mark.parametrize(
    "shape", [(0, 4, 4), (1, 0, 4), (1, 1, 1), (3, 1, 9), (3, 9, 1), (2, 3, 3)]
)
@pytest.mark.parametrize("dtype", ["u1", "<u2", ">i2", "<i4", "u8"])
def test_small_and_blank_images_are_clean(shape: tuple[int, int, int], dtype: str) -> None:
    assert find_text(np.zeros(shape, dtype)) == ""
    assert find_text(np.full(shape, 100, dtype)) == ""


@settings(deadline=None, max_examples=30, derandomize=True)
@given(seed=st.integers(0, 99), top=st.integers(2, 9), long=st.booleans())
def test_runs_are_those_that_the_definition_names(seed: int, top: int, long: bool) -> None:
    rows, columns = 40, 30
    frame = np.random.default_rng(seed).integers(0, top, (rows, columns)).astype("<u2") * 3
    if long:
        frame[:] = frame[:1]  # stripes; one is a stroke only if it is cut to a glyph's size
    frame[10:20, 8] = frame[4, 10:21] = 50
    flat = frame.ravel()
    found = strokes.runs_apart(flat, flat > 0, columns, 2).tolist()
    wanted = []
    for along, across in ((columns, 1), (1, columns)):
        for middle in range(2 * along, flat.size - 2 * along):
            run = {int(flat[middle + k * along]) for k in (-2, -1, 0, 1, 2)}
            sides = []
            for step in (across, -across):
                places = np.clip(middle + step * np.arange(1, 7), 0, flat.size - 1)
                others = flat[places][flat[places] != flat[middle]].astype(int)
                sides.append(others.size > 0 and abs(others[0] - int(flat[middle])) > 2)
            if len(run) == 1 and run != {0} and all(sides):
                wanted.append(middle)
    assert found == wanted


def test_large_unsigned_values_have_levels() -> None:
    frame = np.array([[2**64 - 1, 2**64 - 9], [2**64 - 1, 2**63 + 5]], np.uint64)
    assert burned_in._levels(frame).tolist() == [[2, 1], [2, 0]]
    assert burned_in._levels(frame[:1]).tolist() == [[1, 0]]
    extremes = np.array([[-(2**15), 2**15 - 1, 0]], np.int16)
    assert burned_in._levels(extremes).tolist() == [[0, 2, 1]]


@pytest.mark.parametrize("value", [0, 1, 65535])
def test_constant_frames_are_clean(value: int) -> None:
    assert find_text(np.full((2, 256, 256), value, "<u2")) == ""


def test_the_frame_is_told_when_small_frames_are_screened_together() -> None:
    frames = np.random.default_rng(2).poisson(3, (40, 64, 64)).astype("<u2")
    assert find_text(frames) == ""
    frames[37] = draw(frames[37], "255", "ID 4711", FONTS[0], 12, (20, 6))
    assert find_text(frames).startswith("frame 38: ")


def test_a_clean_image_does_not_import_scipy() -> None:
    code = (
        "import sys, numpy as np; from bonescint.deid.burned_in import find_text;"
        "assert find_text(np.random.default_rng(1).poisson(1, (2, 512, 256)).astype('u2')) == '';"
        "assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.real_data
def test_real_scans_are_clean() -> None:
    folders = [REAL / name for name in ("nm-nema", "nm-openrem", "nm-other", "nm-qc")]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    bundled = [
        get_testdata_file(name, download=False) for name in ("JPGExtended.dcm", "JPEG2000.dcm")
    ]
    seen = 0
    for path in [*files, *filter(None, bundled)]:
        try:
            pixels = pixel_array(pydicom.dcmread(str(path)), raw=True)
        except (AttributeError, TypeError, RuntimeError):
            continue  # a report, an empty image, a codec that is not installed
        seen += 1
        assert find_text(pixels.reshape(-1, *pixels.shape[-2:])) == "", Path(str(path)).name
    if not seen:
        pytest.skip("no real data: set BONESCINT_REAL_DATA")
