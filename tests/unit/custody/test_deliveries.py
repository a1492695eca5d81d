"""Deliveries stay on record, and a patient who declines is recalled from each once."""

import stat
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from pyzipper import WZ_AES, AESZipFile

from bonescint.custody.deliveries import (
    DeliveryContents,
    delivery_contents,
    put_on_record,
    recorded,
)
from bonescint.custody.recalls import delivered as how_many_delivered
from bonescint.custody.recalls import recall
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from bonescint.resources import SYNTHETIC

TODAY = date(2026, 1, 31)
STUDY = {"id": "BONE-TEST", "title": "A title", "synthetic": True}
DETAILS = {
    "date": "2026-01-30",
    "medium": "CD-R 1",
    "partner": "Partner Inc.",
    "responsible": "principal investigator",
    "items": "images",
    "obtained": "care",
    "means": "by hand",
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    ledger.assign(["40000001", "40000002", "40000003"])
    return ledger


@pytest.fixture
def codes(ledger: Ledger) -> list[str]:
    return [ledger.assign([f"4000000{n}"])[f"4000000{n}"] for n in (1, 2, 3)]


def dicom(folder: Path, code: str, batch: str = "00") -> Path:
    path = folder / batch / code / f"{code}_01.dcm"
    path.parent.mkdir(parents=True)
    path.write_bytes(code.encode() + b"pixels")
    return path


def delivered(ledger: Ledger, codes: list[str], **details: str) -> str:
    found = DeliveryContents([[f"{codes}{details}", "0" * 64]], set(codes))
    return put_on_record(ledger, found, DETAILS | details, "en", TODAY, None).id


def test_a_file_that_cannot_be_read_is_named_and_an_encrypted_one_counted(tmp_path: Path) -> None:
    folder = tmp_path / "disc"
    folder.mkdir()
    with AESZipFile(folder / "DELIVERY.ZIP", "w", encryption=WZ_AES) as archive:
        archive.setpassword(b"words")
        archive.writestr("sheet.csv", "BS-23456")
    found = delivery_contents([folder], "en")
    assert found.closed == ["disc/DELIVERY.ZIP"] and not found.tabled
    (folder / "gone.dcm").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"disc/gone\.dcm.*No such file"):
        delivery_contents([folder], "en")


def test_contents_names_hashes_and_codes(tmp_path: Path, codes: list[str]) -> None:
    folder = tmp_path / "results" / "dicom"
    dicom(folder, codes[0])
    (folder / "00" / ".snakemake_timestamp").touch()
    found = delivery_contents([folder], "en")
    ((name, digest),) = found.files
    assert name == f"dicom/00/{codes[0]}/{codes[0]}_01.dcm"
    assert len(digest) == 64
    assert found.imaged == {codes[0]}
    assert found.tabled == set()


