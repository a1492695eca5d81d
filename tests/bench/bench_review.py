"""How long the review page takes to open and to answer a key: `python tests/bench/bench_review.py`.

Made-up whole-body pictures of 256 x 1,024 pixels, front and back, that no compression makes small.
"""

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "scripts")]

from tests.browser.chromium import PROGRAM, Browser, chromium  # noqa: E402
from tests.unit.review.samples import images, make, picture  # noqa: E402

# from the key to the next frame on the screen
ANSWER = """new Promise((done) => {
  const begun = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: KEY, bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
})""".replace("key: KEY", 'key: "%s"')


def pages_of(folder: Path, number: int, suspected: int) -> Path:
    """Write the pages of so many images; a few pictures serve for all."""
    drawn = [picture(n, 1024, 256) for n in range(16)]
    pairs = [[drawn[n % 16], drawn[(n + 1) % 16]] for n in range(number)]
    shown = [replace(one, pictures=pair) for one, pair in
             zip(images(number, suspected), pairs, strict=True)]  # fmt: skip
    begun = time.perf_counter()
    page = make(folder, shown)
    files = list(folder.glob("*.html"))
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{number} items: {len(files)} pages, {size:.0f} MB, "
          f"written in {time.perf_counter() - begun:.1f} s")  # fmt: skip
    return page


def opened(browser: Browser, page: Path) -> float:
    """Return the seconds until a page answers."""
    begun = time.perf_counter()
    browser.open(page)
    return time.perf_counter() - begun


def main() -> None:
    """Print the figures."""
    if not PROGRAM:
        sys.exit("no Chromium")
    with tempfile.TemporaryDirectory() as folder, chromium(Path(folder)) as browser:
        page = pages_of(Path(folder) / "a", 2000, 20)
        times = [opened(browser, page) for _ in range(5)]
        print(f"open: {statistics.median(times):.2f} s (median), {max(times):.2f} s (longest)")
        page = pages_of(Path(folder) / "b", 500, 500)
        browser.open(page)
        browser.type("A1")
        browser.press("Enter")
        browser.wait("!document.getElementById('who').open")
        answers, decided = [], 0
        while decided < 500:
            try:
                answers.append(browser.value(ANSWER % "1"))
                decided = browser.value("Object.keys(review.state().decisions).length")
            except AssertionError:  # this key led to the next page
                browser.loaded()
        answers.sort()
        longest = answers[int(len(answers) * 0.99)], answers[-1]
        print(f"{len(answers)} keys: {statistics.median(answers):.0f} ms (median), ", end="")
        print("{:.0f} ms (99 %), {:.0f} ms (longest)".format(*longest))


if __name__ == "__main__":
    main()
