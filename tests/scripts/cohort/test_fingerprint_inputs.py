"""Inputs are recorded by HMAC: with the ledger they can be proved, without it not guessed."""

import hashlib
from pathlib import Path

from scripts.cohort.fingerprint_inputs import fingerprint_inputs

from bonescint.files import read_rows
from bonescint.identity.ledger import create_ledger, open_ledger


def prints(
    folder: Path, ledger: dict[str, str], inputs: dict[str, Path]
) -> dict[str, tuple[str, str]]:
    paths = {key: str(path) for key, path in inputs.items()}
    fingerprint_inputs(inputs=paths, ledger=ledger, table=folder / "inputs.csv")
    return {r["input"]: (r["files"], r["hmac"]) for r in read_rows(folder / "inputs.csv")}


def test_a_table_counts_by_its_bytes(tmp_path: Path, ledger_files: dict[str, str]) -> None:
    table = tmp_path / "opt_out.csv"
    table.write_bytes(b"4711\n")
    found = prints(tmp_path, ledger_files, {"inputs.opt_out": table})
    digest = hashlib.sha256(b"4711\n").digest()
    assert found == {"inputs.opt_out": ("1", open_ledger(**ledger_files).digest(digest))}
    assert digest.hex() not in str(found)
    # the name of the file tells nothing
    assert prints(tmp_path, ledger_files, {"inputs.opt_out": table.rename(tmp_path / "b")}) == found
    (tmp_path / "b").write_bytes(b"4712\n")
    assert prints(tmp_path, ledger_files, {"inputs.opt_out": tmp_path / "b"}) != found
    assert "4711" not in (tmp_path / "inputs.csv").read_text()


def test_a_folder_counts_by_names_and_sizes(tmp_path: Path, ledger_files: dict[str, str]) -> None:
    folder = tmp_path / "raw"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.dcm").write_bytes(b"one")
    (folder / "2.dcm").write_bytes(b"two")
    found = prints(tmp_path, ledger_files, {"inputs.dicom": folder})
    assert found["inputs.dicom"][0] == "2"
    # Snakemake's own mark in a folder is no input
    (folder / ".snakemake_timestamp").touch()
    assert prints(tmp_path, ledger_files, {"inputs.dicom": folder}) == found
    (folder / "2.dcm").rename(folder / "3.dcm")
    renamed = prints(tmp_path, ledger_files, {"inputs.dicom": folder})
    (folder / "3.dcm").write_bytes(b"longer")
    longer = prints(tmp_path, ledger_files, {"inputs.dicom": folder})
    assert len({table["inputs.dicom"] for table in (found, renamed, longer)}) == 3


def test_another_ledger_gives_other_prints(tmp_path: Path, ledger_files: dict[str, str]) -> None:
    (tmp_path / "b.csv").touch()
    (tmp_path / "a").mkdir()
    inputs = {"z": tmp_path / "b.csv", "a": tmp_path / "a"}
    found = prints(tmp_path, ledger_files, inputs)
    assert list(found) == ["a", "z"]
    assert found["a"][0] == "0"  # an empty folder
    other = {name: str(tmp_path / f"other.{name}") for name in ("path", "key")}
    create_ledger(**other)
    assert prints(tmp_path, other, inputs)["z"] != found["z"]


def test_no_input_gives_an_empty_table(tmp_path: Path, ledger_files: dict[str, str]) -> None:
    assert prints(tmp_path, ledger_files, {}) == {}
    assert (tmp_path / "inputs.csv").read_text(encoding="utf-8-sig") == "input,files,hmac\n"
