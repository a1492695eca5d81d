"""A study's results/, simulated, for the tests of the outputs.

Run as a program it fills a folder: ``python -m tests.scripts.outputs.results results``.
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, NuclearMedicineImageStorage

from bonescint.questions import known
from bonescint.warnings import Phrase, warning
from tests.scripts.outputs.contract import CUTOFFS, SOFTWARE, TABLES, Row, write
from tests.scripts.outputs.deidentification import deidentification
from tests.scripts.outputs.readings import write_readings


def write_empty(folder: Path) -> Path:
    """Write every table with its header only: a run in which nobody was left."""
    for name, columns in TABLES.items():
        write(folder / name, [], columns)
    write_readings(folder, [])
    _write_provenance(folder, [])
    return folder


def write_scans(folder: Path, cases: list[Row]) -> list[Path]:
    """Write one coded two-view NM object a case, a patch for a skeleton; return the batches."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[-2:2:512j, -0.5:0.5:128j]
    body = 40 * np.exp(-((x / 0.3) ** 2) - (y / 0.7) ** 2)
    for case in cases:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID, dataset.SOPInstanceUID = NuclearMedicineImageStorage, "1.2.3"
        dataset.PatientID = dataset.PatientName = case["code"]
        dataset.Rows, dataset.Columns, dataset.NumberOfFrames = *body.shape, 2
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit, dataset.PixelRepresentation = 15, 0
        dataset.DetectorVector = [1, 2]
        dataset.DetectorInformationSequence = []
        # the posterior view stands first, so that the order of the frames proves nothing
        for value in ("399001007", "399321004"):
            code, detector = Dataset(), Dataset()
            code.CodeValue, code.CodingSchemeDesignator = value, "SCT"
            detector.ViewCodeSequence = [code]
            dataset.DetectorInformationSequence.append(detector)
        spot = 200 * np.exp(-((x - 0.1) ** 2 + (y + 0.3) ** 2) / 0.002)
        frames = rng.poisson([body, body + spot]).astype("<u2")
        dataset.PixelData = frames.tobytes()
        path = folder / case["batch"] / case["code"] / "1.dcm"
        path.parent.mkdir(parents=True)
        dataset.save_as(path, enforce_file_format=True)
    return sorted(folder.iterdir())


def _codes(n: int) -> list[str]:
    rng = np.random.default_rng(7)
    letters = list("23456789ABCDEFGHJKMNPQRSTUVWXYZ")
    return ["BS-" + "".join(rng.choice(letters, 5)) for _ in range(n)]


def write_results(folder: Path, n_cases: int = 100) -> Path:
    """Write all tables of simulated cases (half MDP, half HMDP; half with findings)."""
    rng = np.random.default_rng(20190601)
    cases: list[Row] = []
    reference: list[Row] = []
    measurements: list[Row] = []
    for i, code in enumerate(_codes(n_cases)):
        tracer = "MDP" if i % 2 else "HMDP"
        positive = i % 4 < 2
        n = int(rng.integers(1, 25)) if positive else 0
        cases.append(
            {
                "code": code,
                "batch": str(i % 4),
                "tracer": tracer,
                "study_date": f"2019-0{6 + i % 4}-{1 + i % 28:02}",
                "sex": "F",
                "age": int(rng.normal(62, 12)),
                "height_cm": "" if i % 9 == 0 else f"{rng.normal(155, 6):.1f}",
                "weight_kg": "" if i % 9 == 0 else f"{rng.normal(53, 8):.1f}",
                "views": "anterior+posterior",
                "instances": 1 + i % 2,
                "refused": 1 if i == 5 else 0,
            }
        )
        reference.append(
            {
                "code": code,
                "tracer": tracer,
                "n_readers": 3,
                "n_positive": (3 if i % 7 else 2) if positive else (0 if i % 11 else 1),
                "metastasis": int(positive),
                "n_metastases": n,
                "eod": 0 if not n else 1 if n < 6 else 2 if n < 21 else 3,
                "unanimous": int(bool(i % 7 and i % 11)),
                "status": "decided",
            }
        )
        measurements += _measured(code, tracer, n, i, rng)
    write(folder / "cases.csv", cases, TABLES["cases.csv"])
    write(folder / "reference.csv", reference, TABLES["reference.csv"])
    write_readings(folder, reference)
    write(folder / "measurements.csv", measurements, TABLES["measurements.csv"])
    for name, (columns, rows) in deidentification(cases).items():
        write(folder / f"anonymization/{name}.csv", rows, ",".join(columns))
    _write_cohort(folder)
    _write_metrics(folder, reference, measurements)
    return folder


