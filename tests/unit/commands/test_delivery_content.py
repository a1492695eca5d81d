"""`bonescint delivery record` of a real study takes what was verified, or says why it does not."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from scripts.custody.verify_purge import withdraw

from bonescint.custody.volumes import read_build
from bonescint.errors import InputError
from bonescint.identity import opt_outs
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from tests.scripts.delivery.coded import coded_study
from tests.unit.called import call
from tests.unit.custody.built import build
from tests.unit.study_config import shipped

Run = Callable[..., str]


@pytest.fixture
def codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Make a real study the current folder, with a sheet of its codes; return these."""
    monkeypatch.chdir(tmp_path)
    config = shipped(
        language="en",
        study={"synthetic": False, "period_end": "2024-12-31"},
        delivery={"partner": "P", "after_period_end": "approved on 2025-01-10"},
    )
    config["software"]["bonenavi"]["second_export"] = None
    hospitals = re.sub(r"demo/[\w./]+", "list.csv", yaml.safe_dump(config))
    hospitals = hospitals.replace("dicom: list.csv", "dicom: images")
    Path("config.yaml").write_text(hospitals, encoding="utf-8")
    Path("images").mkdir()
    Path("list.csv").write_text("患者ID,申出日,申出者\n", encoding="utf-8")
    given = create_ledger("private/ledger.age", "private/ledger.key").assign(["1001", "1002"])
    coded_study(tmp_path, tuple(given.values()))
    Path("results/delivery").mkdir()
    Path("results/delivery/sheet.csv").write_text("\n".join(given.values()))
    return tuple(given.values())


@pytest.fixture
def run(codes: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> str:
        capsys.readouterr()
        assert call("delivery", *arguments) == 0
        return capsys.readouterr().out

    return command


def record(run: Run, *more: str) -> str:
    return run("record", "--medium", "CD-R 1", "--date", str(date.today()), *more)


def test_what_was_verified_is_recorded_with_the_reason(run: Run) -> None:
    assert "D-001: 2 cases, 5 files" in record(run)
    shown = run("show", "D-001")
    assert "approved on 2025-01-10" in shown
    assert "recorded despite" not in shown


def test_a_part_on_a_medium_of_its_own(run: Run, codes: tuple[str, ...]) -> None:
    assert "D-001: 1 cases, 2 files" in record(run, f"results/dicom/00/{codes[0]}")
    next(Path("results/dicom/00", codes[0]).iterdir()).unlink()
    with pytest.raises(InputError, match="1 images of the record"):
        record(run, f"results/dicom/00/{codes[0]}")


def test_what_differs_is_refused_or_recorded_with_its_reason(
    run: Run, codes: tuple[str, ...]
) -> None:
    changed = Path("results/dicom/00", codes[0], f"{codes[0]}_01.dcm")
    changed.write_bytes(changed.read_bytes() + b"\0")
    Path("results/dicom/00", codes[1], f"{codes[1]}_02.dcm").unlink()
    Path("results/delivery/sheet.csv").write_text(codes[0])
    with pytest.raises(InputError) as refused:
        record(run)
    said = "\n".join(refused.value.problems)
    assert "2 images of the record" in said and "1 files have a content" in said
    assert f"no row in a table: {codes[1]}" in said
    assert "--despite" in said
    assert "No delivery" in run("list")
    said = record(run, "--despite", "was handed over")
    assert "D-001: 2 cases" in said and "2 images of the record" in said
    assert "was handed over" in run("show", "1")


def test_volumes_that_were_built_are_recorded_as_they_are(run: Run, codes: tuple[str, ...]) -> None:
    images = build(codes[:1], codes[1:])
    assert "D-001: 2 cases, 2 files" in record(run)
    shown = run("show", "D-001")
    assert all(image.name in shown for image in images)
    (entry,) = ledger().entries("delivery")
    assert entry["cases"] == dict.fromkeys(codes, "1" * 64)
    assert [(v["volume"], v["of"], v["bytes"]) for v in entry["volumes"]] == [
        (1, 2, 2048),
        (2, 2, 2048),
    ]
    with pytest.raises(InputError, match="on record as D-001"):
        record(run, "--medium", "CD-R 2")
    # a copy of it, and what a person names, are handled as before
    assert "D-002: 1 cases" in record(run, f"results/dicom/00/{codes[0]}")


def test_a_disc_that_was_withdrawn_after_it_left_is_recorded_and_recalled(
    run: Run, codes: tuple[str, ...]
) -> None:
    with pytest.raises(InputError, match="No withdrawn disc"):
        record(run, "--withdrawn")
    build(codes)
    gone = ledger().subject_of(codes[0]) or ""
    entry = {"source": "command", "received": "", "by": "", "ground": "", "relation": ""}
    opt_outs.record(ledger(), [{"subject": gone} | entry], None)
    for _ in range(2):  # the second finds nothing, as after a crash in between
        withdraw(ledger(), {codes[0]}, "en")
    assert not list(Path("results/delivery/volumes").iterdir())
    said = record(run, "--withdrawn")
    assert "D-001: 2 cases, 1 files" in said
    (notice,) = Path("recalls").glob("*.txt")
    assert codes[0] in notice.read_text(encoding="utf-8") and notice.name in said
    with pytest.raises(InputError, match="No withdrawn disc"):
        record(run, "--withdrawn")
    with pytest.raises(InputError, match="exclude each other"):
        record(run, "--withdrawn", "0", "results/dicom")


def test_the_label_says_which_withdrawn_disc_is_meant(run: Run, codes: tuple[str, ...]) -> None:
    begins = []
    for share in (codes, codes[:1]):
        (image,) = build(share)
        begins.append(read_build().volumes[0]["sha256"][:9])
        withdraw(ledger(), {codes[0]}, "en")
    with pytest.raises(InputError, match=f"2 cases: {begins[0]}.*\n.*1 cases: {begins[1]}"):
        record(run, "--withdrawn")
    assert "D-001: 1 cases" in record(run, "--withdrawn", begins[1].upper())


def test_a_volume_that_is_not_what_was_built_is_not_recorded(
    run: Run, codes: tuple[str, ...]
) -> None:
    (image,) = build(codes)
    data = image.read_bytes()
    image.write_bytes(data[::-1])
    with pytest.raises(InputError, match="is not what was built"):
        record(run)
    image.unlink()
    with pytest.raises(InputError, match="is missing"):
        record(run)
    image.write_bytes(data)
    # another delivery was recorded meanwhile: the labels bear its number
    record(run, f"results/dicom/00/{codes[0]}")
    with pytest.raises(InputError, match="bear the number D-001, but the next delivery is D-002"):
        record(run)
    assert len(ledger().entries("delivery")) == 1


def test_a_patient_who_stopped_the_provision_is_told(run: Run, codes: tuple[str, ...]) -> None:
    build(codes)
    ledger().append([{"kind": "stop_provision", "subject": "1002"}])
    said = record(run)
    assert codes[1] in said and "Consider a recall" in said


def test_a_real_study_has_a_partner_of_its_own(run: Run, codes: tuple[str, ...]) -> None:
    config = Path("config.yaml")
    config.write_text(config.read_text().replace("partner: P", "partner: P (simulated)"))
    with pytest.raises(InputError, match="partner"):
        record(run)


def ledger() -> Ledger:
    return open_ledger("private/ledger.age", "private/ledger.key")
