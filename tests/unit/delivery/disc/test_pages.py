"""What a person reads on a disc, and the previews."""

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from bonescint.delivery.disc.fileset import outer_files, volume_files
from bonescint.delivery.disc.layout import DiscFile
from bonescint.delivery.disc.previews import preview
from bonescint.resources import SYNTHETIC
from tests.unit.deid.samples import as_file
from tests.unit.delivery.disc.samples import CODES, LABEL, case, cases, content, image, named, write

XHTML = "{http://www.w3.org/1999/xhtml}"


def readme_of(files: list[DiscFile]) -> str:
    data = named(files, "README.TXT")
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\n") == data.count(b"\r\n")
    return data.decode("utf-8-sig").replace("\r\n", "\n")


@pytest.fixture
def inner(tmp_path: Path) -> str:
    return readme_of(volume_files(cases(tmp_path), LABEL))


@pytest.fixture
def outer(tmp_path: Path) -> str:
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK")
    return readme_of(outer_files(archive, LABEL))


def test_the_readme_says_in_both_languages_what_a_receiver_must_know(inner: str) -> None:
    japanese, english = inner.split("-" * 72)
    for page in (japanese, english):
        assert SYNTHETIC in page and "BONE-DEMO" in page and LABEL.title in page
        assert "D-002" in page and "BONE_DEMO_D002_1" in page
        for line in (
            "certutil -hashfile MANIFEST.sha256 SHA256",
            r"certutil -hashfile DICOM\P00001\S01\I01 SHA256",
            "certutil -hashfile BONE_DEMO_D002_1.ISO SHA256",
            "Get-Content -Encoding UTF8 MANIFEST.sha256 | ForEach-Object {",
            "$hash, $path = $_ -split '  ', 2",
        ):
            assert f"   {line}\n" in page
        for name in ("DICOMDIR", "INDEX.HTM", "IHE_PDI", "追加情報.xlsx", "INDEX.TSV"):
            assert f"   {name} " in page
        # of the codes those alone that replace something
        assert re.findall(r"BS-\w+", page) == [CODES[1]]
        assert "D-001" in page
    for words in (
        "符号化済み", "個人情報", "対応表は提供元の病院が保管", "全 2 枚のうち 1 枚目",
        "用紙に印刷", "渡さないで", "ネットワークに接続していない", "消去",
    ):  # fmt: skip
        assert words in japanese
    for words in (
        "coded", "personal information", "stays in the hospital", "volume 1 of 2", "on the paper",
        "no other institution", "outside networks", "recalls codes",
    ):  # fmt: skip
        assert words in " ".join(english.split())
    assert "匿名加工情報" not in inner
    assert max(map(len, inner.splitlines())) <= 76


def test_beside_an_archive_it_says_how_to_open_it(outer: str) -> None:
    for page in outer.split("-" * 72):
        for words in ("7-Zip", "0x80004005", "AES-256", "DELIVERY.ZIP"):
            assert words in page
        assert "certutil -hashfile DELIVERY.ZIP SHA256" in page
    assert "パスフレーズは別の方法で" in outer and "passphrase comes to you by another" in outer
    assert not re.search(r"BS-\w+", outer)
    assert "unpacked from DELIVERY.ZIP" not in outer


def test_in_an_archive_it_says_which_manifest_the_paper_names(inner: str) -> None:
    for page, words in zip(inner.split("-" * 72), ("展開した場合", "unpacked from"), strict=True):
        assert words in page and "DELIVERY.ZIP" in page


