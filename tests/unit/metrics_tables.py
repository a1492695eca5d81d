"""Small tables of the coded side, as the metrics scripts read them."""

import csv
from pathlib import Path
from types import SimpleNamespace

from bonescint.files import write_rows
from bonescint.resources import RESOURCES

SETTINGS = {
    "confidence": 0.95,
    "cutoffs": [{"metric": "bsi", "value": 1.0}, {"metric": "hotspots", "value": 2}],
}
REFERENCE = ["code", "tracer", "n_readers", "n_positive", "metastasis", "n_metastases", "eod"]
REFERENCE += ["unanimous", "status"]
MEASUREMENTS = ["code", "tracer", "software", "version", "metric", "value", "status"]
SOFTWARE = ["code", "tracer", "software", "version", "bsi", "hotspots", "ann", "status"]
READINGS = ["code", "reader", "metastasis", "n_metastases", "eod", "eod_status", "status"]

with (RESOURCES / "text/metrics.csv").open(encoding="utf-8") as stream:
    WORDS = {row["key"] for row in csv.DictReader(stream)}


def write_reference(path: Path, truth: dict[str, int | None]) -> Path:
    """Code to metastasis; None is a tie."""
    rows = [
        {"code": code, "metastasis": yes, "status": "tie" if yes is None else "decided"}
        for code, yes in truth.items()
    ]
    write_rows(path, REFERENCE, rows)
    return path


def write_measurements(path: Path, results: dict[str, dict[str, tuple | str]]) -> Path:
    """Software to code to (bsi, hotspots), or a status without a value."""
    rows = []
    for software, cases in results.items():
        for code, result in cases.items():
            values, status = ((), result) if isinstance(result, str) else (result, "analysed")
            for metric, value in zip(("bsi", "hotspots"), values or ("", ""), strict=True):
                rows.append(
                    {"code": code, "software": software, "metric": metric, "value": value}
                    | {"status": status}
                )
    write_rows(path, MEASUREMENTS, rows)
    return path


def write_reading(path: Path, answers: dict[str, int | None], **more: dict[str, object]) -> Path:
    """Code to metastasis, None for not read; more: column to code to value."""
    rows = [
        {"code": code, "reader": path.stem, "metastasis": yes}
        | {"status": "missing" if yes is None else "read"}
        | {column: values.get(code, "") for column, values in more.items()}
        for code, yes in answers.items()
    ]
    write_rows(path, READINGS, rows)
    return path


def notes(row) -> dict[str, str]:
    """Return the parts of an Estimate's note."""
    return dict(part.partition("=")[::2] for part in row.note.split("; ") if part)


def assert_worded(rows) -> None:
    """Every key that a row shows has its words in resources/text/metrics.csv."""
    for row in rows:
        shown = {row.question, row.measure, row.reference, row.ci_method, row.test, row.status}
        shown |= set(notes(row)) - {""}
        assert shown - {""} <= WORDS, shown - WORDS


def snakemake_object(tmp_path: Path, input, output, params):
    """Return what Snakemake hands to a script, as far as our adapters use it."""
    return SimpleNamespace(
        input=SimpleNamespace(**input),
        output=SimpleNamespace(**output),
        params=SimpleNamespace(**params),
        log=[str(tmp_path / "log" / "job.log")],
    )
