"""The command as a person meets it: quick to start, exit codes, and no identifier in a message."""

import csv
import hashlib
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint import __version__, cli
from bonescint.cli import main
from bonescint.commands.codes import read_codes
from bonescint.commands.progress import progress
from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.resources import RESOURCES, Texts
from tests.unit.deid.samples import PATIENT_ID, SECRET, as_file, siemens

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "scan").write_bytes(as_file(siemens()))
    (folder / "text").write_text("Yamada")
    return folder


def test_version_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom bonescint.cli import main\ntry:\n    main(['--version'])\n"
        "except SystemExit:\n    print(sorted(m for m in sys.modules if m in "
        "('pydicom', 'numpy', 'rich', 'pandas', 'openpyxl', 'yaml')))"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout == f"bonescint {__version__}\n[]\n"


@pytest.mark.parametrize("command", [name.replace("_", "-") for name in cli.COMMANDS])
def test_a_command_is_found_without_the_others(command: str, capsys: Capture) -> None:
    assert cli._asked([command, "x"]) == (command.replace("-", "_"),)
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: bonescint {command} ")


@pytest.mark.parametrize("line", [[], ["--help"], ["plan_sample"], ["nonsense"], ["unseal"]])
def test_any_other_line_is_told_every_command(line: list[str], capsys: Capture) -> None:
    assert cli._asked(line) == cli.COMMANDS
    with pytest.raises(SystemExit):
        main(["deidentify", "a", "b", "--no-such-option"])
    said = capsys.readouterr().err
    assert f"{{{','.join(cli.COMMANDS)},unseal}}".replace("_", "-") in said.replace("\n", "")


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["diff", "one"], ["deidentify", "a", "b", "--jobs", "0"],
     ["deidentify", "a", "b", "--jobs", "x"],
     ["deidentify", "a", "b", "--study-description", "a\\b"],
     ["deidentify", "a", "b", "--series-description", "骨シンチ"]],
)  # fmt: skip
def test_wrong_usage(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_deidentify_with_codes_and_secret(source: Path, tmp_path: Path, capsys: Capture) -> None:
    codes, secret = tmp_path / "codes.csv", tmp_path / "secret"
    codes.write_bytes(f"患者ID,患者符号\n{int(PATIENT_ID)},Ｍ－００１\n".encode("cp932"))
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    options = ["--codes", str(codes), "--secret-file", str(secret), "--jobs", "1"]
    one, other = tmp_path / "one", tmp_path / "other"
    assert main(["deidentify", str(source), str(one), *options]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "[not-dicom]" in out
    assert "院内" in out
    assert "無作為" not in out
    assert main(["deidentify", str(source), str(other), *options, "--language", "en"]) == 0
    out, _ = capsys.readouterr()
    assert "stays in the hospital" in out
    assert "not a DICOM file" in out
    for name in ("report.csv", "M-001/M-001_01.dcm"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_deidentify_with_neither(source: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["deidentify", str(source), str(tmp_path / "out"), "--language", "en"]) == 0
    out, _ = capsys.readouterr()
    assert "gives other codes" in out
    assert "gives other UIDs" in out
    assert not any(word in out for word in ("Yamada", "12345678", str(tmp_path)))


def test_descriptions_and_policy(source: Path, tmp_path: Path) -> None:
    from pydicom import dcmread

    policy = tmp_path / "table.csv"
    table = (RESOURCES / "tag_table.csv").read_text(encoding="utf-8")
    policy.write_text(table.replace('"(0008,1010)",StationName,装置名前,keep',
                                    '"(0008,1010)",StationName,装置名前,remove'))  # fmt: skip
    destination = tmp_path / "out"
    arguments = ["deidentify", str(source), str(destination), "--policy", str(policy)]
    assert main([*arguments, "--study-description", "A B", "--series-description", "C"]) == 0
    (row,) = [r for r in read_rows(destination / "report.csv") if r["status"] == "written"]
    written = dcmread(destination / row["destination"])
    assert (written.StudyDescription, written.SeriesDescription) == ("A B", "C")
    assert "StationName" not in written


@pytest.mark.parametrize(
    ("option", "content", "key"),
    [
        ("--decisions", None, "file.unreadable"),
        ("--secret-file", None, "file.unreadable"),
        ("--secret-file", b"Yamada", "secret.short"),
    ],
)
def test_mistakes_in_files(
    source: Path, tmp_path: Path, capsys: Capture, option: str, content: bytes | None, key: str
) -> None:
    file = tmp_path / "Yamada"
    if content is not None:
        file.write_bytes(content)
    destination = tmp_path / "out"
    assert main(["deidentify", str(source), str(destination), option, str(file)]) == 1
    err = capsys.readouterr().err
    values = {"option": option, "reason": "", "n": 6, "least": 16}
    assert Texts("commands", "ja")(key, **values).partition("(")[0] in err
    assert "Yamada" not in err
    assert not destination.exists()


@pytest.mark.parametrize(
    ("option", "content"),
    [
        ("--policy", None),
        ("--policy", "tag,action\n患者名,消す\n".encode("cp932")),
        ("--decisions", "item\n患者名\n".encode("cp932")),
    ],
)
def test_mistakes_in_tables_name_the_table(
    source: Path, tmp_path: Path, capsys: Capture, option: str, content: bytes | None
) -> None:
    file = tmp_path / "table.csv"
    if content is not None:
        file.write_bytes(content)
    assert main(["deidentify", str(source), str(tmp_path / "out"), option, str(file)]) == 1
    assert "table.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_images_of_a_patient_who_declined_are_not_used(
    source: Path, tmp_path: Path, capsys: Capture
) -> None:
    opt_out = tmp_path / "opt_out.csv"
    rows = "患者ID,申出者,申出日\n１２３４５６７８,本人,2024-01-10\n99,本人,2024-01-10\n"
    opt_out.write_text(rows, encoding="utf-8")
    destination = tmp_path / "out"
    assert main(["deidentify", str(source), str(destination), "--opt-out", str(opt_out)]) == 0
    reasons = {row["reason"] for row in read_rows(destination / "report.csv")}
    assert reasons == {"opt-out", "not-dicom"}
    assert "1 名" in capsys.readouterr().out
    assert not list(destination.rglob("*.dcm"))


def test_decisions(source: Path, tmp_path: Path) -> None:
    burned = siemens()
    burned.BurnedInAnnotation, burned.SOPInstanceUID = "YES", "1.2.3"
    (source / "burned").write_bytes(as_file(burned))
    digest = hashlib.sha256((source / "burned").read_bytes()).hexdigest()
    decisions = tmp_path / "decisions.tsv"
    header = "item\tsha256\tdecision\treviewer\tdate\n"
    for decision, status in (("block", "refused"), ("release", "written")):
        decisions.write_text(f"{header}image\t{digest}\t{decision}\tA\t2025-01-01\n")
        destination = tmp_path / decision
        arguments = ["deidentify", str(source), str(destination), "--decisions", str(decisions)]
        assert main(arguments) == 0
        assert next(iter(read_rows(destination / "report.csv")))["status"] == status


def test_a_secret_that_others_can_read_is_a_warning(
    source: Path, tmp_path: Path, capsys: Capture
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o644)
    arguments = ["deidentify", str(source), str(tmp_path / "out"), "--secret-file", str(secret)]
    assert main(arguments) == 0
    assert "chmod 600" in capsys.readouterr().err


def test_a_full_disk_is_told_without_a_path(
    source: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device", "/Yamada")

    monkeypatch.setattr("bonescint.deid.folder.write_cases", full)
    assert main(["deidentify", str(source), str(tmp_path / "out")]) == 1
    err = capsys.readouterr().err
    assert "No space left on device" in err
    assert "Yamada" not in err


def test_an_unforeseen_failure_is_told_without_its_message(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("Yamada")

    monkeypatch.setattr("bonescint.deid.compare.changes", fail)
    monkeypatch.delenv("BONESCINT_DEBUG", raising=False)
    assert main(["diff", "a", "b"]) == 2
    err = capsys.readouterr().err
    assert "RuntimeError: test_cli.py" in err
    assert "Yamada" not in err
    monkeypatch.setenv("BONESCINT_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["diff", "a", "b"])


def test_the_reader_of_a_pipe_may_leave(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(as_file(siemens()))
    changed = siemens()
    changed.PatientName = "x"
    other.write_bytes(as_file(changed))
    command = f"{sys.executable} -m bonescint.cli diff --all {one} {other} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def write_table(path: Path, rows: list[tuple[str, str]], header: tuple[str, str]) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (header, *rows):
            book.active.append(row)
        book.save(path)
    else:
        separator = "\t" if path.suffix == ".tsv" else ","
        with path.open("w", encoding="cp932", newline="") as stream:
            csv.writer(stream, delimiter=separator).writerows([header, *rows])
    return path


@pytest.mark.parametrize("name", ["codes.csv", "codes.tsv", "codes.xlsx"])
@pytest.mark.parametrize(
    "header", [("患者ID", "符号"), ("patient_id", "code"), ("患者番号", "患者符号")]
)
def test_codes_in_every_table(tmp_path: Path, name: str, header: tuple[str, str]) -> None:
    rows = [("００-12", "M-1"), ("3456", "x_2"), ("12", "m-1")]
    assert read_codes(write_table(tmp_path / name, rows, header), "ja") == {
        "12": "M-1",
        "3456": "x_2",
    }


def test_faults_of_the_codes_are_all_named_by_row_and_quote_nothing(tmp_path: Path) -> None:
    rows = [
        ("111111", "M1"),
        ("111111", "M2"),  # row 3: two codes
        ("222222", "m1"),  # row 4: taken
        ("", "M3"),
        ("1.2E+11", "M4"),
        ("333333", "山田"),
        ("444444", "../x"),
        ("555555", "CON"),
        ("666666", "Yamada^H"),
        ("777777", "a" * 33),
        ("888888", "X888888"),
        ("999999", ""),
    ]
    path = write_table(tmp_path / "codes.csv", rows, ("患者ID", "患者符号"))
    with pytest.raises(InputError) as mistake:
        read_codes(path, "en")
    problems = mistake.value.problems
    assert [int(p.split("row ")[1].split(":")[0]) for p in problems] == list(range(3, 14))
    assert "has another code" in problems[0]
    assert "Another patient has this code in row 2" in problems[1]
    assert "derived from it" in problems[9]
    quoted = [cell for row in rows for cell in row if len(cell) > 2 and cell != "CON"]
    assert not any(cell in str(mistake.value) for cell in quoted)


@pytest.mark.parametrize("header", [("患者ID", "氏名"), ("番号", "符号"), ("患者ID", "患者ID")])
def test_codes_without_their_columns(tmp_path: Path, header: tuple[str, str]) -> None:
    path = write_table(tmp_path / "codes.csv", [("1", "M1")], header)
    with pytest.raises(InputError, match=r"codes\.csv"):
        read_codes(path, "ja")


IDS = st.text("0123456789AB-０１２", min_size=1, max_size=6)
CODES = st.text("MN12-_ .^/山", max_size=4)


@given(st.lists(st.tuples(IDS, CODES), min_size=1, max_size=6))
def test_codes_are_one_to_one_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "codes"
    folder.mkdir(exist_ok=True)
    path = write_table(folder / "codes.csv", rows, ("患者ID", "患者符号"))
    try:
        codes = read_codes(path, "ja")
    except InputError as mistake:
        assert mistake.problems
        return
    assert len({code.lower() for code in codes.values()}) == len(codes)
    assert all(
        Path(code).name == code and code.isascii() and "^" not in code for code in codes.values()
    )
    assert all(subject not in code for subject, code in codes.items() if len(subject) >= 4)


def test_a_missing_configuration(tmp_path: Path, capsys: Capture) -> None:
    assert main(["check", "--config", str(tmp_path / "none.yaml")]) == 1
    assert "no such file" in capsys.readouterr().err
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [1,\n")
    assert main(["check", "--config", str(broken)]) == 1
    assert "YAML" in capsys.readouterr().err


@pytest.mark.parametrize("key", [KeyboardInterrupt, EOFError])  # Ctrl-C, Ctrl-D
def test_interrupted(
    key: type[BaseException], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(options: object) -> None:
        raise key

    monkeypatch.setattr("bonescint.commands.diff.diff", interrupt)
    assert main(["diff", "a", "b"]) == 130
    assert "中断" in capsys.readouterr().err


class Terminal:
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.written = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        pass


def test_progress(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Texts("commands", "en")
    with progress(text) as report:
        report("index", 1, None)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("bonescint.commands.progress._LINE_EVERY", 0)
    with progress(text) as report:
        report("index", 1, None)
        report("code", 1, 2)
    assert capsys.readouterr().err == "reading headers: 1\ncoding and verifying: 1/2\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress(text) as report:
        report("code", 2, 2)
    assert "2/2" in terminal.written