def test_a_first_delivery_replaces_nothing(tmp_path: Path) -> None:
    text = readme_of(volume_files(cases(tmp_path)[:1], replace(LABEL, synthetic=False)))
    assert "はじめての提供" in text and "for the first time" in text
    assert SYNTHETIC not in text


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("synthetic", [True, False])
def test_the_page_is_well_formed_and_its_links_lead_somewhere(
    tmp_path: Path, language: str, synthetic: bool
) -> None:
    label = replace(LABEL, language=language, synthetic=synthetic, title="比較 <&>")
    files = volume_files(cases(tmp_path), label)
    page = named(files, "INDEX.HTM")
    top = ElementTree.fromstring(page)  # noqa: S314
    links = [one.get("href") or "" for one in top.iter(f"{XHTML}a")]
    shown = [one.get("src") or "" for one in top.iter(f"{XHTML}img")]
    there = {one.joliet for one in files}
    assert {unquote(link) for link in links + shown} <= there
    assert sorted(shown) == sorted(one.joliet for one in files if one.iso.endswith(".JPG"))
    assert {"追加情報.xlsx", "INDEX.TSV", "README.TXT"} <= set(map(unquote, links))
    text = "".join(top.itertext())
    assert all(code in text for code in CODES) and "比較 <&>" in text
    assert (SYNTHETIC in text) == synthetic
    assert "多発転移" not in text  # findings stand in the sheet alone
    assert not list(top.iter(f"{XHTML}script")) and b"http" not in page.replace(
        b"http://www.w3.org/1999/xhtml", b""
    )


def test_an_image_that_cannot_be_drawn_is_listed_all_the_same(tmp_path: Path) -> None:
    code = CODES[0]
    colour = image(code, "1", PhotometricInterpretation="RGB")
    files = volume_files([case(code, write(tmp_path, code, colour))], LABEL)
    assert not [one for one in files if one.iso.startswith("IHE_PDI")]
    page = named(files, "INDEX.HTM").decode("utf-8")
    assert 'href="DICOM/P00001/S01/I01"' in page and "<img" not in page


def test_a_preview_shows_the_frames_side_by_side_bone_dark_on_white() -> None:
    frames = np.zeros((2, 32, 16), "<u2")
    frames[0, 8:24, 4:12] = 100
    ds = image(CODES[0], "1", Rows=32, Columns=16)
    ds.PixelData = frames.tobytes()
    ds = dcmread(BytesIO(as_file(ds)))
    data = preview(ds, False)
    assert data and data == preview(ds, False)
    # JFIF, and no other application's segment or comment
    assert data[:4] == b"\xff\xd8\xff\xe0" and data[6:11] == b"JFIF\0"
    assert not re.search(rb"\xff[\xe1-\xef\xfe]", data[:20].replace(b"\xff\xe0", b""))
    picture = Image.open(BytesIO(data))
    assert (picture.size, picture.mode, set(picture.info) - {"jfif", "jfif_version", "jfif_unit",
            "jfif_density", "dpi"}) == ((40, 32), "L", set())  # fmt: skip
    shown = np.asarray(picture).astype(int)
    assert shown[16, 8] < 30 and shown[16, 20] > 225 and shown[16, 32] > 225
    marked = Image.open(BytesIO(preview(ds, True) or b""))
    assert marked.height > 32 and np.asarray(marked)[34:].min() < 120


def test_many_or_large_frames_fit_a_screen() -> None:
    ds = image(CODES[0], "1", Rows=64, Columns=64, NumberOfFrames=64)
    ds.PixelData = np.random.default_rng(1).poisson(3, (64, 64, 64)).astype("<u2").tobytes()
    size = Image.open(BytesIO(preview(dcmread(BytesIO(as_file(ds))), False) or b"")).size
    assert size == (28 * 72 - 8, 3 * 72 - 8)
    ds = image(CODES[0], "1", Rows=4096, Columns=64, NumberOfFrames=1)
    ds.PixelData = bytes(4096 * 64 * 2)
    assert Image.open(BytesIO(preview(dcmread(BytesIO(as_file(ds))), False) or b"")).size == (
        32,
        2048,
    )


def test_sha256sum_agrees_with_the_manifest(tmp_path: Path) -> None:
    if not (program := shutil.which("sha256sum")):
        pytest.skip("sha256sum is not installed")
    for one in volume_files(cases(tmp_path / "dicom"), LABEL):
        path = tmp_path / "disc" / one.joliet
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(one))
    done = subprocess.run(
        [program, "-c", "MANIFEST.sha256"], cwd=tmp_path / "disc", capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.count(": ") == 17
