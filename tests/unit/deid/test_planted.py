"""Nothing that was planted survives, and everything that is wanted does, over the whole corpus."""

import logging
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from bonescint.declared import columns
from bonescint.deid.batch import write_cases
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.dicom.tree import index_tree
from bonescint.files import write_rows
from bonescint.resources import Texts
from tests.planted.corpus import PlantedFile, corpus
from tests.planted.objects import KINDS, look_up, wanted
from tests.planted.search import Haystack
from tests.unit.deid.door import SETTINGS
from tests.unit.deid.test_engine import errors_of

# written out, so that a family that is lost from the corpus is missed
FAMILIES = (
    "clean", "table", "nested", "vocabulary", "station", "codes", "own numbers", "not numbers",
    "vectors", "arrays", "private", "odd groups", "overlays", "curves", "icons",
    "preamble and tail", "file meta", "character set", "padding", "duplicates", "group lengths",
    "command group", "wrong VRs", "delimiters", "pixels", "codestreams", "lossy codestreams",
    "other objects", "other files", "names of files",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a file: its bytes if it was written, else the reason and its detail."""

    file: PlantedFile
    data: bytes = b""
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    outcomes: list[Outcome]
    report: bytes
    names: list[str]
    log: str


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def outcomes(folder: Path, lines: list[dict[str, object]]) -> Iterator[Outcome]:
    """Lay out the corpus as a hospital's folder, index it and write each file under its code."""
    raw, written = folder / "raw", folder / "dicom"
    files = {file.path: file for file in corpus()}
    for path, file in files.items():
        (raw / path).parent.mkdir(parents=True, exist_ok=True)
        (raw / path).write_bytes(file.data)
    with quiet_pydicom():
        cases = []
        for number, (readable, row) in enumerate(index_tree(raw, 1)):
            if readable:
                cases.append((f"BS-{number:05}", [row]))
            else:
                file = files.pop(row["path"])
                yield Outcome(file, reason=row["reason"], detail=row["detail"])
        for done in write_cases(cases, raw, written, SETTINGS):
            lines.append(done.line)
            file = files.pop(done.row["path"])
            if done.refusal:
                yield Outcome(file, reason=done.refusal.reason, detail=done.refusal.detail)
            else:
                yield Outcome(file, (written / str(done.line["file"])).read_bytes())
    assert not files, "the index forgot some files"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("planted")
    corpus()  # pydicom remarks on what it is made to write
    handler, lines = _Log(), []
    logging.getLogger().addHandler(handler)
    try:
        done = list(outcomes(folder, lines))
    finally:
        logging.getLogger().removeHandler(handler)
    write_rows(folder / "report.csv", columns("anonymization"), lines)
    names = [str(path.relative_to(folder)) for path in (folder / "dicom").rglob("*")]
    return Run(done, (folder / "report.csv").read_bytes(), names, "\n".join(handler.lines))


def of(run: Run, family: str, written: bool = False) -> list[Outcome]:
    return [o for o in run.outcomes if o.file.family == family and (o.data or not written)]


def test_the_corpus_is_what_it_says():
    files = corpus()
    assert {file.family for file in files} == set(FAMILIES)
    texts = [plant.text for file in files for plant in file.plants]
    assert len(texts) >= 1000
    assert len(set(texts)) == len(texts), "a text that occurs twice proves nothing"
    assert sum(len(wanted(tree())) for tree in KINDS.values()) >= 352
    for file in files:
        haystack = Haystack(file.data)
        absent = [plant.place for plant in file.plants if not haystack.has(plant.text)]
        assert not absent, f"{file.path}: not in the source, so their absence proves nothing"


@pytest.mark.parametrize(
    "data",
    [
        "花子".encode(encoding) * 2
        for encoding in ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
    ],
)  # fmt: skip
def test_the_search_finds_each_encoding(data):
    assert Haystack(b"abc" + data + b"xyz").has("花子花子")
    assert not Haystack(b"abc" + data[:-4]).has("花子花子")


@pytest.mark.parametrize("words", [b"aKesotom", b"esaKomot"])
def test_the_search_finds_text_in_words_of_the_other_byte_order(words):
    assert Haystack(words).has("Kasetomo")
    assert not Haystack(words[::-1]).has("Kasetomo")


@pytest.mark.parametrize("family", FAMILIES)
def test_files_are_written_or_refused_with_a_true_reason(run, family):
    untrue = {
        (outcome.reason, outcome.detail, outcome.file.path)
        for outcome in of(run, family)
        if not outcome.data and outcome.reason not in outcome.file.refusals
    }
    assert untrue == set()


def test_a_tool_that_refuses_everything_is_of_no_use(run):
    images = [o for o in run.outcomes if o.file.patient and o.file.family != "other objects"]
    share = sum(bool(o.data) for o in images) / len(images)
    assert share >= 0.8
    assert not [o for o in run.outcomes if o.data and o.file.family.startswith("other")]


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_planted_survives(run, family):
    survivors = []
    for outcome in of(run, family, written=True):
        haystack = Haystack(outcome.data)
        survivors += [p.place for p in outcome.file.plants if haystack.has(p.text)]
        assert outcome.file.patient is not None
        own = [s for s in outcome.file.patient.secrets if haystack.has(s)]
        survivors += [f"the patient's own, {outcome.file.path}"] * len(own)
    assert survivors == []


@pytest.mark.parametrize("family", FAMILIES)
def test_everything_wanted_is_kept(run, family):
    lost = []
    for outcome in of(run, family, written=True):
        ds = dcmread(BytesIO(outcome.data))
        for path, value in outcome.file.wanted.items():
            if (found := look_up(ds, path)) != value:
                lost.append((outcome.file.path, path, value, found))
    assert lost == []


@pytest.mark.parametrize("family", FAMILIES)
def test_the_image_is_the_same(run, family):
    for outcome in of(run, family, written=True):
        ds = dcmread(BytesIO(outcome.data))
        image = outcome.file.image
        if image is None:
            image = dcmread(BytesIO(outcome.file.data)).pixel_array
        assert np.array_equal(ds.pixel_array.reshape(image.shape), image), outcome.file.path


def test_dcmtk_decodes_what_pydicom_does(run, tmp_path):
    """It reads the pixels by the written header and packs them anew, which pydicom unpacks."""
    tool = shutil.which("dcmcrle")
    if tool is None:
        pytest.skip("dcmtk is not installed")

    def same(outcome: Outcome) -> bool:
        source = tmp_path / f"{id(outcome)}.dcm"
        packed = source.with_suffix(".rle")
        source.write_bytes(outcome.data)
        subprocess.run([tool, source, packed], check=True, capture_output=True)
        return np.array_equal(dcmread(source).pixel_array, dcmread(packed).pixel_array)

    # of every family some: they differ in the encoding of their source
    written = [o for family in FAMILIES for o in of(run, family, written=True)[:8]]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(same, written))
    assert [o.file.path for o, ok in zip(written, results, strict=True) if not ok] == []


