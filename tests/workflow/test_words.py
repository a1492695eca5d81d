"""Report, workbook and figures of the demonstration are of one language, and hold no raw key."""

from pathlib import Path

import pytest
import yaml

from tests.studies.foreign import foreign
from tests.studies.rendered import render
from tests.studies.said import shown, written


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_demonstration_speaks_one_language(
    finished: Path, language: str, tmp_path: Path
) -> None:
    render(finished, language, tmp_path)
    config = yaml.safe_load((finished / "config.yaml").read_text(encoding="utf-8"))
    assert foreign(written(tmp_path), language, config) == []


def test_its_figures_hold_no_raw_key(finished: Path) -> None:
    config = yaml.safe_load((finished / "config.yaml").read_text(encoding="utf-8"))
    drawn = [one for one in shown(finished) if one[0].endswith(".svg")]
    assert drawn and foreign(drawn, config["language"], config) == []
