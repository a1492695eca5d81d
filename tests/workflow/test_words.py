"""Report, workbook and figures of the demonstration are of one language, and hold no raw key."""

import json
from pathlib import Path

import pytest
import yaml

from bonescint.questions import known
from bonescint.resources import ROOT
from tests.studies.foreign import foreign
from tests.studies.rendered import render
from tests.studies.said import shown, written
from tests.workflow.runner import snakemake


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_demonstration_speaks_one_language(
    finished: Path, language: str, tmp_path: Path
) -> None:
    render(finished, language, tmp_path)
    config = yaml.safe_load((finished / "config.yaml").read_text(encoding="utf-8"))
    assert foreign(written(tmp_path), language, config) == []


def test_the_page_of_snakemake_holds_every_result(finished: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    snakemake(finished, "--report", str(page))
    text = page.read_text(encoding="utf-8")
    assert str(finished) not in text and str(ROOT) not in text and str(Path.home()) not in text
    start = text.index('var results = {"') + len("var results = ")
    results, _ = json.JSONDecoder().raw_decode(text[start:])
    asked = {f"results/metrics/{name}.csv" for name in known()}
    tables = {str(path.relative_to(finished)) for path in finished.glob("results/metrics/*.csv")}
    figures = {path.stem for path in finished.glob("results/figures/*")}
    assert {"results/report.html", *(asked & tables)} <= results.keys()
    assert figures == {Path(path).stem for path in results if "figures" in path}
    # files that list cases stay in the hospital
    cases = ("study.xlsx", "reclassified", "misclassified", "incidental", "cases.csv")
    assert not [path for path in results if path.rpartition("/")[2].startswith(cases)]
    labels = [(path, text) for path, one in results.items() for text in one["labels"].values()]
    config = yaml.safe_load((finished / "config.yaml").read_text(encoding="utf-8"))
    assert foreign(labels, config["language"], config) == []
    assert all(one["caption"] and "SYNTHETIC" in str(one["labels"]) for one in results.values())


def test_its_figures_hold_no_raw_key(finished: Path) -> None:
    config = yaml.safe_load((finished / "config.yaml").read_text(encoding="utf-8"))
    drawn = [one for one in shown(finished) if one[0].endswith(".svg")]
    assert drawn and foreign(drawn, config["language"], config) == []
