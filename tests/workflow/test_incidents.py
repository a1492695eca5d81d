"""What goes wrong in the middle: killed jobs, a killed run, two runs, full disks, traces left."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest

from bonescint.files import read_rows
from bonescint.identity.ledger import open_ledger
from tests.workflow.leaks import identifiers, leaks, open_to_others
from tests.workflow.runner import ROOT, configure, ran, snakemake

# Every Python process of the test imports this first. In the job of an armed rule the audit hook
# sees the renames, which is how outputs get their names, before they happen. It knows the job by
# the script that it compiles.
SITE = """
import os, re, signal, sys, time

def arm(script):
    armed = os.environ.get("INCIDENT_RULE")
    rule, job, folder = script, os.getpid(), os.environ["INCIDENT_FOLDER"]
    if armed not in ("*", rule):
        return
    left = int(os.environ.get("INCIDENT_NTH", "1"))

    def hook(event, args):
        nonlocal left
        # the demonstration is written without renames: its rule's output is a folder
        demo = event == "open" and str(args[0]).startswith("demo/") and args[2] & os.O_WRONLY
        if event != "os.rename" and not demo:
            return
        left -= 1
        # one script answers all questions: the first table it names tells whose rule it is
        first = os.path.basename(str(args[1])).split(".")[0]
        marker = f"{folder}/{first if rule == 'answer_question' else rule}"
        if left or os.path.exists(marker):
            return
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL | os.O_RDONLY))
        if os.environ.get("INCIDENT_PAUSES"):
            while not os.path.exists(f"{folder}/go"):
                time.sleep(0.05)
        else:
            os.kill(job, signal.SIGKILL)  # the job, not the worker process this may be
            time.sleep(60)

    sys.addaudithook(hook)

def look(event, args):
    if event == "compile" and isinstance(args[1], str):
        script = re.search(r"/scripts/(?!bonescint/)\\w+/(\\w+)[.]py$", args[1])
        if script:
            arm(script[1])

if os.environ.get("INCIDENT_RULE") and "bonescint.forkserver" in sys.orig_argv:
    sys.addaudithook(look)
"""
Popen = subprocess.Popen[str]
LEDGER = ("ledger.age", "ledger.key", "ledger.head")


@pytest.fixture
def incidents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where an incident leaves its rule's name; nothing is armed yet."""
    folder = tmp_path / "incidents"
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "sitecustomize.py").write_text(SITE)
    monkeypatch.setenv("PYTHONPATH", str(folder / "site"), prepend=os.pathsep)
    monkeypatch.setenv("INCIDENT_FOLDER", str(folder))
    return folder


@pytest.fixture
def anew(finished: Path, tmp_path: Path) -> Path:
    """Return a folder with nothing but the configuration and the finished run's ledger."""
    folder = tmp_path / "anew"
    (folder / "private").mkdir(parents=True, mode=0o700)
    shutil.copy(finished / "config.yaml", folder)
    for name in LEDGER:
        shutil.copy2(finished / "private" / name, folder / "private")
    return folder


def results(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted((folder / "results").rglob("*"))
        if p.is_file() and p.name != ".snakemake_timestamp"
    }


def codes(folder: Path, ledger: str = "private/ledger.age") -> dict[str, str]:
    return open_ledger(folder / ledger, folder / "private" / "ledger.key").codes()


def assert_same(folder: Path, finished: Path) -> None:
    """Assert that a disturbed run ends like the undisturbed one and leaves nothing over."""
    found, wanted = results(folder), results(finished)
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []
    assert codes(folder) == codes(finished)
    assert [p for side in ("results", "private", "logs") for p in temporary(folder / side)] == []
    assert "Nothing to be done" in snakemake(folder, "-n")


def temporary(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob(".*") if p.name != ".snakemake_timestamp")


def assert_closed(folder: Path, finished: Path) -> None:
    """Assert that nobody of the demonstration is named on the coded side or in a log."""
    assert leaks(folder, identifiers(finished)) == []
    assert open_to_others(folder) == []


