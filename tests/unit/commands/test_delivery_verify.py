"""`bonescint delivery verify`: at the receiver without a study, at the hospital with one."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from bonescint.cli import main
from bonescint.delivery.disc import layout
from bonescint.files import write_rows
from tests.unit.delivery.disc.disc_samples import (
    LABEL,
    PASSPHRASE,
    Files,
    encrypted_files,
    image_of,
    in_folder,
    listed,
    plain_files,
)
from tests.unit.ledger_study import SUBJECTS, Answers, opened

NAME = "KYOZOU^SUIKO=虚像^翠子=ｷｮｿﾞｳ^ｽｲｺ"


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Stand in a folder without a study; return the files of a volume."""
    monkeypatch.chdir(tmp_path)
    files = plain_files()
    (tmp_path / "A.ISO").write_bytes(image_of(files))
    return files


def test_the_receiver_has_no_study(receiver: Files, capsys: pytest.CaptureFixture[str]) -> None:
    in_folder(receiver, Path("copy"))
    assert main(["delivery", "verify", "A.ISO", "copy"]) == 0
    said = capsys.readouterr().out
    assert said.count("問題はありません。") == 2
    assert hashlib.sha256(Path("A.ISO").read_bytes()).hexdigest() in said
    assert said.count(hashlib.sha256(receiver[layout.MANIFEST_IN_JOLIET]).hexdigest()) == 2
    assert main(["delivery", "verify", "A.ISO", "--language", "en"]) == 0
    assert "All good." in capsys.readouterr().out
    assert not Path("private").exists()


