import csv
import os
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from scripts.ingest.index_dicom import index_dicom

from bonescint.declared import columns
from bonescint.dicom.headers import read_header
from bonescint.dicom.limits import Limits
from bonescint.dicom.tree import index_tree
from bonescint.errors import InputError
from bonescint.resources import ROOT
from tests.unit.dicom.samples import nm_file
from tests.unit.unreadable import closed

REAL = Path(os.environ.get("BONESCINT_REAL_DATA") or ROOT.parent / "shared" / "data" / "real")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    for number in range(150):
        nm_file(folder / f"{number % 7}" / f"{number:03d}.dcm", number)
    (folder / "3" / "Thumbs.db").write_bytes(bytes(100))
    (folder / "empty").touch()
    whole = (folder / "0" / "000.dcm").read_bytes()
    (folder / "0" / "cut.dcm").write_bytes(whole[:-10])
    (folder / "0" / "link").symlink_to(folder / "0" / "000.dcm")
    os.close(os.open(os.fsencode(folder) + b"/\x8e\x9f.dcm", os.O_CREAT))  # a name in Shift-JIS
    return folder


def run(raw: Path, out: Path, workers: int) -> tuple[bytes, bytes]:
    index_dicom(raw, out / "index.csv", out / "unreadable.csv", out / "receipt.json", workers)
    return (out / "index.csv").read_bytes(), (out / "unreadable.csv").read_bytes()


def test_every_file_stands_in_one_of_the_tables(raw: Path, tmp_path: Path) -> None:
    run(raw, tmp_path, 1)
    index, unreadable = table(tmp_path / "index.csv"), table(tmp_path / "unreadable.csv")
    assert len(index) == 150
    assert [row["path"] for row in index] == sorted(row["path"] for row in index)
    assert tuple(index[0]) == columns("index")
    assert tuple(unreadable[0]) == columns("unreadable")
    reasons = {row["path"]: (row["reason"], row["detail"]) for row in unreadable}
    assert reasons == {
        "0/cut.dcm": ("truncated", "10 bytes of the pixels are missing"),
        "0/link": ("unreadable", "symbolic link"),
        "3/Thumbs.db": ("not_dicom", "no DICM prefix"),
        "empty": ("empty", ""),
        "\\x8e\\x9f.dcm": ("unreadable", "file name is not UTF-8"),
    }


