"""Small tables of the coded side, as the metrics scripts read them."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from snakemake.iocontainers import InputFiles, OutputFiles, Params

from bonescint.files import write_rows
from bonescint.questions import question, worded
from bonescint.registered import words_in
from bonescint.resources import ROOT
from bonescint.stats.estimate import Estimate, read_estimates, write_number
from tests.scripts.purposes import unexplained

SETTINGS = {
    "confidence": 0.95,
    "cutoffs": [{"metric": "bsi", "value": 1.0}, {"metric": "hotspots", "value": 2}],
    "margins": {"bsi": 0.5, "auc": 0.1, "sensitivity": 0.2},
    "optimism": {"replicates": 100, "seed": 1},
    "matched_specificity": [0.9],
    "partial_auc": {"specificity": [0.8, 1.0]},
    "subgroups": [{"by": "age", "at": [58]}, {"by": "eod"}],
    "primary": None,
    "plan": {"positive": 25, "negative": 25, "auc": 0.9, "auc_difference": 0.1}
    | {"sensitivity": 0.85, "sensitivity_difference": 0.15, "specificity": 0.8},
    "values": {
        "bsi": {"kind": "percent"},
        "hotspots": {"kind": "count"},
    },
    "offsets": {"bsi": [0.1, 0.01], "hotspots": [1]},
}
METRICS = ["bsi", "hotspots"]
SOFTWARE_PARAM = {
    key: {"label": f"{product} {version}", "product": product, "version": version}
    | {"tracer": tracer, "metrics": METRICS}
    for key, product, version, tracer in (
        ("bonenavi", "A", "2.1", "MDP"),
        ("vsbone2", "B", "2.0", "HMDP"),
        ("vsbone3", "B", "3.0", "HMDP"),
    )
}
EXPOSURE = ["code", "tracer", "software", "version", "released", "delivered", "exposed"]
CASES = ["code", "tracer", "age", "height_cm", "weight_kg"]
REFERENCE = ["code", "tracer", "n_readers", "n_positive", "metastasis", "n_metastases", "eod"]
REFERENCE += ["unanimous", "status"]
MEASUREMENTS = ["code", "tracer", "software", "version", "metric", "value", "status"]
SOFTWARE = ["code", "tracer", "software", "version", "bsi", "hotspots", "ann", "status"]
READINGS = ["code", "reader", "metastasis", "n_metastases", "eod", "eod_status", "status"]

WORDS = worded("en")


def write_reference(
    path: Path,
    truth: dict[str, int | None],
    eod: dict[str, int] | None = None,
    count: dict[str, int] | None = None,
) -> Path:
    """Code to metastasis; None is a tie."""
    rows = [
        {"code": code, "metastasis": yes, "status": "tie" if yes is None else "decided"}
        | {"eod": (eod or {}).get(code), "n_metastases": (count or {}).get(code)}
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


class Study:
    """A small study of twelve women a tracer, whose tables any question's script can be run on."""

    def __init__(self, folder: Path, per_tracer: int = 12) -> None:
        self.folder = folder
        rng = np.random.default_rng(1)
        self.tracer = {
            f"{tracer[0]}{i:02}": tracer for tracer in ("MDP", "HMDP") for i in range(per_tracer)
        }
        codes = list(self.tracer)
        self.truth: dict[str, int | None] = {code: i % 2 for i, code in enumerate(codes)}
        self.eod = {code: yes * (1 + i % 3) for i, (code, yes) in enumerate(self.truth.items())}
        self.count = {code: yes * (1 + i % 7) for i, (code, yes) in enumerate(self.truth.items())}

        def results(tracer: str, shift: float) -> dict[str, tuple | str]:
            return {
                code: (
                    round(float(max(0, rng.normal(yes + shift, 0.8))), 2),
                    int(rng.poisson(1 + 3 * yes)),
                )
                for code, yes in self.truth.items()
                if self.tracer[code] == tracer
            }

        self.results = {
            "bonenavi": results("MDP", 0.3),
            "vsbone2": results("HMDP", 0.1),
            "vsbone3": results("HMDP", 0.4),
        }
        self.answers = {
            f"reader{n}": {
                code: yes ^ (i % 7 == n) for i, (code, yes) in enumerate(self.truth.items())
            }
            for n in (1, 2, 3)
        }
        self.exposed: set[str] = set()

    def write(self) -> None:
        """Write every coded table that a question may read."""
        write_reference(self.folder / "reference.csv", self.truth, eod=self.eod, count=self.count)
        write_measurements(self.folder / "measurements.csv", self.results)
        for name, answers in self.answers.items():
            write_reading(
                self.folder / f"{name}.csv", answers, eod=self.eod, n_metastases=self.count
            )
        cases = [
            {"code": code, "tracer": tracer, "age": 50 + i, "height_cm": 150 + i % 5}
            for i, (code, tracer) in enumerate(self.tracer.items())
        ]
        write_rows(self.folder / "cases.csv", CASES, cases)
        exposure = [
            {"code": code, "software": key, "exposed": int(code in self.exposed)}
            for key, results in self.results.items()
            for code in results
        ]
        write_rows(self.folder / "exposure.csv", EXPOSURE, exposure)
        analysed = [
            {"code": code, "tracer": tracer, "software": "reference", "version": "0123abcd"}
            | {"bsi": round(i % 7 / 3, 2), "hotspots": i % 4, "status": "analysed"}
            for i, (code, tracer) in enumerate(self.tracer.items())
        ]
        write_rows(self.folder / "analysed.csv", SOFTWARE, analysed)

    def answer(self, name: str, **params: object) -> list[Estimate]:
        """Answer a question as Snakemake does and return its table."""
        self.write()
        inputs = {
            table: str(self.folder / f"{table}.csv")
            for table in ("reference", "measurements", "cases", "exposure", "analysed")
        }
        inputs["readings"] = [str(self.folder / f"{reader}.csv") for reader in self.answers]
        given = {
            "software": SOFTWARE_PARAM,
            "version_pairs": [["vsbone2", "vsbone3"]],
            "product_pairs": [["bonenavi", "vsbone2"], ["bonenavi", "vsbone3"]],
            "tracers": ["MDP", "HMDP"],
            "settings": SETTINGS,
        }
        return answered(self.folder, name, inputs, given | params)


