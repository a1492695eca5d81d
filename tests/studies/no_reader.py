"""One version of one product, no reader, and no study before it."""

from pathlib import Path

from tests.studies.made import (
    BONE,
    configuration,
    measured,
    patients,
    write_config,
    write_declined,
    write_images,
    write_table,
)


def make(folder: Path) -> None:
    """Write the study into a new folder."""
    people = patients(12, "HMDP", "F")
    inputs = folder / "inputs"
    write_images(inputs / "dicom", people, BONE)
    write_declined(inputs / "opt_out.csv", ())
    write_table(inputs / "alone.csv", measured(people, 1.0, "BSI", "Spots"))
    config = configuration(
        study={"id": "ALONE", "title": "1 つの版の値", "preceding_study": "none"},
        inputs={"dicom": "inputs/dicom", "opt_out": "inputs/opt_out.csv"},
        cohort={
            "tracers": {"HMDP": ["SpotCount"]},
            "targets": {"HMDP": 12, "with_findings": 0, "without_findings": 0},
        },
        software={
            "alone": {
                "product": "SpotCount",
                "version": "1.0",
                "tracer": "HMDP",
                "released": "2018-01-01",
                "export": "inputs/alone.csv",
                "key": "patient_id",
                "columns": {
                    "key": "ID", "exam_date": "Date", "bsi": "BSI", "hotspots": "Spots",
                    "status": None,
                },
            }
        },
        readers="none",
        metrics={
            "values": {"bsi": {"unit": "%", "kind": "percent"}, "hotspots": {"kind": "count"}}
        },
        delivery={"partner": "共同研究機関 (simulated)"},
    )  # fmt: skip
    del config["inputs"]["participants"]
    write_config(folder, config)