@pytest.mark.slow
def test_every_rule_killed_once(
    anew: Path, finished: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run kills the first job of every rule that it reaches; the next one goes on from there.

    The job dies at its first rename; of the demonstration's rule, at its first file.
    """
    monkeypatch.setenv("INCIDENT_RULE", "*")
    wanted = identifiers(finished)
    killed: set[str] = set()
    while True:
        before = set(killed)
        printed = start(anew).communicate(timeout=300)[0]
        killed = {p.name for p in incidents.iterdir() if p.is_file()}
        if killed == before:
            break
        assert leaks(anew, wanted, ("logs", ".snakemake")) == []
    assert "100%" in printed, printed[-3000:]
    every = set(ran(snakemake(anew, "-n", "--forceall"))) - {"all"}
    assert killed == every
    assert_same(anew, finished)
    assert_closed(anew, finished)


def start(folder: Path, *arguments: str) -> Popen:
    """Start snakemake as a user would, without waiting for it."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--workflow-profile", str(ROOT / "profiles" / "default"), "--cores", "2"]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def start_pausing(
    folder: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> Popen:
    """Anonymize again, and return when a job waits at its first file for `incidents`/go."""
    monkeypatch.setenv("INCIDENT_RULE", "anonymize_batch")
    monkeypatch.setenv("INCIDENT_PAUSES", "1")
    run = start(folder, "-R", "anonymize_batch", *arguments)
    until = time.monotonic() + 60
    while not (incidents / "anonymize_batch").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    monkeypatch.delenv("INCIDENT_RULE")
    return run


def test_a_killed_run_is_taken_up_by_the_next(
    study: Path, brief: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start_pausing(study, incidents, monkeypatch)
    first.send_signal(signal.SIGKILL)
    first.wait()
    # the job of the killed run goes on with a half-written batch; Snakemake's locks are still there
    assert list((study / ".snakemake" / "locks").iterdir())
    second = start(study)
    assert second.stdout
    heard = []
    for line in second.stdout:
        heard.append(line)
        if "強制終了" in line:
            break
    (incidents / "go").touch()
    printed = "".join(heard) + second.communicate(timeout=300)[0]
    assert second.returncode == 0, printed[-3000:]
    assert "強制終了" in printed
    assert_same(study, brief)
    assert_closed(study, brief)


def test_two_runs_at_once(
    study: Path, brief: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start_pausing(study, incidents, monkeypatch, "--until", "anonymize_batch")
    for arguments in ([], ["--unlock"], ["--touch"]):
        printed = snakemake(study, *arguments, fails=True)
        assert "別の実行が進行中" in printed
    # commands that only look are not refused
    assert "anonymize_batch" in snakemake(study, "--list-rules")
    (incidents / "go").touch()
    printed = first.communicate(timeout=300)[0]
    assert first.returncode == 0, printed[-3000:]
    # a part of a run does not search for patients who declined
    assert results(brief).keys() - results(study).keys() == {"results/purge.json"}
    assert results(study).items() <= results(brief).items()


def test_the_last_step_asks_for_every_rule(finished: Path) -> None:
    """A rule that fails once loses its outputs and Snakemake's record of what had changed.

    If what stands downstream exists, the next run would have nothing to do; but the last step is
    part of every run, and what it asks for is made again.
    """
    printed = snakemake(finished, "-n", "--forceall")
    made, wanted = {}, set()
    for block in re.split(r"^(?:local)?(?:rule|checkpoint) ", printed, flags=re.M)[1:]:
        rule = block.split(":", 1)[0]
        paths = {
            side: set(re.findall(rf"^\s+{side}: (.*)$", block, re.M)[0].split(", "))
            for side in ("input", "output")
            if f"    {side}: " in block
        }
        if rule in ("all", "verify_purge"):
            wanted |= paths["input"]
        made[rule, len(made)] = paths.get("output", set())
    forgotten = {key[0] for key, paths in made.items() if paths and not paths & wanted}
    assert forgotten - {"verify_purge"} == set()


def test_a_failed_rerun_is_not_forgotten(
    study: Path, finished: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(study / "demo" / "dicom", study / "own")
    next((study / "own").rglob("*.dcm")).with_name("new.dcm").write_bytes(b"no scan")
    configure(study, lambda c: c["inputs"].update(dicom="own"))
    monkeypatch.setenv("INCIDENT_RULE", "index_dicom")
    # planned as a whole run, but stopped after the table that the test reads
    until = ("--until", "summarise_flow")
    snakemake(study, *until, fails=True)
    snakemake(study, *until)
    before, now = (
        next(read_rows(folder / "results" / "metrics" / "flow.csv")) for folder in (finished, study)
    )
    assert int(now["files"]) == int(before["files"]) + 1


@pytest.mark.slow
def test_no_code_is_lost_or_given_twice_when_the_power_fails(
    finished: Path, tmp_path: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill the two rules that write the ledger at each of their renames, from the very first run.

    One of those moments lies between the ledger's rename and the receipt's.
    """
    folder = tmp_path / "fresh"
    shutil.copytree(finished, folder, symlinks=True)
    shutil.rmtree(folder / "results")
    shutil.rmtree(folder / "private")
    given: dict[str, str] = {}
    stopped = []
    # the renames after the ledger's are those of tables: see test_every_rule_killed_once
    for rule, last in (("filter_opt_out", 6), ("assign_codes", 2)):
        monkeypatch.setenv("INCIDENT_RULE", rule)
        for nth in [*range(1, last + 1), 0]:
            monkeypatch.setenv("INCIDENT_NTH", str(nth))
            (incidents / rule).unlink(missing_ok=True)
            (folder / "private" / "codes.json").unlink(missing_ok=True)
            run = start(folder, "--until", rule)
            printed = run.communicate(timeout=120)[0]
            if all((folder / "private" / name).exists() for name in LEDGER):
                now = codes(folder)
                assert given.items() <= now.items()
                assert len(set(now.values())) == len(now)
                given = now
            if (incidents / rule).exists():
                assert run.returncode != 0
                stopped.append(rule)
        assert run.returncode == 0, printed[-3000:]
    # filter_opt_out writes key, ledger and the list's entries; assign_codes codes and receipt
    assert stopped.count("filter_opt_out") >= 5
    assert stopped.count("assign_codes") >= 2
    assert len(given) == 16


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """Mount a disk of `size` over a folder, with what the folder held."""
    kept = place.with_name(f"{place.name}.kept")
    place.rename(kept)
    place.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let the test mount a small disk")
    try:
        shutil.copytree(kept, place, dirs_exist_ok=True, symlinks=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def free(place: Path) -> int:
    status = os.statvfs(place)
    return status.f_bavail * status.f_frsize


@pytest.mark.slow
def test_a_disk_that_is_full_during_anonymization(study: Path, finished: Path) -> None:
    configure(study, lambda c: c["deidentification"].update(series_description="ANOTHER"))
    with small_disk(study / "results", "40M"):
        shutil.rmtree(study / "results" / "dicom")
        filler = study / "results" / "filler"
        filler.write_bytes(bytes(free(study / "results") - 500_000))
        printed = snakemake(study, fails=True)
        assert "No space left on device" in printed
        assert "ディスクの空き容量" in printed
        assert codes(study) == codes(finished)
        filler.unlink()
        snakemake(study)
        written = sorted((study / "results" / "dicom").rglob("*.dcm"))
        assert [p.relative_to(study) for p in written] == [
            p.relative_to(finished) for p in sorted((finished / "results").rglob("*.dcm"))
        ]
        told = {pydicom.dcmread(p, stop_before_pixels=True).SeriesDescription for p in written}
        assert told == {"SYNTHETIC ANOTHER"}
        assert_closed(study, finished)


def test_a_disk_that_is_full_when_the_ledger_is_written(study: Path, finished: Path) -> None:
    shutil.copy(study / "demo" / "opt_out.csv", study / "opt_out.csv")
    (study / "medium").mkdir(mode=0o700)
    (study / "private" / "ledger.age").rename(study / "medium" / "ledger.age")
    configure(study, lambda c: c["inputs"].update(opt_out="opt_out.csv"))
    configure(study, lambda c: c["ledger"].update(path="medium/ledger.age"))
    ledger = study / "medium" / "ledger.age"
    with small_disk(study / "medium", "64k"):
        until = ("--until", "filter_opt_out")
        snakemake(study, *until)
        before, given = ledger.read_bytes(), codes(study, "medium/ledger.age")
        filler = study / "medium" / "filler"
        filler.write_bytes(bytes(free(study / "medium")))
        # a new entry of the list goes into the ledger
        with (study / "opt_out.csv").open("a", encoding="utf-8") as stream:
            stream.write("88888888,2024-01-10,本人,,,\n")
        printed = snakemake(study, *until, fails=True)
        assert "ledger.age" in printed
        assert "空き容量" in printed
        assert ledger.read_bytes() == before
        assert_closed(study, finished)
        filler.unlink()
        snakemake(study, *until)
        assert ledger.read_bytes() != before
        assert codes(study, "medium/ledger.age") == given


def test_nothing_is_told_of_refused_files_and_failing_imports(study: Path, finished: Path) -> None:
    wanted = identifiers(finished)
    shutil.copytree(study / "demo", study / "own")
    ours = {"dicom": "own/dicom", "opt_out": "own/opt_out.csv"}
    configure(study, lambda c: c["inputs"].update(ours))
    export = study / "own" / "exports" / "vsbone2.csv"
    configure(study, lambda c: c["software"]["vsbone2"].update(export=str(export)))
    lines = export.read_text(encoding="utf-8-sig").splitlines()
    # every BSI is the name of another patient, and half of a scan is missing
    name = max((w for w in wanted if not w.isascii()), key=len)
    for number, line in enumerate(lines[1:], 1):
        cells = line.split(",")
        cells[2] = name
        lines[number] = ",".join(cells)
    export.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    scan = max((study / "own" / "dicom").rglob("*.dcm"), key=lambda p: p.stat().st_size)
    scan.write_bytes(scan.read_bytes()[:-5000])
    printed = snakemake(study, "--until", "import_software", "anonymize_batch", fails=True)
    assert "Error in rule import_software" in printed
    assert_closed(study, finished)
