"""A person at the keyboard: the whole way through the review page, in a real browser."""

import json
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import PROGRAM, Browser, chromium
from tests.unit.review.samples import doubts, images, make

pytestmark = pytest.mark.skipif(not PROGRAM, reason="no Chromium")
BASICS = (Path(__file__).parent / "basics.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as one:
        yield one


def begin(browser: Browser, page: Path, code: str = "A1") -> None:
    browser.resize(1280, 900)
    browser.open(page)
    browser.value("localStorage.clear()")
    browser.reload()
    assert browser.value("document.getElementById('who').open")
    browser.type(code)
    browser.press("Enter")
    browser.wait("document.activeElement.tagName !== 'INPUT'")
    code = unicodedata.normalize("NFKC", code)
    browser.wait(f"document.getElementById('reviewer').innerText.includes('{code}')")


def decided(browser: Browser) -> list[tuple[str, str]]:
    found = browser.value("review.file().decisions")
    return [(one["item"], one["decision"]) for one in found]


def text(browser: Browser, selector: str) -> str:
    return str(browser.value(f"document.querySelector({json.dumps(selector)}).innerText"))


def saved(browser: Browser, folder: Path) -> tuple[str, dict[str, object]]:
    browser.downloads_to(folder)
    browser.press("s")
    until = time.monotonic() + 20
    while not (found := list(folder.glob("decisions-*.json"))):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found[0].name, json.loads(found[0].read_text(encoding="utf-8"))


def test_the_whole_way_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    begin(browser, make(tmp_path, [*doubts(), *images(15)]))
    assert "0 / 22" in text(browser, "#counted")
    for key in "112":  # a doubt, two images that clash
        browser.press(key)
    # rectangles were drawn on the third, in numbers of the full-size picture
    browser.press("u")
    assert decided(browser) == [("opt-out-doubt", "another-person"), ("image", "release")]
    browser.press("3")
    browser.wait("document.getElementById('full').open")
    browser.press("Escape")
    browser.wait("!document.getElementById('full').open")
    browser.press("2")
    browser.press("1")  # station
    browser.press("1")  # findings
    browser.press("2")  # not stated
    browser.press("2")  # required fields that cannot be made up have no such decision
    browser.press("1")
    assert decided(browser)[2:] == [
        ("image", "block"), ("station", "release"), ("findings:BS-AAAAA", "release"),
        ("blank:BS-AAAAA", "not-stated"), ("blank:BS-BBBBB", "leave-out"),
    ]  # fmt: skip
    browser.press("1")  # the suspected image by itself
    for _ in range(3):  # fourteen unsuspected ones in rows of six
        browser.press("r")
    assert "22 / 22" in text(browser, "#counted")
    name, file = saved(browser, tmp_path)
    assert name == f"decisions-BONE_試験-A1-{file['saved']}.json"
    assert (file["format"], file["study"]) == ("bonescint-decisions/1", "BONE 試験")
    assert file["reviewer"] == "A1"
    decisions = file["decisions"]
    assert isinstance(decisions, list) and len(decisions) == 22
    coded = [one for one in decisions if one["item"] == "coded"]
    assert len(coded) == 15 and all(one["decision"] == "release" for one in coded)
    assert not browser.value("window.evil || false")
    assert [m for m in browser.messages if m["method"] == "Runtime.exceptionThrown"] == []
    asked = [m for m in browser.messages if m["method"] == "Network.requestWillBeSent"]
    urls = {m["params"]["request"]["url"].split(":")[0] for m in asked}
    assert urls <= {"file", "data", "blob"}


def test_a_reload_keeps_what_was_decided(browser: Browser, tmp_path: Path) -> None:
    begin(browser, make(tmp_path, [*doubts(), *images(8)]))
    browser.press("1")
    browser.press("1")
    before = decided(browser), text(browser, "#place")
    browser.reload()
    assert not browser.value("document.getElementById('who').open")
    assert (decided(browser), text(browser, "#place")) == before
    browser.press("u")
    assert decided(browser) == before[0][:1]


def test_decisions_are_one_reviewers(browser: Browser, tmp_path: Path) -> None:
    begin(browser, make(tmp_path, images(8)))
    browser.press("r")
    browser.value("document.getElementById('reviewer').click()")
    browser.value("document.getElementById('code').value = 'B2'")
    browser.press("Enter")
    browser.wait("document.getElementById('reviewer').innerText.includes('B2')")
    assert decided(browser) == []


def test_a_code_that_the_import_refuses_is_refused_here(browser: Browser, tmp_path: Path) -> None:
    page = make(tmp_path, doubts())
    for code in ("yamada", "R_1", "20190601", "A12345"):
        browser.open(page)
        browser.value("localStorage.clear()")
        browser.reload()
        browser.type(code)
        browser.press("Enter")
        assert browser.value("document.getElementById('who').open"), code
    # full-width letters are the same code
    begin(browser, page, "Ｂ２")
    assert browser.value("review.file().reviewer") == "B2"


def test_of_an_earlier_list_holds_what_did_not_change(browser: Browser, tmp_path: Path) -> None:
    shown = images(8, suspected=0)
    begin(browser, make(tmp_path, shown))
    browser.press("r")
    assert len(decided(browser)) == 6
    shown[0].row["sha256"] = "e" * 64  # made anew
    shown[1].row |= {"decided": "release", "waits": ""}  # taken in already
    page = make(tmp_path, [*shown[:2], *shown[3:]])  # the third one declined
    browser.open(page)
    found = browser.value("review.file().decisions")
    assert [one["sha256"] for one in found] == [f"{n:064x}" for n in (3, 4, 5)]
    kept = browser.value("JSON.stringify(localStorage)")
    assert f"{2:064x}" not in kept and f"{0:064x}" not in kept


def test_rectangles_are_drawn_listed_and_removed(browser: Browser, tmp_path: Path) -> None:
    begin(browser, make(tmp_path, [doubts()[2], *images(2)]))
    browser.press("f")
    browser.wait("document.getElementById('full').open")
    place = "document.querySelector('.canvas[data-frame=\"2\"] img').getBoundingClientRect()"
    edge = browser.value(f"(({{x, y, width}}) => ({{x, y, width}}))({place})")
    zoom = edge["width"] / 64
    at = [(edge["x"] + x * zoom, edge["y"] + y * zoom) for x, y in ((10.5, 20.5), (29.5, 35.5))]
    browser.drag(*at)
    browser.drag(at[1], (at[1][0] + 20 * zoom, at[1][1] + 5 * zoom))
    assert browser.value("document.querySelectorAll('#drawn li').length") == 2
    browser.value("document.querySelectorAll('#drawn button')[1].click()")
    browser.value(
        "(() => { const f = document.getElementById('typed').elements; "
        "[['frame', 1], ['x', 0], ['y', 0], ['w', 64], ['h', 12]].forEach(([n, v]) => "
        "{ f[n].value = v; }); document.getElementById('typed').requestSubmit(); })()"
    )
    browser.press("c")
    browser.value("document.getElementById('frames').focus()")
    browser.press("3")
    browser.wait("!document.getElementById('full').open")
    (one,) = browser.value("review.file().decisions")
    assert one == {
        "item": "image", "sha256": "3" * 64, "decision": "redact",
        "rectangles": "2:10,20,20,16;1:0,0,64,12",
    }  # fmt: skip
    # rectangles of an image that is to leave hold for its source, and are cut at the edge
    browser.press("3")
    browser.wait("document.getElementById('full').open")
    edge = browser.value(f"(({{x, y}}) => ({{x, y}}))({place.replace('2', '1', 1)})")
    start = edge["x"] + 3.5, edge["y"] + 2.5
    browser.drag(start, (edge["x"] - 9, edge["y"] - 9))
    browser.press("3")
    (_, two) = browser.value("review.file().decisions")
    assert (two["item"], two["sha256"]) == ("image", f"{99999:064x}")
    assert two["rectangles"].startswith("1:0,0,")


def test_several_pages_share_what_was_decided(browser: Browser, tmp_path: Path) -> None:
    shown = images(30, suspected=0)
    begin(browser, make(tmp_path, shown, most_bytes=13 * shown[0].size))
    assert browser.value("review.data.pages.length") > 2
    for _ in range(12):
        if "30 / 30" in text(browser, "#counted"):
            break
        where = browser.value("location.pathname")
        browser.press("r")
        browser.value("new Promise((done) => setTimeout(done, 80))")
        if where != browser.value("location.pathname"):
            browser.loaded()
    assert "30 / 30" in text(browser, "#counted")
    assert len(decided(browser)) == 30
    browser.press("u")
    browser.value("new Promise((done) => setTimeout(done, 80))")
    browser.loaded()
    assert "30 / 30" not in text(browser, "#counted")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_can_be_read_by_everybody(
    browser: Browser, tmp_path: Path, language: str, width: int
) -> None:
    begin(browser, make(tmp_path, [*doubts(), *images(8)], language))
    browser.resize(width, 844)
    assert browser.value("document.documentElement.lang") == language
    for n in range(len(doubts()) + 2):
        browser.value(f"document.body.dataset.n = '{n}'")
        faults = browser.value(BASICS)
        assert faults == [], (n, faults)
        assert browser.value("document.documentElement.scrollWidth") <= width
        browser.press("ArrowRight")
    for key, dialog in (("?", "keys"), ("f", "full")):
        browser.press(key)
        browser.wait(f"document.getElementById('{dialog}').open")
        assert browser.value(BASICS) == []
        browser.press("Escape")
        browser.wait(f"!document.getElementById('{dialog}').open")


def test_the_focus_goes_through_the_page_in_order(browser: Browser, tmp_path: Path) -> None:
    begin(browser, make(tmp_path, doubts()))
    browser.value("document.activeElement.blur()")
    order = []
    for _ in range(12):
        browser.press("Tab")
        # in whole pixels, because a button and a link in one line differ by parts of one
        order.append(round(browser.value("document.activeElement.getBoundingClientRect().top")))
    assert order == sorted(order)
