"""What the forms of a provision say, and when there are none (R33)."""

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.papers.book import book_of
from bonescint.papers.form import Paper
from bonescint.papers.plain import plain_text
from bonescint.papers.provision import forms_of_provision
from bonescint.resources import SYNTHETIC, Texts
from tests.unit.papers.samples import code, provision


def cells(form: Paper) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(book_of(form)))
    return [str(v) for sheet in book for row in sheet.values for v in row if v is not None]


@pytest.mark.parametrize("manager", [None, "", "未定", "T.B.D.", "---"])
def test_no_form_before_a_manager_is_chosen(config: dict[str, Any], manager: str | None) -> None:
    config["study"]["privacy_manager"] = manager
    with pytest.raises(InputError, match="R33"):
        forms_of_provision(provision(), config)


def test_the_manager_of_the_demonstration_is_no_person(config: dict[str, Any]) -> None:
    config["study"]["synthetic"] = False
    with pytest.raises(InputError, match="R33"):
        forms_of_provision(provision(), config)
    config["study"]["privacy_manager"] = "Head of the Department of Simulation"
    assert forms_of_provision(provision(), config)


def test_an_unconfigured_field_is_a_line_to_fill_in(config: dict[str, Any]) -> None:
    text = Texts("papers", config["language"])
    forms = forms_of_provision(provision(), config)
    blank = text("blank")
    # institution, investigator, contact, committee, its number, receiver, role, name, items ...
    assert cells(forms["record"]).count(blank) >= 10
    said = {key: f"the {key}" for key in ("institution", "investigator", "contact")}
    config["papers"] = config["papers"] | said
    config["study"]["approval"] = {"committee": "C", "number": "N", "date": "2025-01-01"}
    full = provision(date="2026-01-31", medium="CD", partner="P", responsible="R", items="I",
                     obtained="O", means="M", handed_over="H")  # fmt: skip
    filled = cells(forms_of_provision(full, config)["record"])
    assert filled.count(blank) == 1  # the name, which stands nowhere in the configuration
    assert {*said.values(), "C", "N", "P", "R", "2025-01-01", "2026-01-31"} <= {*filled}


def test_of_real_data_no_form_bears_the_mark(config: dict[str, Any]) -> None:
    simulated = forms_of_provision(provision(), config)
    config["study"] |= {"synthetic": False, "privacy_manager": "Head"}
    for name, form in forms_of_provision(provision(), config).items():
        assert SYNTHETIC in cells(simulated[name])
        assert not any(SYNTHETIC in cell for cell in cells(form))
        assert SYNTHETIC not in plain_text(form)


def test_a_volume_in_clear_needs_no_passphrase(config: dict[str, Any]) -> None:
    clear = provision()
    for volume in clear.volumes:
        volume["form"] = "plain"  # type: ignore[index]
    text = Texts("papers", config["language"])
    for form, said in (("receipt", "receipt.apart"), ("handover", "handover.unzip")):
        assert text(said) in cells(forms_of_provision(provision(), config)[form])
        assert text(said) not in cells(forms_of_provision(clear, config)[form])


def test_the_list_shows_the_columns_that_are_known(config: dict[str, Any]) -> None:
    text = Texts("papers", config["language"])
    seen = cells(forms_of_provision(provision(), config)["codes"])
    assert text("codes.n_images") in seen and text("codes.replaces") not in seen
    (case, *_) = provision().cases
    one = provision(0)
    replaced = type(one)("D-002", [{**case, "replaces": "D-001"}])
    seen = cells(forms_of_provision(replaced, config)["codes"])
    assert {code(0), "D-001", text("codes.replaces_note")} <= {*seen}
    assert text("handover.replace") in cells(forms_of_provision(replaced, config)["handover"])


def test_every_form_says_duties_and_rights_in_words_of_the_law(config: dict[str, Any]) -> None:
    said = "".join(plain_text(form) for form in forms_of_provision(provision(), config).values())
    assert "匿名加工" not in said and "anonym" not in said
    assert Texts("papers", config["language"])("coded") in re.sub(r"\s+", " ", said)


def test_the_workbook_has_the_same_bytes_and_tells_nothing(config: dict[str, Any]) -> None:
    first, again = (book_of(forms_of_provision(provision(), config)["receipt"]) for _ in range(2))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r"20\d\d-\d\d-\d\d", core) == ["2000-01-01"] * 2
    assert not re.search(r"<(dc:creator|cp:lastModifiedBy)>[^<]", core)


def test_a_workbook_prints_upright_on_a4(config: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(book_of(forms_of_provision(provision(), config)["codes"]))
    )
    assert len(book.worksheets) == 2
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("portrait", 9)
        assert "BONE-DEMO" in sheet.oddHeader.left.text
    assert book.worksheets[1].print_title_rows


@pytest.mark.filterwarnings("error")
def test_a_print_header_of_a_very_long_title_keeps_the_mark(config: dict[str, Any]) -> None:
    config["study"]["title"] = "骨シンチの比較 & 検討" * 30
    book = openpyxl.load_workbook(
        io.BytesIO(book_of(forms_of_provision(provision(), config)["record"]))
    )
    header = book.worksheets[0].oddHeader
    assert SYNTHETIC in str(header.right.text) and "…" in str(header.left.text)
