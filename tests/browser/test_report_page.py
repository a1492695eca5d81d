"""The report in a real browser: it fits, is accessible, sorts, filters and opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.outputs.write_report import write_report

from tests.browser.chromium import PROGRAM, Browser, chromium
from tests.scripts.outputs.contract import SOFTWARE, STUDY, inputs
from tests.scripts.outputs.results import write_results

pytestmark = pytest.mark.skipif(not PROGRAM, reason="no Chromium")
BASICS = (Path(__file__).parent / "basics.js").read_text(encoding="utf-8")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"/>'
WIDTHS = ((1280, 800), (390, 844))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    figure = folder / "roc.svg"
    figure.write_text(SVG, encoding="utf-8")
    sources = inputs(write_results(folder / "results"), [figure])
    write_report(sources, STUDY, SOFTWARE, "ja", folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as one:
        yield one


def begin(
    browser: Browser, page: Path, fragment: str = "", size: tuple[int, int] = WIDTHS[0]
) -> None:
    browser.resize(*size)
    browser.messages.clear()
    # the same page with another fragment would not be loaded anew
    browser.ask("Page.navigate", url="about:blank")
    browser.wait("location.href === 'about:blank'")
    browser.ask("Page.navigate", url=page.resolve().as_uri() + fragment)
    browser.wait("document.readyState === 'complete' && !!document.querySelector('dialog')")


@pytest.mark.parametrize("size", WIDTHS)
def test_it_is_accessible_fits_and_is_silent(
    browser: Browser, page: Path, size: tuple[int, int]
) -> None:
    begin(browser, page, size=size)
    assert browser.value(BASICS) == []
    browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.value(BASICS) == []
    assert browser.value("document.documentElement.scrollWidth") <= size[0]
    # no table has to be moved sideways to be read
    boxes = "[...document.querySelectorAll('.scroll')]"
    assert browser.value(f"{boxes}.filter((n) => n.scrollWidth > n.clientWidth + 1).length") == 0
    told = {one["method"]: one["params"] for one in browser.messages}
    assert not told.keys() & {"Log.entryAdded", "Runtime.exceptionThrown"}
    asked = [one["params"]["request"]["url"] for one in browser.messages
             if one["method"] == "Network.requestWillBeSent"]  # fmt: skip
    assert all(url.startswith(("file:", "data:", "about:")) for url in asked)


def test_the_answer_and_its_table_are_seen_at_once(browser: Browser, page: Path) -> None:
    begin(browser, page)
    bottom = "document.querySelector('#answer table').getBoundingClientRect().bottom"
    assert browser.value(bottom) <= WIDTHS[0][1]
    assert browser.value("document.querySelector('nav details').open") is True
    begin(browser, page, size=WIDTHS[1])
    assert browser.value("document.querySelector('nav details').open") is False


def test_a_link_opens_what_is_folded(browser: Browser, page: Path) -> None:
    for fragment, inside in (("#all-cutoffs", "all-cutoffs"), ("#hypotheses", "all-hypotheses")):
        begin(browser, page, fragment)
        assert browser.value(f"document.getElementById('{inside}').open") is True
    browser.value("location.hash = '#all-flow'")
    browser.wait("document.getElementById('all-flow').open")


def test_a_table_is_sorted_by_its_numbers(browser: Browser, page: Path) -> None:
    begin(browser, page)
    browser.value("window.head = document.querySelector('#cutoffs th:nth-last-child(2) button')")
    column = (
        "[...document.querySelectorAll('#cutoffs tbody tr')]"
        ".map((row) => parseFloat(row.cells[head.parentElement.cellIndex].textContent))"
    )
    browser.value("head.focus()")
    browser.press("Enter")
    first = browser.value(column)
    assert first == sorted(first) and len(first) > 3
    assert browser.value("head.parentElement.ariaSort") == "ascending"
    browser.press("Enter")
    assert browser.value(column) == sorted(first, reverse=True)
    assert browser.value("head.parentElement.ariaSort") == "descending"


def test_long_tables_are_filtered(browser: Browser, page: Path) -> None:
    begin(browser, page, "#all-overview")
    browser.value("window.box = document.querySelector('#provenance input')")
    browser.value("document.querySelector('#provenance details').open = true; box.focus()")
    browser.type("ＮＵＭＰＹ")
    shown = "[...document.querySelectorAll('#provenance tbody tr')].filter((row) => !row.hidden)"
    assert browser.value(f"{shown}.map((row) => row.cells[0].textContent)") == ["版: numpy"]
    said = browser.value("document.querySelector('#provenance .filter [role=status]').textContent")
    assert said.startswith("1 / ")


def test_a_picture_opens_large(browser: Browser, page: Path) -> None:
    begin(browser, page)
    browser.value("document.querySelector('figure .picture').focus()")
    browser.press("Enter")
    assert browser.value("document.querySelector('dialog').open") is True
    assert browser.value(BASICS) == []
    large = "document.querySelector('dialog img').getBoundingClientRect().width"
    assert browser.value(large) > browser.value(
        "document.querySelector('figure img').getBoundingClientRect().width"
    )
    browser.press("Escape")
    assert browser.value("document.querySelector('dialog').open") is False
    assert browser.value("document.activeElement.className") == "picture"


def test_everything_is_there_without_a_script(browser: Browser, page: Path) -> None:
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.resize(*WIDTHS[0])
        browser.ask("Page.navigate", url=page.resolve().as_uri())
        browser.wait("document.readyState === 'complete' && !!document.querySelector('#answer')")
        assert browser.value("document.querySelectorAll('button, input, dialog').length") == 0
        shown = (
            "document.querySelector('nav li a').checkVisibility({ contentVisibilityAuto: true })"
        )
        assert browser.value(shown) is True
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)
