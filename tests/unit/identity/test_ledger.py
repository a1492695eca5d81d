"""The ledger keeps everything it was given, notices what was done to it, and fails without loss."""

import errno
import fcntl
import hashlib
import json
import multiprocessing
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from bonescint.errors import InputError
from bonescint.identity import lock
from bonescint.identity.chain import sealed
from bonescint.identity.key import is_wrapped, open_identity, write_key
from bonescint.identity.ledger import Ledger, create_ledger, is_new, open_ledger
from bonescint.identity.opt_outs import in_force, record, withdraw
from bonescint.identity.passphrase import given_passphrase
from tests.unit.ledger_study import quick_scrypt

# characters that end lines elsewhere, and text that looks like the end of an entry
ODD = '"hash": "", CD\u2028\x85\r\n\x1c}'


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {name: tmp_path / f"ledger.{name}" for name in ("path", "key", "head")}


@pytest.fixture
def ledger(files: dict[str, Path]) -> Ledger:
    return create_ledger(**files)


def test_entries_survive_in_their_order(ledger, files):
    ledger.assign(["1"])
    ledger.append([{"kind": "delivery", "id": "D-001", "medium": ODD, "codes": []}])
    again = open_ledger(**files)
    assert [e["kind"] for e in again.entries()] == ["ledger", "patient", "delivery"]
    (entry,) = again.entries("delivery")
    assert (entry["n"], entry["medium"]) == (2, ODD)


def test_lines_of_another_file_are_no_ledger(ledger, files):
    public = open_identity(files["key"]).to_public()
    for text in ("{}\n", "no JSON", sealed({"kind": "patient", "n": 0}, "") + "\n"):
        files["path"].write_bytes(pyrage.encrypt(text.encode(), [public]))
        with pytest.raises(InputError, match="damaged"):
            open_ledger(path=files["path"], key=files["key"])


def test_a_damaged_record_of_the_last_use_is_named(ledger, files):
    files["head"].write_text("no number")
    with pytest.raises(InputError, match="cannot be read"):
        open_ledger(**files)


@pytest.mark.parametrize(("content", "said"), [(None, "does not exist"), ("\n", "is empty")])
def test_a_passphrase_file_without_a_passphrase_is_named(tmp_path, content, said):
    file = tmp_path / "phrase"
    if content:
        file.write_text(content)
        file.chmod(0o600)
    with pytest.raises(InputError, match=said):
        given_passphrase(file)


def test_a_lock_that_cannot_be_made_is_told(ledger, files):
    lock.lock_of(files["path"]).unlink(missing_ok=True)
    lock.lock_of(files["path"]).mkdir()
    with pytest.raises(InputError, match=r"ledger\.path"):
        ledger.assign(["1"])


def test_one_without_patients_is_a_ledger(ledger):
    # patients who declined or were delivered before may stand in it before the first run
    assert ledger and len(ledger) == 0


def test_age_itself_opens_it(ledger, files):
    if not shutil.which("age"):
        pytest.skip("age is not installed")
    code = ledger.assign(["4711"])["4711"]
    command = ["age", "-d", "-i", str(files["key"]), str(files["path"])]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    assert [json.loads(line).get("code") for line in lines] == [None, code]


@pytest.mark.parametrize("cut", ["code", "n", "line", "order", "last"])
def test_any_change_breaks_the_chain(ledger, files, cut):
    codes = ledger.assign(["1", "2", "3"])
    identity = open_identity(files["key"])
    lines = pyrage.decrypt(files["path"].read_bytes(), [identity]).decode().splitlines()
    match cut:
        case "code":
            lines[1] = lines[1].replace(next(iter(codes.values()))[3:], "ZZZZZ")
            lines = [line.replace(codes["1"], "BS-ZZZZZ") for line in lines]
        case "n":
            lines[2] = lines[2].replace('"n": 2', '"n": 3')
        case "line":
            del lines[1]
        case "order":
            lines[1], lines[2] = lines[2], lines[1]
        case "last":
            lines[3] = lines[3][:-2] + '0"}'
    sealed = pyrage.encrypt("".join(f"{x}\n" for x in lines).encode(), [identity.to_public()])
    files["path"].write_bytes(sealed)
    with pytest.raises(InputError, match="chain"):
        open_ledger(**files)


