"""Whole pictures in a page are decoded; anything else, also behind a picture, is read as it is."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from bonescint.custody.traces.encodings import without_pictures
from bonescint.custody.traces.search import Person, search

GONE = Person("BS-7K3M2", frozenset({"0039943096"}), frozenset({"KYOZOU^SUIKO=虚像^翠子"}))
_SVG = b"<?xml version='1.0'?><svg>" + b"<path d='M 1 2'/>" * 100 + b"%b</svg>\n"


def _png(behind: bytes = b"") -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((60, 60), 90).save(stream, "png")
    return stream.getvalue() + behind


def _page(picture: bytes, more: bytes = b"", around: bytes = b"") -> bytes:
    coded = base64.b64encode(picture)
    return b'<p>%b</p><img src="data:image/x;base64,%b%b" alt="%b">' % (
        around,
        coded,
        more,
        around,
    )


@pytest.mark.parametrize("picture", [_png(), _SVG % b""])
def test_most_bytes_of_a_picture_are_skipped(picture: bytes) -> None:
    page = _page(picture, around=b"KYOZOU SUIKO")
    assert len(without_pictures(page)) < 400
    assert without_pictures(page).count(b"KYOZOU SUIKO") == 2
    assert without_pictures(page.replace(b";base64,", b" ")) == page.replace(b";base64,", b" ")


@pytest.mark.parametrize(
    "page",
    [
        _page(_SVG % b"<text>KYOZOU SUIKO</text>"),
        _page(_png(), around=b"BS-7K3M2"),
        _page(_png(b"BS-7K3M2")),
        _page(_png(), more=b"/kyozou/suiko/"),
        _page(_png(), more=b"\n39943096"),
        _page(_SVG % b"", more=b"=\nKyozou, Suiko"),
        _page(b"/kyozou/suiko/" * 100),
    ],
)
def test_a_person_in_or_beside_a_picture_is_found(tmp_path: Path, page: bytes) -> None:
    (tmp_path / "a.html").write_bytes(page)
    assert list(search([tmp_path], [GONE]))
    # and behind a long page
    (tmp_path / "a.html").write_bytes(_page(_png()) * 3 + page)
    assert list(search([tmp_path], [GONE]))
