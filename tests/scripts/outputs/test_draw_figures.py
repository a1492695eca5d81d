import csv
import runpy
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
from scripts.outputs.draw_figures import draw_figures
from snakemake.iocontainers import InputFiles

from bonescint.outputs.drawn import drawn_figures
from tests.scripts.outputs.contract import CUTOFFS, PAIRS, SOFTWARE
from tests.scripts.outputs.results import write_empty, write_results, write_scans

NAMES = [
    "agreement", "bland_altman", "bsi_eod", "distribution", "flow", "forest", "hotspot_count",
    "interchangeability", "method_comparison", "montage", "reclassification", "roc",
    "sample_size", "tracer_weeks", "version_slope",
]  # fmt: skip
TABLES = {
    "flow": "metrics/flow.csv",
    "cases": "cases.csv",
    "reference": "reference.csv",
    "measurements": "measurements.csv",
    "accuracy": "metrics/accuracy.csv",
    "roc_curves": "metrics/roc_curves.csv",
    "roc_bands": "metrics/roc_bands.csv",
    "cutoffs": "metrics/cutoffs.csv",
    "sample_size": "metrics/sample_size.csv",
    "version_measurement": "metrics/version_measurement.csv",
}


def draw(results: Path, figures: Path, language: str = "ja") -> None:
    with warnings.catch_warnings():
        # a character that the font has not is a box in the figure
        warnings.filterwarnings("error", message="Glyph")
        draw_figures(
            tables={name: results / path for name, path in TABLES.items()},
            dicom=sorted((results / "dicom").glob("*")),
            software=SOFTWARE,
            version_pairs=PAIRS,
            cutoffs=CUTOFFS,
            language=language,
            synthetic=True,
            confidence=0.95,
            figures=figures,
        )


def test_same_results_same_bytes_and_no_trace_of_the_machine(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results")
    with (results / "cases.csv").open(encoding="utf-8") as stream:
        write_scans(results / "dicom", list(csv.DictReader(stream))[:4])
    draw(results, tmp_path / "a")
    draw(results, tmp_path / "b")
    written = sorted((tmp_path / "a").iterdir())
    shown = drawn_figures()
    wanted = sorted(f"{name}.{form}" for name in NAMES for form in shown[name].formats)
    assert [path.name for path in written] == wanted and "montage.svg" not in wanted
    for path in written:
        data = path.read_bytes()
        assert data == (tmp_path / "b" / path.name).read_bytes()
        for trace in (b"metadata", b"Creator", b"dc:date", b"Software", str(tmp_path).encode()):
            assert trace not in data, (path.name, trace)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_empty_tables_are_drawn_as_such(tmp_path: Path, language: str) -> None:
    former = tmp_path / "figures" / "montage.svg"  # files that no run would draw again
    former.parent.mkdir()
    former.touch()
    draw(write_empty(tmp_path / "results"), former.parent, language)
    assert {path.stem for path in former.parent.iterdir()} == {*NAMES}
    assert not former.exists()


def test_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_empty(Path("results"))
    from scripts.outputs import draw_figures as module

    snakemake = SimpleNamespace(
        input=InputFiles(
            fromdict={key: f"results/{name}" for key, name in TABLES.items()}
            | {"dicom": ["results/dicom/00"]}
        ),
        params=SimpleNamespace(
            software=SOFTWARE, version_pairs=PAIRS, cutoffs=CUTOFFS, language="ja", synthetic=False,
            confidence=0.9, metrics=None, there=None, words=None, montage=None,
        ),
        output=["results/figures/flow.svg"],
        log=["logs/draw_figures.log"],
    )  # fmt: skip
    runpy.run_path(module.__file__, init_globals={"snakemake": snakemake}, run_name="__main__")
    assert Path("results/figures/roc.svg").exists()
