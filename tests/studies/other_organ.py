"""Liver scans, another tracer, a count and a volume in ml, two readers who grade nothing."""

from pathlib import Path

from tests.studies.made import (
    LIVER,
    configuration,
    measured,
    patients,
    read,
    write_config,
    write_declined,
    write_images,
    write_table,
)

VERSIONS = {"first": ("1.0", 0.7), "second": ("2.0", 1.0)}


def make(folder: Path) -> None:
    """Write the study into a new folder."""
    people = patients(14, "phytate", "MF")
    inputs = folder / "inputs"
    write_images(inputs / "dicom", people, LIVER)
    participants = [{"患者ID": one.patient_id, "試験番号": "L-7"} for one in people]
    write_table(inputs / "participants.csv", participants)
    write_declined(inputs / "opt_out.csv", ())
    for name, (_, lag) in VERSIONS.items():
        write_table(inputs / f"{name}.csv", measured(people, lag, "Volume", "Defects"))
    for n in (0, 1):
        write_table(inputs / f"reader{n}.csv", read(people, n))
    config = configuration(
        study={
            "id": "LIVER-1",
            "title": "肝シンチの欠損の計測",
            "preceding_study": "L-7",
            "exam": {"ja": "肝シンチグラフィ", "en": "liver scan"},
        },
        inputs={
            "dicom": "inputs/dicom",
            "participants": "inputs/participants.csv",
            "opt_out": "inputs/opt_out.csv",
        },
        cohort={
            "sex": "any",
            "tracers": {"phytate": ["DefectMeter"]},
            "targets": {"phytate": 14, "with_findings": 7, "without_findings": 7},
            "images": {"kind": "static", "phase": "any"},
        },
        deidentification={"study_description": "LIVER SCAN", "series_description": "STATIC"},
        software={
            name: {
                "product": "DefectMeter",
                "version": version,
                "tracer": "phytate",
                "released": "2018-01-01",
                "export": f"inputs/{name}.csv",
                "key": "patient_id",
                "columns": {
                    "key": "ID", "exam_date": "Date", "volume": "Volume", "defects": "Defects",
                    "status": None,
                },
            }
            for name, (version, _) in VERSIONS.items()
        },
        readers={
            f"reader{n}": {
                "report": f"inputs/reader{n}.csv",
                "key": "patient_id",
                "columns": {"eod": None},
            }
            for n in (0, 1)
        },
        metrics={
            "questions": [
                "accuracy", "cutoffs", "version_measurement", "bsi_eod", "hotspot_count",
                "reader_counts",
            ],
            "values": {
                "volume": {
                    "label": {"ja": "欠損の体積", "en": "Defect volume"},
                    "unit": "ml",
                    "bounds": [0, None],
                },
                "defects": {"label": {"ja": "欠損の数", "en": "Defects"}, "kind": "count"},
            },
            "cutoffs": [{"metric": "volume", "value": 0.8}, {"metric": "defects", "value": 2}],
            "margins": {"volume": 0.5},
        },
        delivery={"partner": "共同研究機関 (simulated)"},
    )  # fmt: skip
    write_config(folder, config)
