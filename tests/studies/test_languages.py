"""Report and workbook of every study are of one language, and hold no raw key."""

from pathlib import Path

import pytest
import yaml

from tests.studies.foreign import foreign
from tests.studies.rendered import render
from tests.studies.said import shown, written


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["one_tracer", "other_organ", "no_reader"])
def test_a_study_speaks_one_language(
    name: str, language: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    study = request.getfixturevalue(f"{name}_study")
    render(study, language, tmp_path)
    config = yaml.safe_load((study / "config.yaml").read_text(encoding="utf-8"))
    found = foreign(written(tmp_path), language, config)
    if language == config["language"]:
        # figures are drawn in the study's own
        drawn = [one for one in shown(study) if one[0].endswith(".svg")]
        found += foreign(drawn, language, config)
    assert found == []
