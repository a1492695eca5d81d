"""`bonescint ledger`: what a person does by hand, and what is printed."""

import shutil
import stat
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bonescint.errors import InputError
from bonescint.identity.key import is_wrapped
from bonescint.identity.opt_out_lists import HELD, TAKEN, UNDONE
from bonescint.resources import Texts
from tests.unit.ledger_study import KEY, LEDGER, SUBJECTS, Answers, opened, quick_scrypt, run
from tests.unit.study_config import reconfigure

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_scrypt(monkeypatch)


def test_init_makes_both_files_once(empty: None, capsys: Capture) -> None:
    assert run("init") == 0
    assert "鍵のかかる棚" in capsys.readouterr().out
    before = {name: Path(name).read_bytes() for name in (LEDGER, KEY)}
    assert [stat.S_IMODE(Path(name).stat().st_mode) for name in (LEDGER, KEY)] == [0o600, 0o600]
    with pytest.raises(InputError, match="exists"):
        run("init", "--wrap")
    assert {name: Path(name).read_bytes() for name in (LEDGER, KEY)} == before


def test_init_with_a_passphrase(
    quick: None,
    empty: None,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    answers("one and only", "other than one")
    with pytest.raises(InputError, match="differ"):
        run("init", "--wrap")
    assert not Path(KEY).exists()
    answers("a long enough one", "a long enough one")
    run("init", "--wrap")
    assert "BONESCINT_PASSPHRASE" in capsys.readouterr().out
    assert is_wrapped(KEY)
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "a long enough one")
    assert len(opened()) == 0


def test_init_takes_the_passphrase_of_the_environment(
    quick: None, empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "from over there")
    run("init", "--wrap")
    assert is_wrapped(KEY)
    assert len(opened()) == 0


def test_the_status_counts_and_names_no_patient(codes: dict[str, str], capsys: Capture) -> None:
    opened().append([{"kind": "delivery", "id": "D-001", "codes": [codes[SUBJECTS[0]]]}])
    assert run("status") == 0
    out = capsys.readouterr().out
    counts = {line.split()[0]: line.split()[-1] for line in out.splitlines() if line}
    assert (counts["患者"], counts["不参加の申し出"], counts["提供の記録"]) == ("3", "1", "1")
    assert "0600" in out
    assert "パスフレーズなし" in out
    assert "同じフォルダ" in out
    assert not any(word in out for word in [*SUBJECTS, *codes.values()])


def test_status_of_a_key_elsewhere(codes: dict[str, str], tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "medium").mkdir()
    shutil.move(KEY, "medium/key")
    reconfigure(ledger={"key": "medium/key"})
    capsys.readouterr()
    run("status")
    assert "同じフォルダ" not in capsys.readouterr().out


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.lower,
        wide,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", "ー"),
        lambda code: f" {code[:5]} {code[5:]}\u3000",
    ],
)
def test_lookup_survives_how_a_code_is_typed(
    codes: dict[str, str], spell: Callable[[str], str], capsys: Capture
) -> None:
    capsys.readouterr()
    assert run("lookup", spell(codes["4711234"])) == 0
    assert capsys.readouterr().out == f"{codes['4711234']}\t4711234\n"


def test_an_id_is_asked_for_unseen(
    codes: dict[str, str], answers: Answers, capsys: Capture
) -> None:
    capsys.readouterr()
    answers("4711-234", "999")
    assert run("lookup", "-", "-") == 1
    out, err = capsys.readouterr()
    assert out == f"{codes['4711234']}\t4711234\n"
    assert "999" not in err


def test_lookup_both_ways_and_what_is_unknown(codes: dict[str, str], capsys: Capture) -> None:
    capsys.readouterr()
    a, b, c = (codes[subject] for subject in SUBJECTS)
    assert run("lookup", "００4711-234", "a77001", c, b) == 0
    out, err = capsys.readouterr()
    assert out == f"{a}\t4711234\n{c}\tA77001\n{c}\tA77001\n{b}\t4711235\n"
    assert f"{b}: 不参加" in err
    assert f"{a}: 不参加" not in err
    assert run("lookup", "999", a, "BS-OOOOO") == 1
    out, err = capsys.readouterr()
    assert out == f"{a}\t4711234\n"
    assert "999: 対応表にありません" in err
    assert "BS-OOOOO: 対応表にありません" in err


def test_an_id_that_looks_like_a_code_is_found_as_well(
    codes: dict[str, str], capsys: Capture
) -> None:
    twin = codes["4711234"].replace("-", "")
    other = opened().assign([twin])[twin]
    capsys.readouterr()
    run("lookup", twin)
    assert capsys.readouterr().out == f"{codes['4711234']}\t4711234\n{other}\t{twin}\n"