def test_names_report_and_log_hold_codes_only(run):
    texts = [plant.text for file in corpus() for plant in file.plants]
    texts += [s for file in corpus() if file.patient for s in file.patient.secrets]
    details = " ".join(f"{outcome.reason} {outcome.detail}" for outcome in run.outcomes)
    surfaces = {
        "report": run.report.decode(),
        "names": "\n".join(run.names),
        "log": run.log,
        "details": details,
    }
    low = {what: text.lower() for what, text in surfaces.items()}
    found = {(what, s) for what, text in low.items() for s in texts if s.lower() in text}
    assert found == set()


def test_each_reason_has_its_words(run):
    texts = Texts("deid", "en")
    refused = {o.reason for o in run.outcomes if o.reason and o.file.patient}
    assert refused
    # what the index cannot read has words of its own stage
    for reason in refused - {"truncated", "not_dicom", "empty", "dicomdir"}:
        assert texts(f"reason.{reason}")


def test_no_new_conformance_error(run, tmp_path):
    """Checked on some files of each family: dciodvfy takes a while.

    Where it cannot read a source to its end, it counts what the unspoilt object of that kind has.
    """
    chosen = [o for family in FAMILIES[1:] for o in of(run, family, written=True)[:1]]
    chosen += of(run, "table", written=True)[1:8]
    clean = {o.file.kind: o for o in of(run, "clean", written=True)}

    def errors(numbered: tuple[int, bytes]) -> set[str]:
        folder = tmp_path / str(numbered[0])
        folder.mkdir()
        return errors_of(numbered[1], folder)

    files = [data for o in [*chosen, *clean.values()] for data in (o.file.data, o.data)]
    with ThreadPoolExecutor(2) as pool:
        found = iter(list(pool.map(errors, enumerate(files))))
    pairs = dict(zip([*chosen, *clean.values()], zip(found, found, strict=True), strict=True))
    usual = {kind: pairs[outcome][0] for kind, outcome in clean.items()}
    assert len(pairs) >= 35
    new = {o.file.path: after - before - usual[o.file.kind] for o, (before, after) in pairs.items()}
    assert {path: errors for path, errors in new.items() if errors} == {}
