"""A study that is not marked as simulated is delivered once every gate is met, and not before."""

import shutil
from pathlib import Path
from typing import Any

import pydicom

from bonescint.files import read_rows
from tests.workflow.runner import configure, ran, snakemake


def real(config: dict[str, Any]) -> None:
    """Use the files of a hospital, without the settings that a delivery needs."""
    for key in ("dicom", "participants", "opt_out"):
        config["inputs"][key] = config["inputs"][key].replace("demo/", "own/")
    config["software"].pop("reference", None)
    for entry in config["software"].values():
        entry["export"] = entry["export"].replace("demo/", "own/")
        if second := entry.get("second_export"):
            entry["second_export"] = second.replace("demo/", "own/")
    for entry in config["readers"].values():
        entry["report"] = entry["report"].replace("demo/", "own/")
    config["language"] = "en"


def complete(config: dict[str, Any]) -> None:
    config["study"] |= {
        "approval": {"committee": "C", "number": "1", "date": "2024-04-01"},
        "privacy_manager": "head of the department",
    }
    config["delivery"] |= {
        "partner": "P",
        "after_period_end": "approved extension",
        "staff_names": "own/staff.txt",
    }


def as_patients(folder: Path) -> int:
    """Remove the mark of simulated data from every image; return how many had it."""
    marked = 0
    for path in folder.rglob("*"):
        if path.is_file() and path.read_bytes()[128:132] == b"DICM":
            try:
                dataset = pydicom.dcmread(path)
            except Exception:  # noqa: S112
                continue
            if dataset.pop("SyntheticData", None) is not None:
                marked += 1
                dataset.save_as(path)
    return marked


def release_images(study: Path) -> None:
    """Decide that every image may leave, as a person does on the page."""
    lines = ["item\tsha256\tdecision\treviewer\tdate"]
    for report in sorted((study / "results" / "anonymization").glob("[0-9][0-9].csv")):
        lines += [
            f"coded\t{row['sha256']}\trelease\tR1\t2026-01-05"
            for row in read_rows(report)
            if row["status"] == "written"
        ]
    path = study / "private" / "review" / "decisions.tsv"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def test_a_real_study_meets_every_gate(study: Path) -> None:
    coded = sorted((study / "results" / "dicom").rglob("*.dcm"))
    assert all(pydicom.dcmread(path).SyntheticData == "YES" for path in coded)
    shutil.copytree(study / "demo", study / "own")
    configure(study, real)
    # a simulated study's ledger never becomes that of patients, so this study begins anew
    for side in ("private", "results"):
        shutil.rmtree(study / side)
    # the images are still simulated
    configure(study, lambda c: c["study"].update(synthetic=False))
    printed = snakemake(study, fails=True)
    assert "are marked as simulated, (0008,001C)" in printed
    assert set(ran(printed)) == {"index_dicom", "filter_opt_out"}
    # and now they are a hospital's
    assert as_patients(study / "own" / "dicom") > len(coded)
    configure(study, lambda c: c["study"].update(synthetic=True))
    printed = snakemake(study, fails=True)
    assert "are not marked as simulated, (0008,001C)" in printed
    assert set(ran(printed)) == {"index_dicom", "filter_opt_out"}
    configure(study, lambda c: c["study"].update(synthetic=False))
    sheet = study / "results" / "delivery" / "partner_sheet.xlsx"
    for arguments in (["deliver"], [str(sheet.relative_to(study))]):
        printed = snakemake(study, *arguments, fails=True)
        assert "are not met (8)" in printed
        assert "who declined" not in printed and "Traceback" not in printed
        assert ran(printed) == []
    (study / "own" / "staff.txt").write_text("架空 一郎\n", encoding="cp932")
    configure(study, complete)
    assert "images have been released by nobody" in snakemake(study, "deliver", fails=True)
    release_images(study)
    printed = snakemake(study, "deliver")
    assert "The study ended on 2025-12-31" in printed
    assert "approved extension" in (study / "results" / "report.html").read_text(encoding="utf-8")
    # one byte of a verified image changes
    image = sorted((study / "results" / "dicom").rglob("*.dcm"))[0]
    data = image.read_bytes()
    image.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    printed = snakemake(study, "deliver", fails=True)
    assert "1 files have a content" in printed
    assert "may still be in the results" not in printed
    image.write_bytes(data)
    snakemake(study, "deliver")
