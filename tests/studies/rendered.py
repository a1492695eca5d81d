"""Report and workbook of a finished study, written anew from its tables in either language."""

from pathlib import Path

import yaml
from scripts.outputs.write_report import write_report
from scripts.outputs.write_workbook import write_workbook

from bonescint import config as settings
from bonescint import config_questions
from bonescint.config_words import reader_names, study_words
from bonescint.questions import known
from tests.scripts.outputs.contract import INPUTS


def render(study: Path, language: str, folder: Path) -> None:
    """Write report.html and study.xlsx of a study that has run, as its rules do.

    Parameters
    ----------
    study
        A folder after its run.
    language
        ``ja`` or ``en``, whatever the study's is.
    folder
        Where they go.
    """
    config = yaml.safe_load((study / "config.yaml").read_text(encoding="utf-8"))
    config["language"] = language
    results = study / "results"
    chosen = results / "chosen" if (results / "chosen").exists() else results
    asked = config_questions.questions(config)
    tables = {name: path for name, path in INPUTS.items() if name in asked or name not in known()}
    if "accuracy" not in asked:
        del tables["roc_curves"]
    if "cutoffs" not in asked:
        del tables["failed_calls"]
    if not {"readers", "versions"} <= config_questions.study_has(config):
        del tables["reclassified"]
    inputs = {
        name: next((top / path for top in (chosen, results) if (top / path).exists()), None)
        for name, path in tables.items()
    }
    readings = [str(path) for path in sorted((chosen / "readings").glob("*.csv"))]
    given = {
        "readings": [path for path in readings if not path.endswith(".warnings.csv")],
        **{name: str(path) for name, path in inputs.items() if path},
        "warnings": sorted(results.rglob("*.warnings.csv")),
        "selection": results / "cohort" / "selection.csv" if chosen != results else [],
        "figures": sorted((results / "figures").iterdir()),
    }
    about = {
        "study": config["study"] | (config.get("papers") or {}) | {"after_period_end": ""},
        "software": settings.software(config),
        "language": language,
        "words": study_words(config) | reader_names(config),
        "there": sorted(config_questions.study_has(config)),
        "unanswered": config_questions.unanswered(config),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_report(given, page=folder / "report.html", **about)
    write_workbook(given, book=folder / "study.xlsx", **about)