def test_codes_of_tables_and_headers(tmp_path: Path, codes: list[str]) -> None:
    folder = tmp_path / "disc"
    folder.mkdir()
    book = openpyxl.Workbook()
    book.active.append(["患者符号", "所見"])
    book.create_sheet("2").append([codes[0], "x"])
    book.save(folder / "sheet.xlsx")
    (folder / "index.tsv").write_bytes(f"code\n{codes[1]}\n".encode("utf-16"))
    (folder / "PAT00001").write_bytes(bytes(128) + b"DICM\x10\0\x20\0LO\x08\0" + codes[2].encode())
    (folder / "README.TXT").write_text("such as BS-AAAAA")
    (folder / "other.csv").write_text("JOBS-AAAAA,BS-AAAAAB,\nBS-AAAA")
    (folder / "broken.xlsx").write_bytes(b"PK\3\4")
    (folder / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0")
    found = delivery_contents([folder], "en")
    assert found.tabled == {codes[0], codes[1]}
    assert found.imaged == {codes[2]}
    closed = {name.rpartition("/")[2] for name in found.closed}
    assert closed == {"broken.xlsx", "locked.xlsx"}


def test_record_and_read_again(ledger: Ledger, codes: list[str], tmp_path: Path) -> None:
    assert delivered(ledger, codes) == "D-001"
    assert delivered(ledger, codes[:1], medium="  CD-R\n2 ") == "D-002"
    first, second = recorded(open_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key"))
    assert list(first.codes) == sorted(codes)
    assert {name: getattr(first, name) for name in DETAILS} == DETAILS
    assert second.medium == "CD-R 2"
    assert first.recalled == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"date": "2026-02-01"}, "future"),
        ({"medium": " "}, "--medium"),
        ({"partner": ""}, "--partner"),
        ({"medium": "CD of 0040000001"}, "patient ID"),
        ({"medium": "CD of 0040-000001.0"}, "patient ID"),
    ],
)
def test_a_wrong_record_is_refused(
    ledger: Ledger, codes: list[str], change: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        delivered(ledger, codes, **change)
    assert recorded(ledger) == []


def test_unknown_and_empty_sets_are_refused(ledger: Ledger, codes: list[str]) -> None:
    with pytest.raises(InputError, match=r"1 codes.*BS-ZZZZZ"):
        delivered(ledger, [codes[0], "BS-ZZZZZ"])
    with pytest.raises(InputError, match="No code in 1 files"):
        delivered(ledger, [])
    assert recorded(ledger) == []


def test_the_same_delivery_is_recorded_once(ledger: Ledger, codes: list[str]) -> None:
    one = DeliveryContents([["dicom/a", "1" * 64], ["dicom/b", "2" * 64]], set(codes))
    other = DeliveryContents([["CDROM/a", "2" * 64], ["CDROM/b", "1" * 64]], set(codes))
    put_on_record(ledger, one, DETAILS, "en", TODAY, None)
    with pytest.raises(InputError, match="D-001"):
        put_on_record(ledger, other, DETAILS, "en", TODAY, None)
    again = put_on_record(ledger, one, DETAILS | {"medium": "CD-R 2"}, "en", TODAY, None)
    assert again.id == "D-002"


def test_volumes_and_cases_are_kept_with_it(ledger: Ledger, codes: list[str]) -> None:
    delivered(ledger, codes[:1])
    found = DeliveryContents([["BONE_D002_1.ISO", "1" * 64]], set(codes))
    volume = {"volume": 1, "of": 1, "file": "BONE_D002_1.ISO", "sha256": "1" * 64}
    digests = dict.fromkeys(codes, "2" * 64)
    put_on_record(
        ledger, found, DETAILS, "en", TODAY, None, volumes=[volume], cases=digests
    )  # fmt: skip
    before, after = recorded(ledger)
    assert (before.volumes, before.cases) == ((), {})
    assert (after.volumes, after.cases) == ([volume], digests)


def test_a_delivery_on_record_changes_the_mark(
    ledger: Ledger, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "private" / "deliveries.mark"
    found = DeliveryContents([["dicom/a", "1" * 64]], set(codes))
    before = []
    monkeypatch.setattr(
        ledger, "append", lambda entries: (before.append(mark.read_text()), append(entries))
    )
    append = Ledger.append.__get__(ledger)
    put_on_record(ledger, found, DETAILS, "en", TODAY, mark)
    after = mark.read_text()
    assert before and before[0] != after  # a run may read the mark between the two
    with pytest.raises(InputError):
        put_on_record(ledger, found, DETAILS, "en", TODAY, mark)
    assert mark.read_text() == after
    assert not any(code in after for code in codes)


def test_two_files_never_share_a_name(tmp_path: Path, codes: list[str]) -> None:
    dicom(tmp_path / "a" / "dicom", codes[0])
    dicom(tmp_path / "b" / "dicom", codes[0])
    with pytest.raises(InputError, match="one name"):
        delivery_contents([tmp_path / "a" / "dicom", tmp_path / "b" / "dicom"], "en")
    with pytest.raises(InputError, match="There is no"):
        delivery_contents([tmp_path / "nothing"], "en")


def test_recall_writes_a_notice_once(ledger: Ledger, codes: list[str], tmp_path: Path) -> None:
    delivered(ledger, codes[:2])
    delivered(ledger, codes[2:], medium="CD-R 2")
    folder = tmp_path / "recalls"
    assert recall(ledger, ["40000009"], folder, STUDY, "ja", TODAY) == []
    assert not folder.exists()
    (notice,) = recall(ledger, ["40000001"], folder, STUDY, "ja", TODAY)
    assert notice.path == folder / "recall_D-001_2026-01-31.txt"
    assert notice.codes == codes[:1]
    data = notice.path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") > 20
    text = data.decode("utf-8-sig")
    for word in (
        codes[0],
        "CD-R 1",
        "2026-01-30",
        "Partner Inc.",
        "BONE-TEST",
        "A title",
        SYNTHETIC,
    ):
        assert word in text
    assert codes[1] not in text
    assert "40000001" not in text
    assert stat.S_IMODE(notice.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert recall(ledger, ["40000001"], folder, STUDY, "ja", TODAY) == []
    assert how_many_delivered(ledger, ["40000001", "40000003", "4711"]) == 2


def test_the_notice_is_a_form_once_a_privacy_manager_is_chosen(
    ledger: Ledger, codes: list[str], tmp_path: Path
) -> None:
    delivered(ledger, codes)
    recall(ledger, ["40000001"], tmp_path / "r", STUDY, "ja", TODAY)
    assert [path.suffix for path in (tmp_path / "r").iterdir()] == [".txt"]
    chosen = STUDY | {"privacy_manager": "Head"}
    (notice,) = recall(ledger, ["40000002"], tmp_path / "s", chosen, "ja", TODAY)
    form = notice.path.with_suffix(".pdf")
    assert sorted((tmp_path / "s").iterdir()) == sorted(
        [notice.path, form, notice.path.with_suffix(".xlsx")]
    )
    data = form.read_bytes()
    assert codes[1].encode() in data and codes[2].encode() not in data
    assert b"40000002" not in data
    assert stat.S_IMODE(form.stat().st_mode) == 0o600


def test_a_second_patient_of_the_day_joins_the_notice(
    ledger: Ledger, codes: list[str], tmp_path: Path
) -> None:
    delivered(ledger, codes)
    (first,) = recall(ledger, ["40000001"], tmp_path / "r", STUDY, "en", TODAY)
    (second,) = recall(ledger, ["40000001", "40000002"], tmp_path / "r", STUDY, "en", TODAY)
    assert second.path == first.path
    text = second.path.read_text(encoding="utf-8-sig")
    assert codes[0] in text and codes[1] in text
    (later,) = recall(
        ledger, ["40000001", "40000003"], tmp_path / "r", STUDY, "en", TODAY + timedelta(1)
    )
    assert later.codes == [codes[2]]
    assert len(list((tmp_path / "r").iterdir())) == 2


def test_a_foreign_notice_is_not_replaced(ledger: Ledger, codes: list[str], tmp_path: Path) -> None:
    delivered(ledger, codes)
    folder = tmp_path / "r"
    folder.mkdir()
    foreign = folder / "recall_D-001_2026-01-31.txt"
    foreign.write_text("CD-R 1 2026-01-30 BS-ZZZZZ")
    (notice,) = recall(ledger, ["40000001"], folder, STUDY, "en", TODAY)
    assert notice.path.name == "recall_D-001_2026-01-31_2.txt"
    assert foreign.read_text() == "CD-R 1 2026-01-30 BS-ZZZZZ"


def test_a_crash_between_notice_and_record_writes_it_again(
    ledger: Ledger, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered(ledger, codes)

    def crash(self: Ledger, entries: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            recall(ledger, ["40000001"], tmp_path / "r", STUDY, "en", TODAY)
    assert len(list((tmp_path / "r").iterdir())) == 1
    again = open_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    assert len(recall(again, ["40000001"], tmp_path / "r", STUDY, "en", TODAY)) == 1
    assert len(list((tmp_path / "r").iterdir())) == 1


def test_a_notice_that_cannot_be_written_stays_due(
    ledger: Ledger, codes: list[str], tmp_path: Path
) -> None:
    delivered(ledger, codes)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="run snakemake again"):
        recall(ledger, ["40000001"], tmp_path / "file" / "r", STUDY, "en", TODAY)
    assert ledger.entries("recall") == []
    assert len(recall(ledger, ["40000001"], tmp_path / "r", STUDY, "en", TODAY)) == 1


def test_a_patient_who_came_back_is_recalled_from_later_deliveries_only(
    ledger: Ledger, codes: list[str], tmp_path: Path
) -> None:
    delivered(ledger, codes)
    recall(ledger, ["40000001"], tmp_path / "r", STUDY, "en", TODAY)
    # withdrawn in between, delivered once more, declined again
    delivered(ledger, codes, medium="CD-R 2")
    (notice,) = recall(ledger, ["40000001"], tmp_path / "r", STUDY, "en", TODAY)
    assert notice.delivery == "D-002"


def test_notice_of_real_data_bears_no_mark(
    ledger: Ledger, codes: list[str], tmp_path: Path
) -> None:
    delivered(ledger, codes)
    real = STUDY | {"synthetic": False}
    (notice,) = recall(ledger, ["40000002"], tmp_path / "r", real, "en", TODAY)
    text = notice.path.read_text(encoding="utf-8-sig")
    assert text.startswith("Request")
    assert SYNTHETIC not in text
