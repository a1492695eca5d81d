"""Links to another disk hide nothing; outputs of a former configuration go (R12)."""

from base64 import b64encode
from pathlib import Path

import pytest

from bonescint.custody.traces.purge import purge
from bonescint.custody.traces.search import Person, search

WOMAN = Person("BS-7K3M2", frozenset({"39943096"}), frozenset({"KYOZOU^SUIKO=虚像^翠子"}))


def paths(root: Path, *sides: str, skip: tuple[Path, ...] = ()) -> list[str]:
    """Return the paths in which the patient is found."""
    traces = search([root / side for side in sides or ("results",)], [WOMAN], skip)
    return sorted({str(trace.path.relative_to(root)) for trace in traces})


def write(path: Path, text: str = "BS-7K3M2\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study").mkdir()
    return tmp_path / "study"


def test_sides_and_folders_on_another_disk(study: Path, tmp_path: Path) -> None:
    write(tmp_path / "disk" / "dicom" / "a.csv")
    write(tmp_path / "disk2" / "b.csv")
    (study / "results").symlink_to(tmp_path / "disk")
    assert paths(study) == ["results/dicom/a.csv"]
    (tmp_path / "disk" / "more").symlink_to("../disk2")
    assert paths(study) == ["results/dicom/a.csv", "results/more/b.csv"]
    # a folder that is reached twice is read once, under its own path if it has one
    (tmp_path / "disk" / "again").symlink_to("dicom")
    assert paths(study) == ["results/dicom/a.csv", "results/more/b.csv"]


def test_links_that_go_round(study: Path) -> None:
    write(study / "results" / "a" / "b.csv")
    (study / "results" / "a" / "up").symlink_to("..")
    (study / "results" / "out").symlink_to(study)
    (study / "results" / "self").symlink_to("self")
    (study / "results" / "none").symlink_to("/nowhere/x")
    write(study / "recalls" / "notice.txt")  # no side of the search
    assert paths(study) == ["results/a/b.csv"]