def test_a_folder_that_may_not_be_read_is_listed_and_the_rest_is_read(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(monkeypatch, raw / "3")
    run(raw, tmp_path, 1)
    unreadable = {row["path"]: row for row in table(tmp_path / "unreadable.csv")}
    assert unreadable["3/"] == {
        "path": "3/",
        "size": "0",
        "reason": "unreadable",
        "detail": "folder: PermissionError",
    }
    assert len(table(tmp_path / "index.csv")) == 150 - 21


def test_more_workers_write_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    assert run(raw, tmp_path, 1) == run(raw, tmp_path, 3)


def test_the_columns_are_those_of_the_contract(raw: Path) -> None:
    declared = {True: set(columns("index")), False: set(columns("unreadable"))}
    # a column that is declared and that nobody fills would be written empty
    assert all(set(row) == declared[readable] for readable, row in index_tree(raw, 1))


def test_mistakes_are_named_in_both_languages(tmp_path: Path) -> None:
    out = (tmp_path / "index.csv", tmp_path / "unreadable.csv", tmp_path / "receipt.json")
    with pytest.raises(InputError, match="フォルダがありません"):
        index_dicom(tmp_path / "none", *out, workers=1)
    (tmp_path / "raw").mkdir()
    with pytest.raises(InputError, match="holds no file"):
        index_dicom(tmp_path / "raw", *out, workers=1, language="en")
    assert not out[0].exists()


def test_the_adapter_logs_counts_and_no_identifier(raw: Path, tmp_path: Path) -> None:
    job = SimpleNamespace(
        output=SimpleNamespace(
            index=str(tmp_path / "i.csv"),
            unindexed=str(tmp_path / "u.csv"),
            receipt=str(tmp_path / "r.json"),
        ),
        params=SimpleNamespace(
            dicom=str(raw),
            language="ja",
            limits={"nesting": 8},
            tracers=["MDP", "HMDP"],
            cache="none",
            indexed_by="",
            ledger={},
        ),
        log=[str(tmp_path / "log")],
        threads=1,
    )
    mask = os.umask(0o022)
    try:
        runpy.run_path(
            str(ROOT / "scripts/ingest/index_dicom.py"),
            init_globals={"snakemake": job},
            run_name="__main__",
        )
    finally:
        os.umask(mask)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "instances: 150" in log
    assert "tracer: HMDP: 150" in log
    assert not any(word in log for word in ("YAMADA", "春子", "0000007", ".dcm", str(raw)))


def test_a_file_that_has_not_changed_is_not_read_again(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(raw, tmp_path, 1)
    before = {row["path"]: row for row in table(tmp_path / "index.csv")}
    read: list[str] = []

    def reading(path: Path, limits: Limits) -> object:
        read.append(str(path.relative_to(raw)))
        return read_header(path, limits)

    monkeypatch.setattr("bonescint.dicom.tree.read_header", reading)
    assert [row for good, row in index_tree(raw, 1, known=before) if good] == [*before.values()]
    assert sorted(read) == ["0/cut.dcm", "3/Thumbs.db", "empty"]  # which have no row
    read.clear()
    # changed in place, with size and date put back; renamed; another one in its place
    changed, renamed, replaced = raw / "1/001.dcm", raw / "2/002.dcm", raw / "3/003.dcm"
    status = changed.stat()
    changed.write_bytes(changed.read_bytes().replace(b"MDP", b"HDP"))
    os.utime(changed, ns=(status.st_atime_ns, status.st_mtime_ns))
    renamed.rename(raw / "2/new.dcm")
    status = replaced.stat()
    other = replaced.read_bytes()
    replaced.unlink()
    replaced.write_bytes(other)
    os.utime(replaced, ns=(status.st_atime_ns, status.st_mtime_ns))
    again = [row["path"] for good, row in index_tree(raw, 2, known=before) if good]
    assert again == sorted(again) and len(again) == 150
    assert [*index_tree(raw, 1, known=before)] == [*index_tree(raw, 1)]
    new = {"1/001.dcm", "2/new.dcm", "3/003.dcm"}
    assert new <= {*read[: len(new) + 3]}


@pytest.mark.real_data
def test_every_real_file_comes_out_as_a_row_or_a_reason(tmp_path: Path) -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real files: {REAL.name} is absent, see BONESCINT_REAL_DATA")
    run(REAL, tmp_path, 2)
    index, unreadable = table(tmp_path / "index.csv"), table(tmp_path / "unreadable.csv")
    files = [p.relative_to(REAL).as_posix() for p in REAL.rglob("*") if p.is_file()]
    assert sorted(row["path"] for row in index + unreadable) == sorted(files)
    rows = {Path(row["path"]).name: row for row in index}
    reasons = {Path(row["path"]).name: row["reason"] for row in unreadable}
    if "MR_truncated.dcm" in reasons | rows:
        assert reasons["MR_truncated.dcm"] == "truncated"
        assert reasons["DICOMDIR"] == "dicomdir"
        assert reasons["zipMR.gz"] == reasons["no_meta.dcm"] == "not_dicom"
        assert not any(reason == "unreadable" for reason in reasons.values())
        assert rows["chrH32.dcm"]["patient_name"] == "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
        assert rows["NM1_UNC"]["views"] == "anterior"
        assert rows["NM1_UNC"]["kind"] == "secondary_capture"
        assert rows["NM-NmIm-Siemens-s1-1.dcm"]["kind"] == "spect"
        assert rows["NM-NmIm-Siemens-s1-1.dcm"]["tracer"] == "other"
