"""The file that `make bundle` writes: what is committed, its wheels, the same bytes each time."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from tools import make_bundle as maker

from bonescint.errors import InputError
from bonescint.resources import ROOT

git = pytest.mark.skipif(not shutil.which("git"), reason="no git")
SHA = "a" * 64


def commit(folder: Path) -> None:
    """Make a checkout of what lies in the folder."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@b"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "-m", "1"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True)


def unpacked_in(folder: Path, bundle: Path) -> Path:
    """Unpack a bundle as a person does and return its one folder."""
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(bundle), "-C", str(folder)], check=True)
    (top,) = folder.iterdir()
    return top


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small project whose only package was built from its source."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "tools" / "bundle", folder / "tools" / "bundle")
    (folder / "Snakefile").write_text("rule all:\n")
    (folder / "requirements.lock").write_text(f"here==1 \\\n    --hash=sha256:{SHA}\n")
    commit(folder)
    (folder / "private.csv").write_text("not committed\n")
    monkeypatch.setattr(maker.subprocess, "run", collecting("here-1-py3-none-any.whl"))
    return folder


def collecting(wheel: str, code: int = 0):
    """Return a `run` whose pip brings one wheel; all else is run."""
    run = subprocess.run

    def instead(command, **options):
        if "pip" not in command:
            return run(command, **options)
        folder = Path(command[command.index("--wheel-dir") + 1])
        assert "--require-hashes" in command
        assert options["env"]["SOURCE_DATE_EPOCH"].isdecimal()
        (folder / wheel).write_bytes(b"a wheel")
        return subprocess.CompletedProcess(command, code)

    return instead


@git
def test_a_bundle_holds_what_is_committed_and_checks_itself(checkout: Path, tmp_path: Path) -> None:
    file = maker.make_bundle(checkout, tmp_path / "dist")
    name = file.name.removesuffix(".tar.gz")
    with tarfile.open(file) as tar:
        assert tar.getmember(f"{name}/install").mode == 0o755
    top = unpacked_in(tmp_path / "there", file)
    assert top.name == name
    assert (top / "BUNDLE").read_text() == f"{name}\n"
    assert not (top / "private.csv").exists()
    here = hashlib.sha256(b"a wheel").hexdigest()
    assert (top / "requirements.bundle.lock").read_text() == f"here==1 --hash=sha256:{here}\n"
    listed = {
        line.split("  ")[1]: line.split("  ")[0]
        for line in (top / "SHA256SUMS").read_text().splitlines()
    }
    files = {f.relative_to(top).as_posix(): f for f in top.rglob("*") if f.is_file()}
    assert listed.keys() == files.keys() - {"SHA256SUMS"}
    assert {n: hashlib.sha256(f.read_bytes()).hexdigest() for n, f in files.items()} == {
        **listed,
        "SHA256SUMS": hashlib.sha256(files["SHA256SUMS"].read_bytes()).hexdigest(),
    }
    assert [f.name for f in (tmp_path / "dist").iterdir()] == [file.name]
    again = maker.make_bundle(checkout, tmp_path / "again")
    assert again.read_bytes() == file.read_bytes()


@git
def test_what_is_not_committed_is_refused(checkout: Path, tmp_path: Path) -> None:
    (checkout / "Snakefile").write_text("rule other:\n")
    with pytest.raises(InputError) as refusal:
        maker.make_bundle(checkout, tmp_path / "dist")
    assert refusal.value.problems[1:] == [" M Snakefile"]
    assert not (tmp_path / "dist").exists()


def test_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkout"):
        maker.make_bundle(tmp_path, tmp_path / "dist")


@git
@pytest.mark.parametrize(
    ("wheel", "code", "said"),
    [
        ("here-1-py3-none-any.whl", 1, "could not be collected"),
        ("here-1-cp311-cp311-linux_x86_64.whl", 0, "here-1-cp311-cp311-linux_x86_64.whl"),
    ],
    ids=["no network", "compiled for this computer alone"],
)
def test_packages_that_are_not_to_be_had(
    checkout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wheel: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(maker.subprocess, "run", collecting(wheel, code))
    with pytest.raises(InputError, match=said):
        maker.make_bundle(checkout, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