def _measured(code: str, tracer: str, n: int, i: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for key, software in SOFTWARE.items():
        if software["tracer"] != tracer:
            continue
        failed = i == 8 and key == "vsbone2"
        noise = {"bonenavi": 1.0, "vsbone2": 1.6, "vsbone3": 0.9}[key]
        hotspots = max(0, round(n * 0.9 + rng.normal(0, noise) * (1 + n * 0.1)))
        bsi = 0.0 if hotspots == 0 else 0.12 * hotspots * math.exp(rng.normal(0, 0.4 * noise))
        for metric, value in (("bsi", f"{bsi:.2f}"), ("hotspots", str(hotspots))):
            rows.append(
                {
                    "code": code,
                    "tracer": tracer,
                    "software": key,
                    "version": software["version"],
                    "metric": metric,
                    "value": "" if failed else value,
                    "status": "segmentation_failed" if failed else "analysed",
                }
            )
    return rows


def _estimate(subject: str, measure: str, value: float, n: int, **more: object) -> Row:
    half = 1.96 * math.sqrt(max(value * (1 - value), 0.002) / n)
    return {
        "subject": subject,
        "measure": measure,
        "reference": "consensus",
        "n": n,
        "estimate": f"{value:.10g}",
        "ci_low": f"{max(value - half, 0):.10g}",
        "ci_high": f"{min(value + half, 1):.10g}",
        "ci_method": "wilson",
        "status": "ok",
    } | more


def _write_metrics(folder: Path, reference: list[Row], measurements: list[Row]) -> None:
    truth = {row["code"]: row["metastasis"] for row in reference}
    values: dict[tuple[str, str], dict[str, float]] = {}
    for row in measurements:
        if row["value"]:
            values.setdefault((row["software"], row["metric"]), {})[row["code"]] = float(
                row["value"]
            )
    cut = {str(entry["metric"]): float(str(entry["value"])) for entry in CUTOFFS}
    tables: dict[str, list[Row]] = {question: [] for question in known()}
    curves: list[Row] = []
    for (software, metric), cases in values.items():
        yes = [v for code, v in cases.items() if truth[code]]
        no = [v for code, v in cases.items() if not truth[code]]
        for threshold in [math.inf, *sorted({*yes, *no}, reverse=True)]:
            curves.append(
                {
                    "software": software,
                    "metric": metric,
                    "threshold": threshold,
                    "false_positive_rate": sum(v >= threshold for v in no) / len(no),
                    "true_positive_rate": sum(v >= threshold for v in yes) / len(yes),
                }
            )
        wins = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
        common = {
            "n_positive": len(yes),
            "metric": metric,
            "note": f"version={SOFTWARE[software]['version']}",
        }
        auc = wins / len(yes) / len(no)
        for method in ("delong_logit", "delong_wald"):
            row = _estimate(software, "auc", auc, len(cases), ci_method=method, **common)
            tables["accuracy"].append(row)
        grade = common | {"n_positive": 3, "cases": "eod=2"}
        tables["accuracy"].append(_estimate(software, "auc", 0.9, 3 + len(no), **grade))
        for measure, value, n in (
            ("sensitivity", sum(v >= cut[metric] for v in yes) / len(yes), len(yes)),
            ("specificity", sum(v < cut[metric] for v in no) / len(no), len(no)),
        ):
            common |= {"cutoff": f"{cut[metric]:g}", "note": f"count={round(value * n)}/{n}"}
            for method in ("wilson", "clopper_pearson"):
                row = _estimate(software, measure, value, n, ci_method=method, **common)
                tables["cutoffs"].append(row)
    calls = {"positive": (14, 0), "negative": (12, 21), "failed": (2, 1)}
    rows = [
        {"software": "vsbone2", "metric": "bsi", "cutoff": "1", "call": call}
        | {"metastasis": yes, "no_metastasis": no}
        for call, (yes, no) in calls.items()
    ]
    write(folder / "metrics/failed_calls.csv", rows, TABLES["metrics/failed_calls.csv"])
    write(folder / "metrics/roc_curves.csv", curves, TABLES["metrics/roc_curves.csv"])
    bands = [
        {"software": software, "metric": metric, "n": 50, "n_positive": 29, "specificity": at}
        | {"sensitivity": 0.9, "ci_low": 0.8, "ci_high": 0.95, "level": 0.95, "status": "ok"}
        for software in SOFTWARE
        for metric in ("bsi", "hotspots")
        for at in (0.2, 0.9)
    ]
    write(folder / "metrics/roc_bands.csv", bands, TABLES["metrics/roc_bands.csv"])
    _write_powers(folder)
    for metric in ("bsi", "hotspots"):
        old, new = values["vsbone2", metric], values["vsbone3", metric]
        gaps = [new[code] - old[code] for code in old]
        bias, spread = float(np.mean(gaps)), float(np.std(gaps, ddof=1))
        common = {"comparator": "vsbone2", "reference": "", "metric": metric}
        for measure, value in (
            ("bias", bias),
            ("limit_low", bias - 1.96 * spread),
            ("limit_high", bias + 1.96 * spread),
        ):
            limits = {"ci_low": value - spread / 4, "ci_high": value + spread / 4}
            row = _estimate("vsbone3", measure, value, 49, **common) | limits
            tables["version_measurement"].append(row)
    with (Path(__file__).parent / "estimates.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            made = _estimate(row["subject"], row["measure"], float(row["estimate"] or 0), 49)
            if not row["estimate"]:
                made |= dict.fromkeys(("estimate", "ci_low", "ci_high"), "")
            made |= row | {"statistic": "1.5" if row["test"] else "", "p_adjusted": row["p_value"]}
            tables[made.pop("table")].append(made)
    for question, rows in tables.items():
        write(folder / f"metrics/{question}.csv", [{"question": question} | row for row in rows])
    _write_case_lists(folder, reference, values)


def _write_powers(folder: Path) -> None:
    """Write the powers of three differences at two sizes; planned: 25 + 25 and 0.1."""
    about = {"subject": "vsbone3", "comparator": "vsbone2", "metric": "bsi", "wanted": 0.8}
    powers = [
        about
        | {"measure": "auc_difference", "difference": difference}
        | {"n_positive": n, "n_negative": n, "planned": int(n == 25 and difference == 0.1)}
        | {"power": power, "power_low": power - 0.1, "power_high": power + 0.1}
        for i, difference in enumerate((0.05, 0.1, 0.15))
        for n, power in ((25, 0.2 + 0.2 * i), (50, 0.4 + 0.2 * i))
    ]
    write(folder / "metrics/sample_size.csv", powers, TABLES["metrics/sample_size.csv"])


def _write_case_lists(
    folder: Path, reference: list[Row], values: dict[tuple[str, str], dict[str, float]]
) -> None:
    """Write who is misclassified, reclassified or exposed; positive: BSI of 1 % or more."""
    lists: dict[str, list[Row]] = {"metrics/misclassified.csv": [], "metrics/reclassified.csv": []}
    lists |= {"exposure.csv": [], "hospital/incidental.csv": []}
    for case in reference:
        code, sick = case["code"], bool(case["metastasis"])
        old, new = values["vsbone2", "bsi"].get(code), values["vsbone3", "bsi"].get(code)
        if new is None:
            continue
        named = {"code": code, "metric": "bsi", "cutoff": 1}
        of_software = {"tracer": "HMDP", "software": "vsbone3", "version": "3.0"}
        lists["exposure.csv"].append(
            {"code": code, **of_software, "released": "2023-04-01", "exposed": 0}
        )
        if (new >= 1) != sick:
            lists["metrics/misclassified.csv"].append(
                case
                | named
                | of_software
                | {
                    "kind": "false_negative" if sick else "false_positive",
                    "value": new,
                    "bsi": new,
                    "hotspots": values["vsbone3", "hotspots"][code],
                    "readers": "reader1=1; reader2=0; reader3=missing",
                }
            )
        if old is not None and (old >= 1) != (new >= 1):
            lists["metrics/reclassified.csv"].append(
                named
                | {"old": "vsbone2", "new": "vsbone3", "metastasis": int(sick)}
                | {"old_value": old, "new_value": new, "change": "up" if new > old else "down"}
                | {"result": "gained" if (new >= 1) == sick else "lost"}
            )
    lists["exposure.csv"][0] |= {"delivered": "2022-11-30", "exposed": 1}
    first = reference[0]
    lists["hospital/incidental.csv"].append(
        {"code": first["code"], "tracer": first["tracer"], "n_readers": 3, "n_positive": 1}
        | {"found": "vsbone3:bsi=1.20; vsbone3:hotspots=3"}
    )
    for name, rows in lists.items():
        columns = TABLES[name].split(",")
        chosen = [{key: row[key] for key in columns if key in row} for row in rows]
        write(folder / name, chosen, TABLES[name])


def _write_cohort(folder: Path) -> None:
    flow = [
        ("found", "in", "", 166, "", "", ""),
        ("readable", "out", "not_dicom", 2, "", "", ""),
        ("readable", "out", "truncated", 1, "", "", ""),
        ("readable", "in", "", 163, 130, "", ""),
        ("consented", "out", "opt_out", 6, 5, "", ""),
        ("consented", "in", "", 157, 125, "", ""),
        ("cohort", "out", "sex", 5, 5, 2, 3),
        ("cohort", "out", "outside_window", 8, 8, 4, 4),
        ("cohort", "out", "not_participant", 6, 6, 3, 3),
        ("cohort", "out", "early", 2, 0, 0, 0),
        ("cohort", "out", "spect", 6, 4, "", ""),
        ("cohort", "out", "tracer_unknown", 2, 2, "", ""),
        ("cohort", "in", "", 128, 100, 50, 50),
    ]
    keys = TABLES["cohort/flow.csv"].split(",")
    rows = [dict(zip(keys, row, strict=True)) for row in flow]
    write(folder / "cohort/flow.csv", rows, TABLES["cohort/flow.csv"])
    more = [
        ("anonymized", "out", "duplicate", 1, 0, 0, 0),
        ("anonymized", "in", "", 127, 100, 50, 50),
        ("referenced", "in", "", "", 100, 50, 50),
        ("analysed:bonenavi", "in", "", "", 50, 50, 0),
        ("analysed:vsbone2", "out", "segmentation_failed", "", 1, 0, 1),
        ("analysed:vsbone2", "in", "", "", 49, 0, 49),
        ("analysed:vsbone3", "in", "", "", 50, 0, 50),
    ]
    rows += [dict(zip(keys, row, strict=True)) for row in more]
    write(folder / "metrics/flow.csv", rows, TABLES["metrics/flow.csv"])
    balance = [
        ("tracer", "MDP", 50, 50),
        ("tracer", "HMDP", 50, 50),
        ("findings", "with_findings", 50, 50),
        ("findings", "without_findings", 50, 50),
        ("cell", "MDP x with_findings", "", 25),
        ("cell", "MDP x without_findings", "", 25),
        ("cell", "HMDP x with_findings", "", 25),
        ("cell", "HMDP x without_findings", "", 25),
    ]
    write(
        folder / "cohort/balance.csv",
        [dict(zip(("margin", "level", "target", "n"), row, strict=True)) for row in balance],
        TABLES["cohort/balance.csv"],
    )
    week = Phrase("tracer.off_week", {"tracer": "MDP", "n": 1})
    eod = Phrase("eod_contradicts", {"eod": 2, "count": "=1+1", "wanted": "1"})
    place = {"file": "reader2.xlsx", "sheet": "読影", "row": 57, "column": "EOD"}
    write(
        folder / "cohort/warnings.csv",
        [
            warning("source.tracer_weeks", "R7", week, {"week": "2019-W27"}),
            warning("reader2", "R10", eod, place),
        ],
        TABLES["cohort/warnings.csv"],
    )
    write(
        folder / "cohort/inputs.csv",
        [{"input": "dicom", "files": 166, "hmac": "ab" * 32}],
        TABLES["cohort/inputs.csv"],
    )
    _write_provenance(folder, [{"input": "dicom", "files": "166", "hmac": "ab" * 32}])


def _write_provenance(folder: Path, inputs: list[Row]) -> None:
    record = {
        "study": "BONE-TEST",
        "synthetic": True,
        "versions": {"bonescint": "0.1.0", "numpy": "2.4.0", "pydicom": "3.0.2"},
        "config_sha256_16": "cd" * 8,
        "analysis_sha256_16": "ef" * 8,
        "analysis": {
            "cohort": {
                "sex": "F",
                "exam_from": "2019-06-01",
                "exam_to": "2019-09-30",
                "targets": {"MDP": 50, "HMDP": 50, "with_findings": 50, "without_findings": 50},
            },
            "reference": {"metastasis": "majority", "count": "median", "eod": "median"},
            "metrics": {"confidence": 0.95, "cutoffs": CUTOFFS},
        },
        "software": SOFTWARE,
        "inputs": inputs,
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (folder / "provenance.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_results(Path(sys.argv[1]))
