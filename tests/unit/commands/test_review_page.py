"""`bonescint review` opens the page, or says what to do."""

import webbrowser
from pathlib import Path

import pytest

from bonescint.cli import main
from tests.unit.review.samples import images, make
from tests.workflow.runner import configure


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    configure(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_page_it_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review"]) == 1
    assert "snakemake review" in capsys.readouterr().err


def test_it_opens_the_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = make(folder / "private" / "review", images(3))
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda uri: not opened.append(uri))
    assert main(["review"]) == 0
    assert opened == [page.resolve().as_uri()]
    assert "3" in capsys.readouterr().out
    assert main(["review", "--no-browser"]) == 0
    assert len(opened) == 1 and str(page) in capsys.readouterr().out