def test_any_fault_of_any_volume_is_an_error(
    receiver: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    in_folder(receiver | {"NOTE.TXT": b"\x1b[2J"}, Path("copy"))
    assert main(["delivery", "verify", "copy", "A.ISO", "--language", "en"]) == 1
    said = capsys.readouterr().out
    assert "2 fault(s)\nlayout: NOTE.TXT: no part of such a disc." in said
    assert "There are faults." in said and "All good." in said


def test_what_a_hostile_disc_says_does_not_steer_the_terminal(
    receiver: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    in_folder(receiver | {"\x1b[2J.TXT": b"x"}, Path("copy"))
    assert main(["delivery", "verify", "copy"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_the_hash_of_the_paper_as_people_type_it(
    receiver: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = hashlib.sha256(Path("A.ISO").read_bytes()).hexdigest().upper()
    spaced = " ".join(digest[i : i + 8] for i in range(0, 64, 8))
    assert main(["delivery", "verify", "A.ISO", "--sha256", spaced]) == 0
    assert main(["delivery", "verify", "A.ISO", "--sha256", digest[:-1]]) == 1
    assert "64 桁" in capsys.readouterr().err


def test_the_passphrase_comes_from_a_file_or_is_asked_once(
    receiver: Files, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("B.ISO").write_bytes(image_of(encrypted_files(receiver)))
    file = Path("passphrase")
    file.write_text(PASSPHRASE + "\r\n")
    file.chmod(0o600)
    assert main(["delivery", "verify", "B.ISO", "--passphrase-file", "passphrase"]) == 0
    answers(PASSPHRASE)
    assert main(["delivery", "verify", "B.ISO", "B.ISO"]) == 0
    assert PASSPHRASE not in capsys.readouterr().out
    file.chmod(0o644)
    assert main(["delivery", "verify", "B.ISO", "--passphrase-file", "passphrase"]) == 1
    answers(PASSPHRASE + "x")
    assert main(["delivery", "verify", "B.ISO"]) == 1
    assert "パスフレーズが違います" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["absent.ISO", "empty", "README.TXT", "."])
def test_other_folders_than_volumes_are_refused_in_a_sentence(
    path: str, receiver: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty").mkdir()
    Path("README.TXT").write_text("x")
    assert main(["delivery", "verify", path, "--language", "en"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{path}: ") and "Traceback" not in said


@pytest.fixture
def study(codes: Mapping[str, str], tmp_path: Path) -> tuple[Files, tuple[str, ...]]:
    """Make a disc of the first and third patient of the study; the second has declined."""
    own = codes[SUBJECTS[0]], codes[SUBJECTS[2]]
    files = plain_files(own)
    write_rows(
        "private/consented.csv",
        ["patient_id", "other_patient_ids", "patient_name", "patient_birth_date"],
        [{"patient_id": SUBJECTS[0], "patient_name": NAME}],
    )
    image = image_of(files)
    Path("A.ISO").write_bytes(image)
    reports = [
        {"code": code, "status": "written", "sha256": hashlib.sha256(files[path]).hexdigest()}
        for n, code in enumerate(own, 1)
        if (path := f"DICOM/P{n:05}/S01/I01")
    ]
    write_rows("results/anonymization/00.csv", ["code", "status", "sha256"], reports)
    of = {"volume": 1, "of": 1, "file_set_id": LABEL, "file": "A.ISO", "form": "plain"}
    hashes = {
        "bytes": len(image),
        "sha256": hashlib.sha256(image).hexdigest(),
        "manifest_sha256": hashlib.sha256(files[layout.MANIFEST_IN_JOLIET]).hexdigest(),
    }
    write_rows("results/delivery/volumes.csv", [*of, *hashes], [of | hashes])
    contents = [{"volume": 1, "code": code, "images": 1} for code in own]
    write_rows("results/delivery/contents.csv", ["volume", "code", "images"], contents)
    return files, own


def verify(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    done = main(["delivery", "verify", *arguments, "--language", "en"])
    said = capsys.readouterr()
    return done, said.out + said.err


def test_the_hospital_holds_it_against_all_it_knows(
    study: tuple[Files, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    done, said = verify(capsys, "A.ISO")
    assert done == 0
    rows = {line.split("  ")[0]: line for line in said.splitlines()}
    assert "results/delivery/volumes.csv" in rows["hash on record"]
    assert "2 images" in rows["this study's records"]
    assert "10 files, 4 people" in rows["patient IDs and names"]


def test_another_image_than_the_one_on_record(
    study: tuple[Files, tuple[str, ...]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files, own = study
    other = plain_files((own[0],))
    Path("B.ISO").write_bytes(image_of(other))
    done, said = verify(capsys, "B.ISO")
    assert done == 1
    assert "not the one on record (results/delivery/volumes.csv)" in said
    assert f"{own[1]}: 0 images, 1 in results/delivery/contents.csv" in said
    Path("results/delivery/volumes.csv").unlink()
    volume = {"file_set_id": LABEL, "sha256": "0" * 64, "manifest_sha256": "0" * 64}
    recorded = [SimpleNamespace(id="D-001", volumes=[volume])]
    monkeypatch.setattr("bonescint.custody.deliveries.recorded", lambda _: recorded)
    done, said = verify(capsys, "A.ISO")
    assert done == 1 and "not the one on record (D-001)" in said


def test_images_that_the_study_did_not_verify(
    study: tuple[Files, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    report = Path("results/anonymization/00.csv")
    _, own = study
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace(own[0], "BS-BEGGX"), encoding="utf-8")
    done, said = verify(capsys, "A.ISO")
    assert done == 1 and "DICOM/P00001/S01/I01: an image of another code" in said
    report.write_text("\n".join(text.splitlines()[:-1]), encoding="utf-8")
    done, said = verify(capsys, "A.ISO")
    assert done == 1 and "DICOM/P00002/S01/I01: not one of the images that this study" in said


def test_known_patients_must_stand_nowhere_and_are_not_shown(
    study: tuple[Files, tuple[str, ...]],
    capsys: pytest.CaptureFixture[str],
    codes: dict[str, str],
) -> None:
    files, own = study
    book = load_workbook(io.BytesIO(files[layout.SHEET_IN_JOLIET]))
    book.worksheets[0]["C2"] = "虚像 翠子 様、転移なし"
    buffer = io.BytesIO()
    book.save(buffer)
    declined = codes[SUBJECTS[1]]
    changed = listed(
        files
        | {
            layout.SHEET_IN_JOLIET: buffer.getvalue(),
            layout.README: f"ID {SUBJECTS[0]}, {declined}".encode(),
            "IHE_PDI/4711234.JPG": b"x",
        }
    )
    in_folder(changed, Path("copy"))
    done, said = verify(capsys, "copy")
    assert done == 1
    assert "追加情報.xlsx: holds a name" in said
    assert "README.TXT: holds a patient ID" in said
    assert "README.TXT: holds the code of somebody who declined" in said
    assert "its name holds a patient ID" in said
    assert not any(one in said for one in (SUBJECTS[0], declined, "翠子"))


def test_without_its_key_the_study_says_that_patients_were_not_searched_for(
    study: tuple[Files, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(opened()) == 3
    Path("private/ledger.key").unlink()
    done, said = verify(capsys, "A.ISO")
    assert done == 0 and "no search for patient IDs and names was made" in said
    assert "this study's records" in said and "people" not in said
