"""The wheel holds the workflow, and a study runs with it where there is no checkout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from tools.make_wheel import make_wheel

from bonescint import __version__
from bonescint.errors import InputError
from bonescint.provenance import code_digest
from bonescint.resources import PROGRAM, ROOT
from tests.bundle.test_make_bundle import commit
from tests.unit.test_code_digest import ANSWER, SCRIPTS

NAME = f"bonescint-{__version__}-py3-none-any.whl"
# files of the installed program, and digests of its scripts, as the installed program says them
TELL = """
import json, sys
from pathlib import Path
import bonescint
from bonescint.commands.configuration import merged
from bonescint.custody.archive.contents import contents
from bonescint.errors import InputError
from bonescint.provenance import code_digest
from bonescint.resources import PROGRAM, ROOT, Texts
files = [Path("config.yaml")]
members = contents(merged(files), files, False).members(Texts("archive", "en"))
print(json.dumps({
    "package": bonescint.__file__,
    "root": str(ROOT),
    "digests": {script: code_digest(script) for script in sys.argv[1:]},
    "archived": [one.name for one in members if one.name.partition("/")[0] in PROGRAM],
}))
"""


def source_in(folder: Path) -> Path:
    """Return a copy of what the program is made of, as a checkout of git has it."""
    built = shutil.ignore_patterns("__pycache__", "*.egg-info")
    folder.mkdir(parents=True)
    for name in PROGRAM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=built)
        else:
            shutil.copy(ROOT / name, folder)
    # neither is anything of the program
    for name in ("private/key.age", "demo/participants.csv", "tests/test_any.py", "notes.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("-\n")
    return folder


def built(source: Path, to: Path) -> Path:
    """Build the wheel of a folder with pip alone, under a umask that nobody else can read."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    pip += ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(to)]
    environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    subprocess.run([*pip, str(source)], check=True, env=environment, umask=0o077)
    return to / NAME


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return source_in(tmp_path_factory.mktemp("wheel") / "source")


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    if not shutil.which("git"):
        pytest.skip("a wheel is made in a checkout of git")
    commit(source)
    return make_wheel(source, source.parent / "dist")


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh environment with the wheel, and the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    venv.EnvBuilder(symlinks=True).create(folder)
    python = folder / "bin" / "python"
    # a .pth file of another environment is not read, so the editable checkout of this one is not in
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    pip += ["install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--ignore-installed"]
    subprocess.run([*pip, str(wheel)], check=True)
    return python


@pytest.fixture(scope="module")
def demonstration(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demonstration that the installed program made."""
    place = tmp_path_factory.mktemp("somewhere")
    said = typed(python, place, "bonescint", "new", "--demo", "--language", "en", "demonstration")
    assert "snakemake --cores 4" in said
    return place / "demonstration"


def typed(python: Path, folder: Path, *words: str, code: int = 0) -> str:
    """Run a command of the environment, without the checkout in any path; return what it says."""
    done = subprocess.run(
        [str(python.with_name(words[0])), *words[1:]],
        cwd=folder,
        env={"HOME": str(python.parent), "PATH": f"{python.parent}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == code, done.stdout[-6000:]
    assert str(ROOT) not in done.stdout
    return done.stdout


def program_in(folder: Path) -> list[Path]:
    """Return the files of the program, and nothing that lies about."""
    return [
        path
        for name in PROGRAM
        for path in [folder / name, *(folder / name).rglob("*")]
        if path.is_file() and "bonescint.egg-info" not in path.parts
    ]


def test_it_holds_the_package_and_the_workflow_alone(source: Path, wheel: Path) -> None:
    package = source / "scripts" / "bonescint"
    expected = {
        f"bonescint/{path.relative_to(package)}"
        if package in path.parents
        else f"bonescint_workflow/{path.relative_to(source)}"
        for path in program_in(source)
    }
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
        content = b"".join(file.read(name) for name in file.namelist())
    assert names == expected
    assert {"bonescint/outputs/report.html.j2", "bonescint_workflow/rules/common.smk"} <= names
    for path in (ROOT, source, Path.home() / "x"):
        assert str(path).encode() not in content


def test_the_same_files_give_the_same_bytes_by_way_of_a_source_distribution(
    source: Path, wheel: Path, tmp_path: Path
) -> None:
    """Dates of files and the user's umask do not count."""
    tell = "import sys; from setuptools.build_meta import build_sdist as b; print(b(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", tell, str(tmp_path)], cwd=source, check=True, capture_output=True
    )
    name = made.stdout.decode().splitlines()[-1]
    subprocess.run(["tar", "-xf", name], cwd=tmp_path, check=True)
    unpacked = tmp_path / name.removesuffix(".tar.gz")
    assert not {"private", "demo", "notes.txt"} & {path.name for path in unpacked.iterdir()}
    again = built(unpacked, tmp_path / "dist")
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (wheel, again)}
    assert len(digests) == 1


def test_the_demonstration_and_a_study_begin_outside_of_a_checkout(
    python: Path, demonstration: Path, source: Path
) -> None:
    said = typed(python, demonstration, "python", "-m", "snakemake", "-n")
    assert "make_demo_cohort" in said and "anonymize_batch" in said
    assert "nothing was run" in said.lower()
    typed(python, demonstration, "bonescint", "check")
    scripts = [name for name in SCRIPTS if name != ANSWER]
    told = json.loads(typed(python, demonstration, "python", "-c", TELL, *scripts))
    env = python.parents[1]
    assert Path(told["package"]).is_relative_to(env) and Path(told["root"]).is_relative_to(env)
    # a study that goes on with a wheel does not run again because the program lies elsewhere
    assert told["digests"] == {name: code_digest(name) for name in scripts}
    # its archive can be gone on with as one that was made in a checkout
    assert {str(path.relative_to(source)) for path in program_in(source)} <= set(told["archived"])
    typed(python, demonstration.parent, "bonescint", "new", "study", "--no-questions")
    said = typed(python, demonstration.parent / "study", "bonescint", "check", code=1)
    assert "study.id" in said and "Traceback" not in said


def test_nothing_is_made_of_what_is_not_committed(tmp_path: Path) -> None:
    if not shutil.which("git"):
        pytest.skip("no git")
    (tmp_path / "config.yaml").write_text("study: {id: S-01}\n")
    commit(tmp_path)
    (tmp_path / "config.yaml").write_text("study: {id: MY-OWN}\n")
    with pytest.raises(InputError) as refusal:
        make_wheel(tmp_path, tmp_path / "dist")
    assert refusal.value.problems[1:] == [" M config.yaml"]
    assert not (tmp_path / "dist").exists()


@pytest.mark.slow
def test_the_whole_demonstration_runs_with_a_wheel(python: Path, demonstration: Path) -> None:
    snakemake = ("python", "-m", "snakemake")
    typed(python, demonstration, *snakemake, "--cores", "2")
    typed(python, demonstration, *snakemake, "--cores", "2", "review", "tables", "paper")
    results = demonstration / "results"
    assert (results / "report.html").stat().st_size > 1e5 and (results / "study.xlsx").exists()
    assert "Nothing to be done" in typed(python, demonstration, *snakemake, "-n")