def test_a_ledger_of_the_first_version_opens(ledger, files):
    # its lines were sorted by key, the hash among them
    codes = ledger.assign(["1", "2"])
    identity, lines, previous = open_identity(files["key"]), [], ""
    for entry in ledger.entries():
        body = {k: v for k, v in entry.items() if k not in ("hash", "recorded")}
        text = previous + json.dumps(body, sort_keys=True, ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()
        lines.append(json.dumps(body | {"hash": previous}, sort_keys=True, ensure_ascii=False))
    text = "".join(f"{line}\n" for line in lines).encode()
    files["path"].write_bytes(pyrage.encrypt(text, [identity.to_public()]))
    files["head"].unlink()
    again = open_ledger(**files)
    assert again.codes() == codes
    again.assign(["3"])
    assert len(open_ledger(**files)) == 3


def test_an_older_copy_is_noticed(ledger, files, tmp_path):
    ledger.assign(["1"])
    shutil.copy(files["path"], tmp_path / "backup")
    open_ledger(**files).assign(["2"])
    shutil.copy(tmp_path / "backup", files["path"])
    with pytest.raises(InputError, match="older copy"):
        open_ledger(**files)
    # as the message says
    files["head"].unlink()
    assert len(open_ledger(**files)) == 1


def test_a_newer_ledger_than_its_head_is_good(ledger, files, tmp_path):
    # power went between the two renames
    former = files["head"].read_text()
    ledger.assign(["1"])
    files["head"].write_text(former)
    assert len(open_ledger(**files)) == 1


def test_an_entry_added_while_it_is_read_makes_it_no_older_copy(ledger, files, monkeypatch):
    decrypt = pyrage.decrypt

    def slow(data, identities):
        monkeypatch.setattr("pyrage.decrypt", decrypt)
        ledger.assign(["1"])
        return decrypt(data, identities)

    monkeypatch.setattr("pyrage.decrypt", slow)
    opened = open_ledger(**files)
    assert len(opened) == 0
    opened.assign(["2"])
    assert len(open_ledger(**files)) == 2


def test_no_new_ledger_where_one_was(ledger, files, tmp_path):
    assert not is_new(**files)
    for name in ("path", "key"):
        files[name].rename(tmp_path / f"unplugged.{name}")
    assert not is_new(**files)
    with pytest.raises(InputError, match="connected"):
        create_ledger(**files)
    with pytest.raises(InputError, match="connected"):
        open_ledger(**files)


def test_a_creation_that_was_cut_off_is_begun_anew(files, monkeypatch):
    def no_power(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", no_power)
        with pytest.raises(KeyboardInterrupt):
            create_ledger(**files)
    assert files["key"].exists()
    assert is_new(**files)
    create_ledger(**files)
    assert not is_new(**files)
    assert len(open_ledger(**files)) == 0


def test_disk_full_changes_nothing(ledger, files, monkeypatch):
    code = ledger.assign(["1"])["1"]
    before = files["path"].read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("bonescint.files.os.fsync", full)
        with pytest.raises(InputError, match="disk full"):
            ledger.assign(["2"])
    assert files["path"].read_bytes() == before
    assert [p for p in files["path"].parent.iterdir() if p.name.endswith(".tmp")] == []
    assert ledger.assign(["1", "2"])["1"] == code
    assert len(open_ledger(**files)) == 2


def test_a_failure_after_the_rename_loses_no_code(ledger, files, monkeypatch):
    # the ledger is written, its head is not: what is on the disk counts
    head = ledger._head
    ledger._head = files["head"] / "no" / "folder"
    with pytest.raises(InputError, match="cannot be written"):
        ledger.assign(["1"])
    ledger._head = head
    given = open_ledger(**files).code_of("1")
    assert ledger.assign(["1", "2"])["1"] == given


def test_a_held_lock_is_said(ledger, files, monkeypatch):
    monkeypatch.setattr(lock, "LOCK_WAIT", 0.1)
    with files["path"].with_name("ledger.path.lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        before = files["path"].read_bytes()
        with pytest.raises(InputError, match="holds the ledger"):
            ledger.assign(["1"])
        assert files["path"].read_bytes() == before


def test_a_link_to_another_medium_stays(ledger, files, tmp_path):
    medium = tmp_path / "medium"
    medium.mkdir()
    files["path"].rename(medium / "ledger.age")
    files["path"].symlink_to(medium / "ledger.age")
    open_ledger(**files).assign(["1"])
    assert files["path"].is_symlink()
    assert len(open_ledger(**files)) == 1


def test_sealed_data_opens_with_this_key_alone(ledger, tmp_path):
    sealed = ledger.seal(b"who declined")
    assert b"declined" not in sealed
    assert ledger.unseal(sealed) == b"who declined"
    with pytest.raises(InputError, match="another key"):
        create_ledger(tmp_path / "b.age", tmp_path / "b.key").unseal(sealed)


def test_a_configured_passphrase_wraps_the_new_key(files, tmp_path, monkeypatch):
    quick_scrypt(monkeypatch)
    monkeypatch.delenv("BONESCINT_PASSPHRASE", raising=False)
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse\n")
    secret.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        create_ledger(**files, passphrase_file=secret)
    secret.chmod(0o600)
    create_ledger(**files, passphrase_file=secret)
    assert is_wrapped(files["key"])
    assert len(open_ledger(**files, passphrase_file=secret)) == 0
    with pytest.raises(InputError, match="passphrase_file"):
        open_ledger(**files)
    # unwrapped again, under the same identity
    write_key(files["key"], open_identity(files["key"], secret), None)
    assert len(open_ledger(**files)) == 0


def test_opt_outs_stay_in_force_until_withdrawn(ledger, tmp_path):
    mark = tmp_path / "private" / "mark"
    details = {"received": "2024-01-10", "by": "self", "ground": "", "relation": ""}
    record(ledger, [{"subject": s, "source": "list"} | details for s in "12"], mark)
    former = mark.read_text()
    withdraw(ledger, ["1"], mark)
    assert mark.read_text() != former
    assert list(in_force(ledger)) == ["2"]
    record(ledger, [{"subject": "1", "source": "command"} | details], mark)
    assert in_force(ledger)["1"]["source"] == "command"


def _record(files: dict[str, Path], subject: str) -> None:
    record(open_ledger(**files), [{"subject": subject, "source": "command"}], mark=None)


def test_opt_outs_and_codes_of_several_processes_are_all_kept(ledger, files):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(_record, [(files, str(n)) for n in range(9)])
    final = open_ledger(**files)
    assert set(in_force(final)) == {str(n) for n in range(9)}
    assert [e["n"] for e in final.entries()] == list(range(10))


def test_the_id_is_kept_as_the_images_spell_it(ledger, files):
    ledger.assign(["1", "2"], {"1": "0000-1"})
    again = open_ledger(**files)
    assert (again.patient_id("1"), again.patient_id("2")) == ("0000-1", "2")


@pytest.mark.parametrize(("busy", "message"), [(2, None), (9, "faster computer")])
def test_a_key_that_takes_too_long_is_no_wrong_passphrase(files, monkeypatch, busy, message):
    quick_scrypt(monkeypatch)
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "correct horse")
    create_ledger(**files)
    decrypt, calls = pyrage.passphrase.decrypt, iter(range(99))

    def slow(data: bytes, passphrase: str) -> bytes:
        if next(calls) < busy:
            raise pyrage.DecryptError("Excessive work parameter for passphrase.")
        return decrypt(data, passphrase)

    monkeypatch.setattr("pyrage.passphrase.decrypt", slow)
    if message:
        with pytest.raises(InputError, match=message):
            open_ledger(**files)
    else:
        assert len(open_ledger(**files)) == 0


def test_another_history_of_equal_length_is_noticed(ledger, files, tmp_path):
    ledger.assign(["1"])
    shutil.copy(files["path"], tmp_path / "backup")
    ledger.assign(["2"])
    head = files["head"].read_text()
    shutil.copy(tmp_path / "backup", files["path"])
    files["head"].unlink()
    open_ledger(**files).assign(["3"])
    files["head"].write_text(head)
    with pytest.raises(InputError, match="older copy"):
        open_ledger(**files)


def test_codes_tell_nothing_of_the_order_of_patients(ledger):
    subjects = [str(n) for n in range(100)]
    ledger.assign(subjects)
    assert [e["subject"] for e in ledger.entries("patient")] != subjects


def test_an_edited_head_destroys_nothing(ledger, files):
    code, key = ledger.assign(["1"])["1"], files["key"].read_bytes()
    files["head"].write_text("0\n")
    assert not is_new(**files)
    with pytest.raises(InputError, match="exists already"):
        create_ledger(**files)
    assert open_ledger(**files).code_of("1") == code
    files["path"].rename(files["path"].with_name("unplugged"))
    create_ledger(**files)  # the creation is taken up with the key that is there
    assert files["key"].read_bytes() == key


def test_the_mark_changes_before_the_ledger_does(ledger, tmp_path, monkeypatch):
    mark = tmp_path / "mark"

    def no_power(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "append", no_power)
    with pytest.raises(KeyboardInterrupt):
        record(ledger, [{"subject": "1", "source": "command"}], mark)
    assert mark.exists()
