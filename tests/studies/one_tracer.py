"""Men and women, one tracer, one product in three versions, two readers; in English.

A second person used the newest version, and a reader read half of the cases again.
"""

from pathlib import Path

from tests.studies.made import (
    BONE,
    configuration,
    measured,
    patients,
    read,
    write_config,
    write_declined,
    write_images,
    write_table,
)

VERSIONS = {"old": ("1.0", 0.6), "middle": ("2.0", 0.8), "new": ("3.1", 1.0)}


def make(folder: Path) -> None:
    """Write the study into a new folder."""
    people = patients(16, "HMDP", "FM")
    inputs = folder / "inputs"
    write_images(inputs / "dicom", people, BONE)
    participants = [{"患者ID": one.patient_id, "試験番号": "HS2030-001"} for one in people]
    write_table(inputs / "participants.csv", participants)
    write_declined(inputs / "opt_out.csv", people[-1:])
    for name, (_, lag) in VERSIONS.items():
        write_table(inputs / f"{name}.csv", measured(people, lag, "BSI", "Spots"))
    for n in (0, 1):
        rows = [row | {"EOD": min(3, int(str(row["転移数"])))} for row in read(people, n)]
        write_table(inputs / f"reader{n}.csv", rows)
    # another case is missed the second time; the last one declined
    again = [
        {**row, "EOD": min(3, int(str(row["転移数"])))}
        for row in read([*people[:8], people[-1]], 2)
    ]
    for row in again:
        del row["所見"]
    write_table(inputs / "again.csv", again)
    write_table(inputs / "operator.csv", measured(people, 1.05, "BSI", "Spots"))
    config = configuration(
        language="en",
        study={"id": "ONE-1", "title": "Three versions", "preceding_study": "HS2030-001"},
        inputs={
            "dicom": "inputs/dicom",
            "participants": "inputs/participants.csv",
            "opt_out": "inputs/opt_out.csv",
        },
        cohort={
            "sex": "any",
            "tracers": {"HMDP": ["SpotCount"]},
            "targets": {"HMDP": 16, "with_findings": 8, "without_findings": 8},
        },
        software={
            name: {
                "product": "SpotCount",
                "version": version,
                "tracer": "HMDP",
                "released": "2018-01-01",
                "export": f"inputs/{name}.csv",
                "key": "patient_id",
                "columns": {
                    "key": "ID",
                    "exam_date": "Date",
                    "bsi": "BSI",
                    "hotspots": "Spots",
                    "status": None,
                },
            }
            for name, (version, _) in VERSIONS.items()
        },
        readers={
            f"reader{n}": {"report": f"inputs/reader{n}.csv", "key": "patient_id"} for n in (0, 1)
        },
        metrics={
            "questions": [
                "accuracy",
                "cutoffs",
                "version_measurement",
                "version_diagnosis",
                "reader_eod",
                "case_mix",
                "software_comparison",
                "baseline",
                "repeatability",
            ],
            "values": {"bsi": {"unit": "%", "kind": "percent"}, "hotspots": {"kind": "count"}},
        },
        delivery={"partner": "Partner (simulated)"},
    )

    config["software"]["new"]["second_operator"] = "inputs/operator.csv"
    config["readers"]["reader1"]["repeat_report"] = "inputs/again.csv"
    write_config(folder, config)