def test_links_to_files(study: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere.csv")
    (study / "results").mkdir()
    (study / "results" / "a.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert paths(study) == ["results/a.csv"]


@pytest.mark.parametrize("by_link", [False, True])
def test_links_to_what_is_left_out(study: Path, tmp_path: Path, by_link: bool) -> None:
    raw = tmp_path / "hospital" / "raw"
    write(raw / "2019" / "a.txt")
    write(tmp_path / "hospital" / "list.csv")
    (study / "demo").mkdir()
    skip = [raw, tmp_path / "hospital" / "list.csv"]
    if by_link:
        (study / "raw").symlink_to(raw)
        (study / "list.csv").symlink_to(skip[1])
        skip = [study / "raw", study / "list.csv"]
    (study / "private").mkdir()
    for name, target in (("a", raw), ("b", raw / "2019"), ("c", skip[1]), ("d", study / "demo")):
        (study / "private" / name).symlink_to(target)
    assert paths(study, "private", skip=tuple(skip)) == []
    # the patient's ID in a link's target path is told all the same
    (study / "private" / "e").symlink_to(raw / "39943096")
    assert paths(study, "private", skip=tuple(skip)) == ["private/e"]
    # the study itself may lie below the raw folder
    assert paths(study, "private", skip=(tmp_path, *skip)) == ["private/e"]
    write(study / "private" / "f.csv")
    assert paths(study, "private", skip=(tmp_path, *skip)) == ["private/e", "private/f.csv"]


def test_installed_software(study: Path, tmp_path: Path) -> None:
    write(tmp_path / "envs" / "x" / "a.txt")
    (study / ".snakemake").mkdir()
    (study / ".snakemake" / "conda").symlink_to(tmp_path / "envs")
    (study / ".snakemake" / "link").symlink_to(tmp_path / "envs" / "x")
    assert paths(study, ".snakemake") == []


def test_the_purge_works_behind_links(study: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    for side in ("results", "logs", "private"):
        (disk / side).mkdir(parents=True)
        (study / side).symlink_to(disk / side)
    for folder in ("scripts", "log"):
        (disk / folder).mkdir()
        (study / ".snakemake").mkdir(exist_ok=True)
        (study / ".snakemake" / folder).symlink_to(disk / folder)
    (disk / "other").mkdir()
    (disk / "results" / "more").symlink_to(disk / "other")
    write(disk / "other" / ".a.csv.4194399.tmp")
    log = write(disk / "logs" / "x" / "a.log", "see BS-7K3M2.\n")
    own = write(disk / "log" / "1.snakemake.log", "see BS-7K3M2.\n")
    write(disk / "results" / "delivery" / "a.csv")
    write(disk / "scripts" / "tmp.py")
    given = write(disk / "given.csv")
    raw = write(disk / "raw" / ".b.dcm.4194399.tmp")
    (disk / "private" / "raw").symlink_to(raw.parent)
    (disk / "results" / "delivery" / "given.csv").symlink_to(given)
    (disk / "logs" / "given.log").symlink_to(given)
    done = purge(study, [WOMAN], study / "x.tsv", "en", skip=[raw.parent])
    assert len(done) == 4
    assert log.read_text() == own.read_text() == "see ********.\n"
    assert raw.exists()  # the hospital's own
    assert given.read_text() == "BS-7K3M2\n"  # a person's own file is named, not changed
    sides = ("results", "private", "logs", ".snakemake")
    assert paths(study, *sides, skip=(raw.parent,)) == [
        "logs/given.log", "results/delivery/given.csv",
    ]  # fmt: skip


def test_outputs_of_a_former_configuration(study: Path) -> None:
    current = ["00", "01", "vsbone2", "reader1"]
    kept = [
        "results/dicom/01/BS-7K3M2/a.dcm", "results/anonymization/01.csv",
        "results/anonymization/tag_table.csv", "results/software/vsbone2.csv",
        "results/software/old copy.csv", "results/readings/reader1.warnings.csv",
        "private/batches/01.csv", "private/findings/reader1.csv", "results/dicom/x/a.csv",
    ]  # fmt: skip
    gone = [
        "results/dicom/02/BS-7K3M2/a.txt", "results/dicom/02/BS-7K3M3/a.txt",
        "results/anonymization/02.csv", "results/anonymization/02.tags.csv",
        "private/batches/03.csv", "private/refused/03.csv", "results/software/vsbone1.csv",
        "results/software/vsbone1.warnings.csv", "results/readings/reader9.csv",
        "private/findings/reader9.csv",
    ]  # fmt: skip
    hers_not = ["results/dicom/03/BS-7K3M3/a.txt", "results/anonymization/03.csv"]
    for path in (*kept, *gone):
        write(study / path)
    write(study / gone[1], "BS-7K3M3")
    for path in hers_not:
        write(study / path, "BS-7K3M3")
    assert purge(study, [WOMAN], study / "x.tsv", "en") == []
    done = purge(study, [WOMAN], study / "x.tsv", "en", current)
    assert done == ["9 outputs of a former configuration were removed."]
    assert not any((study / path).exists() for path in (*gone, "results/dicom/02"))
    assert all((study / path).exists() for path in (*kept, *hers_not))
    assert purge(study, [WOMAN], study / "x.tsv", "en", current) == []


def test_what_the_builtin_analyser_found_goes_when_it_is_switched_off(study: Path) -> None:
    with_patient = ["results/analyser/cases.csv", "results/analyser/batches/00.marks.csv"]
    for path in with_patient:
        write(study / path)
    write(study / "results/analyser/batches/01.csv", "BS-7K3M3")
    # switched on, its rules make the tables anew
    assert purge(study, [WOMAN], study / "x.tsv", "en", ["00", "01", "reference"]) == []
    done = purge(study, [WOMAN], study / "x.tsv", "en", ["00", "01"])
    assert done == ["2 outputs of a former configuration were removed."]
    assert not any((study / path).exists() for path in with_patient)
    assert (study / "results/analyser/batches/01.csv").exists()


def test_second_results_of_a_former_configuration(study: Path) -> None:
    gone = [
        "results/repeats/vsbone2_stored.csv", "results/repeats/vsbone2_second_operator.csv",
        "results/second_readings/reader1_second_reading.csv",
        "results/second_readings/reader1_second_reading.warnings.csv",
        "private/faults/reader1_second_reading.xlsx",
    ]  # fmt: skip
    kept = "results/second_readings/reader2_second_reading.csv"
    for path in (*gone, kept):
        write(study / path)
    # the reader is still there, and reads nothing twice any more
    current = ["vsbone2", "reader1", "reader2", "reader2_second_reading"]
    done = purge(study, [WOMAN], study / "x.tsv", "en", current)
    assert done == ["5 outputs of a former configuration were removed."]
    assert not any((study / path).exists() for path in gone) and (study / kept).exists()


def test_coded_and_broken_in_logs(study: Path) -> None:
    coded = b64encode(b"the patient 39943096 has come again and again").decode()
    text = f"first\nx {coded}\nLesions were seen in BS-7K\n3M2 as well\n<b>BS-7K</b>3M2\nlast\n"
    log = write(study / "logs" / "a.log", text)
    assert paths(study, "logs") == ["logs/a.log"]
    assert len(purge(study, [WOMAN], study / "x.tsv", "en")) == 1
    assert paths(study, "logs") == []
    assert log.read_text().startswith("first\n*")
    assert log.read_text().endswith("*\nlast\n")
    assert log.stat().st_size == len(text)
