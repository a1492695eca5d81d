"""The page holds all that it shows, and typed text never becomes part of its code."""

import base64
import json
import re
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from bonescint.declared import columns
from bonescint.dicom.display import greys
from bonescint.pages import only_script
from bonescint.resources import Texts
from bonescint.review.items import KINDS, ReviewItem
from bonescint.review.page import choices
from bonescint.review.pictures import pictures, png
from tests.unit.review.samples import EVIL, doubts, images, make

FOLDER = Path(__file__).parents[3] / "scripts" / "bonescint" / "review"


def data_of(page: Path) -> dict[str, object]:
    found = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_what_was_typed_is_text(tmp_path: Path) -> None:
    page = make(tmp_path, [*doubts(), *images(3)])
    written = page.read_text(encoding="utf-8")
    assert EVIL not in written and "onerror='" not in written.replace("\\u003c", "<")[:500]
    assert "<script>window.evil" not in written
    items = data_of(page)["items"]
    assert isinstance(items, list) and items[0]["text"] == EVIL


def test_the_same_items_give_the_same_bytes(tmp_path: Path) -> None:
    one = make(tmp_path / "a", [*doubts(), *images(20)]).read_bytes()
    assert make(tmp_path / "b", [*doubts(), *images(20)]).read_bytes() == one


def test_it_asks_no_network(tmp_path: Path) -> None:
    written = make(tmp_path, images(2)).read_text(encoding="utf-8")
    assert re.findall(r"https?:|//[a-z]+\.[a-z]|@import|url\(|<link|src=\"(?!data)", written) == []
    assert "default-src 'none'" in written


def test_pages_that_would_be_too_large_are_several(tmp_path: Path) -> None:
    shown = images(30)
    most = 5 * shown[0].size + 100
    page = make(tmp_path, shown, most_bytes=most)
    names = sorted(path.name for path in tmp_path.glob("*.html"))
    assert names == ["index.html", *(f"page-{n:02}.html" for n in range(2, len(names) + 1))]
    pages = [data_of(tmp_path / name) for name in names]
    assert 6 <= len(pages) < 10 and page.name == "index.html"
    lengths = [len(one["items"]) for one in pages]  # type: ignore[arg-type]
    assert [one["first"] for one in pages] == [sum(lengths[:n]) for n in range(len(pages))]
    assert sum(lengths) == 30
    # each page knows all items, so progress and the saved file cover the whole
    assert all(one["all"] == pages[0]["all"] and one["pages"] == names for one in pages)


def test_pictures_are_lossless() -> None:
    counts = np.random.default_rng(1).poisson(9, (40, 30))
    shade = 255 - greys(counts)
    drawn = Image.open(BytesIO(base64.b64decode(png(shade))))
    assert np.array_equal(np.asarray(drawn), shade)
    # a single count beside many, which 256 greys cannot tell from none
    faint = np.zeros((40, 30), np.uint16)
    faint[0, 0], faint[3, 4] = 60000, 1
    faint[5:20] = 50000
    ds = Dataset()
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.BitsAllocated = 40, 30, 1, 16
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 15, 0
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelData = faint.tobytes()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    (one,) = pictures(ds, "anterior")
    seen = Image.open(BytesIO(base64.b64decode(one.data))).getpixel((4, 3))
    assert seen == 255 and (one.view, one.width, one.height) == ("anterior", 30, 40)
    trace = Image.open(BytesIO(base64.b64decode(one.trace)))
    assert np.array_equal(np.asarray(trace), faint == 0)


def test_every_decision_says_what_it_does() -> None:
    text = Texts("review", "en")
    for kind in KINDS:
        assert f"kind.{kind}" in text and f"js.kind.{kind}" in text
        for word in choices({"kind": kind, "detail": "findings"}):
            assert f"choice.{word}" in text and f"effect.{kind}.{word}" in text
    assert choices({"kind": "blank", "detail": "findings+sex"}) == ("leave-out",)


def test_every_reason_is_said_in_words() -> None:
    said = {key.removeprefix("kind_") for key in Texts("delivery", "ja") if key.startswith("kind_")}
    said |= {"burned-in-suspected", "redacted-suspected", "conflict", "several-released"}
    said |= {"station", "blank", "text", "redacted", "no-view", "lossy", "unusable"}
    said |= {"doubt-same", "doubt-unknown", "doubt-id"}
    assert "institution" in said
    assert {f"why.{reason}" for reason in said} <= set(Texts("review", "ja"))


def test_its_own_script_alone_runs(tmp_path: Path) -> None:
    text = make(tmp_path, images(3)).read_text(encoding="utf-8")
    script = text[text.rindex("<script>") + 8 : text.rindex("</script>")]
    assert f"script-src {only_script(script)};" in text
    assert script == (FOLDER / "review.js").read_text(encoding="utf-8")


def test_the_words_of_the_script_are_there() -> None:
    script = (FOLDER / "review.js").read_text(encoding="utf-8")
    said = set(re.findall(r'say\("(\w+)"[,)]', script))
    text = Texts("review", "ja")
    assert said and {f"js.{key}" for key in said} <= set(text)
    for key in text:
        if key.startswith("js."):
            fields = [sorted(re.findall(r"\{\w+\}", Texts("review", x)(key))) for x in ("ja", "en")]
            assert fields[0] == fields[1], key


def test_the_list_has_the_declared_columns() -> None:
    assert columns("review_items") == ReviewItem._fields