def answered(folder: Path, name: str, inputs, params) -> list[Estimate]:
    """Answer a question as Snakemake does: return its table, beside which the others lie."""
    tables = ("table", *question(name).also)
    outputs = {table: str(folder / f"{name}.{table}.csv") for table in tables}
    fake = snakemake_object(folder, inputs, outputs, params, rule=name)
    script = ROOT / "scripts" / "questions" / "answer_question.py"
    runpy.run_path(str(script), {"snakemake": fake}, "__main__")
    rows = list(read_estimates(outputs["table"]))
    assert_worded(rows)
    return rows


def notes(row) -> dict[str, str]:
    """Return the parts of an Estimate's note, and what its columns say of the same kind."""
    found = dict(part.partition("=")[::2] for part in row.note.split("; ") if part)
    columns = {"metric": row.metric, "cutoff": write_number(row.cutoff), "cases": row.cases}
    group, _, value = row.cases.partition("=")
    columns |= {"level": write_number(row.level)} | ({group: value} if value else {})
    return found | {key: value for key, value in columns.items() if value}


# these have a column of their own; a software's label says its version
OWN_COLUMN = {"metric", "cutoff", "level", "family", "primary", "exploratory", "version"}
OWN_COLUMN |= {"comparator_version"}


def assert_worded(rows) -> None:
    """Every key that a row shows has its words, every measure the sentence on what it is for."""
    missing = unexplained(row.measure for row in rows)
    for row in rows:
        assert "title" in words_in("text/questions/", "en")[row.question]
        shown = {row.measure, row.ci_method, row.test, row.status}
        shown |= {row.reference} if not row.reference.startswith("reader") else set()
        missing |= shown - {""} - WORDS
        missing |= {
            key
            for key, value in notes(row).items()
            if key not in OWN_COLUMN and not {key, f"{key}=", f"{key}={value}"} & WORDS
        }
    assert not missing


def snakemake_object(tmp_path: Path, input, output, params, rule=""):
    """Return what Snakemake hands to a script, as far as our adapters use it."""
    return SimpleNamespace(
        input=InputFiles(fromdict=input),
        output=OutputFiles(fromdict=output),
        params=Params(fromdict=params),
        rule=rule,
        log=[str(tmp_path / "log" / "job.log")],
    )
