"""A form as PDF: words, pages, embedded fonts, nothing of the machine, the same bytes each time."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bonescint.papers import OF_PROVISION
from bonescint.papers.form import Paper
from bonescint.papers.pdf import pdf_of
from bonescint.papers.provision import forms_of_provision
from bonescint.papers.recall import recall_paper
from bonescint.resources import SYNTHETIC, Texts
from tests.unit.papers.samples import code, provision

poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")


def tool(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read(paper: Paper, folder: Path) -> list[str]:
    """Return the text of each page, without its blanks."""
    file = folder / "form.pdf"
    file.write_bytes(pdf_of(paper))
    pages = tool("pdftotext", "-layout", str(file), "-").split("\f")[:-1]
    return [re.sub(r"\s", "", page) for page in pages]


@pytest.mark.parametrize("name", OF_PROVISION)
def test_the_same_form_has_the_same_bytes(config: dict[str, Any], name: str) -> None:
    first, again = (pdf_of(forms_of_provision(provision(), config)[name]) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", OF_PROVISION)
def test_nothing_tells_of_program_author_or_time(config: dict[str, Any], name: str) -> None:
    data = pdf_of(forms_of_provision(provision(), config)[name])
    for word in (
        b"/Producer",
        b"/Creator",
        b"/Author",
        b"/CreationDate",
        b"/ModDate",
        b"ReportLab",
        b"/home",
        b"anonym",
    ):
        assert word.lower() not in data.lower()


@poppler
@pytest.mark.parametrize("name", OF_PROVISION)
def test_each_page_says_study_number_and_mark(
    config: dict[str, Any], name: str, tmp_path: Path
) -> None:
    form = forms_of_provision(provision(200), config)[name]
    pages = read(form, tmp_path)
    text = Texts("papers", config["language"])
    for number, page in enumerate(pages, 1):
        for word in ("BONE-DEMO", config["study"]["title"], SYNTHETIC, text("coded"), "D-002"):
            assert re.sub(r"\s", "", word) in page
        assert page.endswith(f"{number}/{len(pages)}")
    assert "匿名加工" not in "".join(pages)
    assert re.sub(r"\s", "", text("sign")) in "".join(pages)


@poppler
def test_every_word_of_the_record_can_be_read(config: dict[str, Any], tmp_path: Path) -> None:
    given = provision(3, date="2026-01-31", partner="Partner & <Sons>", items="images")
    form = forms_of_provision(given, config)["record"]
    page = "".join(read(form, tmp_path))
    text = Texts("papers", config["language"])
    for word in ("2026-01-31", "Partner&<Sons>", "images", "1a" * 32, "2b" * 32, "114,675,712",
                 "BONE_DEMO_D002_2", "HS2022-005", text("basis.guideline"), text("basis.plan"),
                 text("record.kept_rule"), config["study"]["privacy_manager"]):  # fmt: skip
        assert re.sub(r"\s", "", word) in page
    assert str(config["papers"]["kept_years"]) in page


@poppler
def test_fonts_are_embedded(config: dict[str, Any], tmp_path: Path) -> None:
    for name, form in forms_of_provision(provision(), config).items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(pdf_of(form))
        fonts = tool("pdffonts", str(file)).splitlines()[2:]
        assert fonts
        for line in fonts:
            assert "IPAexGothic" in line
            assert line.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, Unicode


@poppler
def test_3000_codes_flow_over_pages_below_a_header(config: dict[str, Any], tmp_path: Path) -> None:
    form = forms_of_provision(provision(3000), config)["codes"]
    pages = read(form, tmp_path)
    header = re.sub(r"\s", "", Texts("papers", config["language"])("codes.code"))
    listed = [re.findall("BS-[A-Z2-9]{5}", page) for page in pages]
    assert len(pages) > 10
    assert all(header in page for page, codes in zip(pages, listed, strict=True) if codes)
    assert [one for codes in listed for one in codes] == [code(i) for i in range(3000)]


def test_a_code_is_found_in_the_file_as_it_is(config: dict[str, Any]) -> None:
    """So the search for patients who declined finds it without reading PDF."""
    assert code(2).encode() in pdf_of(forms_of_provision(provision(), config)["codes"])


@poppler
@pytest.mark.parametrize("name", [*OF_PROVISION, "recall"])
def test_a_page_is_a4_upright_and_grey(config: dict[str, Any], name: str, tmp_path: Path) -> None:
    said = dict.fromkeys(("id", "date", "medium", "partner", "responsible"), "x")
    forms = forms_of_provision(provision(), config)
    forms["recall"] = recall_paper(said, ["BS-AAAAA"], config["study"], config["language"], "x")
    file = tmp_path / "form.pdf"
    file.write_bytes(pdf_of(forms[name]))
    tool("pdftoppm", "-r", "50", "-png", str(file), str(tmp_path / "page"))
    for page in tmp_path.glob("page*.png"):
        picture = np.asarray(Image.open(page).convert("RGB")).astype(int)
        assert picture.shape[0] / picture.shape[1] == pytest.approx(297 / 210, rel=0.01)
        assert np.ptp(picture, axis=2).max() == 0  # no colour
        edges = np.concatenate([picture[:, :18].ravel(), picture[:, -18:].ravel()])
        assert edges.min() > 250  # nothing runs over the margin
