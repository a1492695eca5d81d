"""A disc is built, checked by other programs, recorded, replaced and withdrawn."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bonescint.custody.deliveries import recorded
from bonescint.files import read_rows
from tests.workflow.conftest import shared_folder
from tests.workflow.runner import configure, jobs, ran, snakemake
from tests.workflow.test_custody import Patient, bonescint, ledger_of

VOLUMES = Path("results/delivery/volumes")
LISTS = [Path(f"results/delivery/{name}.csv") for name in ("volumes", "contents")]


@pytest.fixture(scope="session")
def ready(brief: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a study with a disc. It is built once, and tests only read it."""

    def make(folder: Path) -> None:
        shutil.copytree(brief, folder, symlinks=True)
        configure(folder, lambda config: config.update(language="en"))
        assert "Delivery D-001 is ready" in snakemake(folder, "deliver")

    return shared_folder(tmp_path_factory, worker_id, "disc", make)


@pytest.fixture
def built(ready: Path, tmp_path: Path) -> Path:
    """Return a copy of it, to change."""
    return Path(shutil.copytree(ready, tmp_path / "study", symlinks=True))


def image_of(study: Path) -> Path:
    (image,) = (study / VOLUMES).glob("*.ISO")
    return image


def state(study: Path) -> dict[str, str]:
    """Return name -> hash of all that was built."""
    paths = [p for p in (study / VOLUMES).rglob("*") if p.is_file()]
    paths += [study / name for name in LISTS if (study / name).exists()]
    return {str(p.relative_to(study)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def read_with(*command: str | Path) -> str:
    """Return what another program prints; skip if it is not installed."""
    if not shutil.which(str(command[0])):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def unpacked(ready: Path, tmp_path: Path) -> Iterator[Path]:
    read_with("7z", "x", f"-o{tmp_path / 'disc'}", image_of(ready))
    yield tmp_path / "disc"


def test_programs_of_others_read_it(ready: Path, unpacked: Path) -> None:
    """7-Zip reads the Joliet tree: every file has the hash of the manifest."""
    (volume,) = read_rows(ready / LISTS[0])
    manifest = (unpacked / "MANIFEST.sha256").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == volume["manifest_sha256"]
    said = dict(reversed(line.split("  ", 1)) for line in manifest.decode().splitlines())
    files = {p.relative_to(unpacked).as_posix(): p for p in unpacked.rglob("*") if p.is_file()}
    assert set(files) == {*said, "MANIFEST.sha256"}
    for name, digest in said.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest
    images = sum(name.startswith("DICOM/") for name in files)
    of_cases = [int(row["images"]) for row in read_rows(ready / LISTS[1])]
    assert images == int(volume["images"]) == sum(of_cases)


def test_xorriso_lists_the_same(ready: Path) -> None:
    listed = read_with("xorriso", "-indev", image_of(ready), "-find", "/", "-type", "f")
    (volume,) = read_rows(ready / LISTS[0])
    assert listed.count("'/DICOM/") == int(volume["images"])
    assert "'/DICOMDIR'" in listed


@pytest.mark.parametrize("program", ["dcdirdmp", "dcmftest"])
def test_dicom_programs_take_the_file_set(unpacked: Path, program: str) -> None:
    images = sorted(p for p in (unpacked / "DICOM").rglob("*") if p.is_file())
    files = [unpacked / "DICOMDIR", *(images if program == "dcmftest" else [])]
    said = read_with(program, *files)
    assert not any(word in said for word in ("no:", "Error", "Warning"))
    if program == "dcdirdmp":
        assert said.count("IMAGE") >= len(images)


def test_a_lost_volume_is_built_again_and_then_nothing_is_to_be_done(built: Path) -> None:
    before = state(built)
    image_of(built).unlink()
    assert "build_disc" in ran(snakemake(built, "deliver"))
    assert state(built) == before  # to the byte
    assert jobs(snakemake(built, "-n", "deliver")) == {}


def test_a_medium_that_is_too_small_leaves_the_former_volume(built: Path) -> None:
    before = state(built)
    disc = {"form": "plain", "capacity": 1_000_000}
    configure(built, lambda config: config["delivery"].update(disc=disc))
    printed = snakemake(built, "deliver", fails=True)
    assert "1000000" in printed.replace(",", "") and "Traceback" not in printed
    former = {name: digest for name, digest in before.items() if name.startswith(f"{VOLUMES}/")}
    assert state(built) == former
    # the disc still counts as missing
    assert "build_disc" in jobs(snakemake(built, "-n", "deliver"))


@pytest.mark.slow
def test_an_encrypted_disc_opens_with_the_passphrase_alone(built: Path, tmp_path: Path) -> None:
    disc = {"form": "encrypted", "passphrase_file": "private/disc.txt"}
    configure(built, lambda config: config["delivery"].update(disc=disc))
    printed = snakemake(built, "deliver", fails=True)
    assert "private/disc.txt" in printed
    assert ran(printed) == []
    passphrase = "k7mp-3xwd-9rtz-hq4c-wn2e"  # noqa: S105
    (built / disc["passphrase_file"]).write_text(passphrase)
    (built / disc["passphrase_file"]).chmod(0o600)
    snakemake(built, "deliver")
    (volume,) = read_rows(built / LISTS[0])
    assert volume["form"] == "encrypted"
    read_with("7z", "x", f"-o{tmp_path / 'disc'}", image_of(built))
    archive = tmp_path / "disc" / "DELIVERY.ZIP"
    assert "Everything is Ok" in read_with("7z", "t", f"-p{passphrase}", archive)
    wrong = subprocess.run(["7z", "t", "-pwrong", archive], capture_output=True)
    assert wrong.returncode != 0
    spread = [p for p in built.rglob("*") if p.is_file() and p.name != "disc.txt"]
    assert not any(passphrase.encode() in p.read_bytes() for p in spread)


def test_from_a_record_over_a_new_delivery_to_an_opt_out(built: Path) -> None:
    printed = bonescint(built, "delivery", "record", "--medium", "CD-R 1", "--date", "2020-02-01")
    assert "D-001" in printed
    (delivery,) = recorded(ledger_of(built))
    (volume,) = read_rows(built / LISTS[0])
    assert delivery.volumes[0]["sha256"] == volume["sha256"]
    assert delivery.cases == {r["code"]: r["sha256"] for r in read_rows(built / LISTS[1])}
    again = ("delivery", "record", "--medium", "CD-R 2", "--date", "2020-02-02")
    assert "on record as D-001" in bonescint(built, *again, code=1)
    before = state(built)
    assert "nothing new to deliver" in snakemake(built, "deliver")
    assert state(built) == before

    configure(built, lambda config: config["delivery"]["disc"].update(contents="all"))
    assert "Delivery D-002 is ready" in snakemake(built, "deliver")
    assert image_of(built).stem.endswith("_D002_1")
    assert {row["replaces"] for row in read_rows(built / LISTS[1])} == {"D-001"}
    patient = Patient(built)
    where = bonescint(built, "where", patient.code)
    assert str(image_of(built).relative_to(built)) in where and "volume 1 of 1" in where

    bonescint(built, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01")
    printed = snakemake(built, "results/purge.json")
    assert "1 disc images were withdrawn" in printed
    assert state(built) == {}
    assert "D-001" in bonescint(built, "where", patient.code)
    assert len(list((built / "recalls").glob("*.txt"))) == 1