def test_a_retired_code_is_found_and_no_fault(
    codes: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with monkeypatch.context() as patch:  # as a former version wrote it
        patch.setattr("bonescint.identity.migration.normalise", str)
        retired = opened().assign(["4711234.0"], {"4711234.0": "4711234.0"})["4711234.0"]
    assert run("lookup", retired) == 0
    shown, errors = capsys.readouterr()
    used = codes["4711234"]
    assert shown.splitlines()[-2:] == [f"{used}\t4711234", f"{retired}\t4711234.0"]
    assert retired in errors and used in errors
    assert run("verify") == 0
    opened().append([])
    assert run("verify") == 0
    assert "新しい照合方法に移した患者 ID: 1" in capsys.readouterr().out


def test_verify(codes: dict[str, str], capsys: Capture) -> None:
    assert run("verify") == 0
    assert "5 件" in capsys.readouterr().out  # head, three patients, an opt-out
    code = codes["4711234"]
    opened().append(
        [
            {"kind": "patient", "subject": "9", "code": code},
            {"kind": "patient", "subject": "4711235", "code": "BS-22222"},
            {"kind": "patient", "subject": "8", "code": "BS-OOOOO"},
            {"kind": "delivery", "id": "D-001", "codes": [code, "BS-ZZZZZ"]},
        ]
    )
    with pytest.raises(InputError) as mistake:
        run("verify")
    text = Texts("ledger", "ja")
    entries = {e.get("code"): e["n"] for e in reversed(opened().entries("patient"))}
    order = [e["subject"] for e in opened().entries("patient")]
    assert mistake.value.problems == [
        text("verify.twice_code", n=5, first=entries[code]),
        text("verify.twice_subject", n=6, first=order.index("4711235") + 1),
        text("verify.no_code", n=7),
        text("verify.unknown_code", n=8),
    ]


def test_rewrap_sets_changes_and_takes_off_the_passphrase(
    quick: None, codes: dict[str, str], answers: Answers, capsys: Capture
) -> None:
    answers("the first one", "the first one")
    assert run("rewrap") == 0
    assert "以前のパスフレーズ" in capsys.readouterr().out
    answers("the first one", "the second one", "the second one")
    run("rewrap")
    before = Path(KEY).read_bytes()
    assert is_wrapped(KEY)
    assert stat.S_IMODE(Path(KEY).stat().st_mode) == 0o600
    first, second = "the first one", "the second one"
    for unseen in ((first,), (second, "a long enough", "b long enough"), (second, "")):
        answers(*unseen)
        with pytest.raises(InputError, match="changed"):
            run("rewrap")
    answers("the second one", seen="no\n")
    with pytest.raises(InputError, match="変更していません"):
        run("rewrap", "--plain")
    assert Path(KEY).read_bytes() == before
    answers("the second one", seen="はい\n")
    run("rewrap", "--plain")
    assert not is_wrapped(KEY)
    assert opened().codes() == codes
    run("rewrap", "--plain")
    assert "もともと" in capsys.readouterr().out


def passphrase_file(passphrase: str) -> str:
    path = Path("passphrase")
    path.write_text(f"{passphrase}\n", encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def test_export_is_a_locked_pdf_of_everybody(codes: dict[str, str], capsys: Capture) -> None:
    import pikepdf

    ledger = opened()
    ledger.assign(["患者９", *(f"50{n:05d}" for n in range(150))])
    before = set(Path().rglob("*"))
    secret = passphrase_file("Open sesame 1")
    assert run("export", "table.pdf", "--passphrase-file", secret) == 0
    out = capsys.readouterr().out
    assert "154 名" in out
    assert not any(subject in out for subject in SUBJECTS)
    # nothing but the file itself, and that for its owner
    made = set(Path().rglob("*")) - before - {Path(secret)}
    assert made == {Path("table.pdf")}
    assert stat.S_IMODE(Path("table.pdf").stat().st_mode) == 0o600
    for wrong in ("", "open sesame 1"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open("table.pdf", password=wrong)
    with pikepdf.open("table.pdf", password="Open sesame 1") as pdf:  # noqa: S106
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert len(pdf.pages) == 2
        assert not pdf.docinfo.keys()  # R35
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) reads the table back")
    shown = subprocess.run(
        ["pdftotext", "-layout", "-upw", "Open sesame 1", "table.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = shown.split()
    for subject, code in ledger.codes().items():
        assert words[words.index(code) + 1] == subject
    # the mark stands behind the one who declined and nobody else
    marked = [words[i - 1] for i, word in enumerate(words) if word == "不参加"]
    assert marked == [SUBJECTS[1]]
    assert "合成データ" in shown
    assert "BONE-DEMO" in shown
    assert "2/2" in shown


@pytest.mark.parametrize(("length", "count", "pages"), [(8, 241, 3), (25, 80, 1), (60, 41, 2)])
def test_export_gives_long_ids_room(empty: None, length: int, count: int, pages: int) -> None:
    from bonescint.custody.export import export_pdf

    table = {f"{n:0{length}d}": f"BS-{n:05d}" for n in range(count)}
    study = {"id": "S", "synthetic": False}
    path = Path("t.pdf")
    assert export_pdf(path, table, [], study, "p", "en", date(2026, 1, 1)) == pages


def test_export_refuses(codes: dict[str, str]) -> None:
    Path("there.pdf").write_text("mine")
    Path("results").mkdir()
    secret = passphrase_file("fine")
    for name, message in (
        ("there.pdf", "上書き"),
        ("results/t.pdf", "R16"),
        ("results/deep/t.pdf", "R16"),
        ("nowhere/t.pdf", "フォルダ"),
    ):
        with pytest.raises(InputError, match=message):
            run("export", name, "--passphrase-file", secret)
    assert Path("there.pdf").read_text() == "mine"
    for passphrase in ("", "合言葉", "tab\tinside", "x" * 128):
        with pytest.raises(InputError, match="半角"):
            run("export", "t.pdf", "--passphrase-file", passphrase_file(passphrase))
    Path(secret).chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        run("export", "t.pdf", "--passphrase-file", secret)
    with pytest.raises(InputError, match="ありません"):
        run("export", "t.pdf", "--passphrase-file", "none")
    assert not Path("t.pdf").exists()


def test_export_on_a_full_disk_leaves_nothing(
    codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        run("export", "t.pdf", "--passphrase-file", passphrase_file("fine"))
    assert not [path for path in Path().iterdir() if "t.pdf" in path.name]


def test_every_kind_of_entry_has_a_word() -> None:
    kinds = {"ledger", "patient", "opt_out", "opt_out_withdrawn", "linked"}
    kinds |= {"delivery", "recall", "archive", TAKEN, HELD, UNDONE}
    assert all(f"kind.{kind}" in Texts("ledger", "ja") for kind in kinds)
