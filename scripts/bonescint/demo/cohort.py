"""The whole demonstration: projections once, then every patient's files in parallel."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from bonescint.declared import columns
from bonescint.demo.anatomy import regions
from bonescint.demo.extras import SPECT_FRAMES, SPECT_SIZE, analysis_screen, cut, spect
from bonescint.demo.headers import empty_object, make_uid
from bonescint.demo.patients import Patient
from bonescint.demo.projection import (
    Views,
    acquire,
    body_surface,
    combine,
    project,
    project_regions,
    seen_rows,
    stretch,
)
from bonescint.demo.results import SOFTWARE
from bonescint.demo.scans import CountFrames, whole_body
from bonescint.demo.shapes import Array, Grid
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY
from bonescint.files import write_rows

COUNTS = 1.1e6  # expected in each view
# blood pool, relative to the bone phase: hardly any bone, much soft tissue
EARLY_BONE, EARLY_SOFT, EARLY_ORGANS = 0.12, 4.0, 0.4
NOTE = (
    "SYNTHETIC / 合成データ\r\nこのフォルダは合成データです。実在の患者の画像ではありません。\r\n"
)


class Phantom:
    """The phantom's projections, computed once for each run and shared by all patients."""

    def __init__(self) -> None:
        self.grid = Grid()
        self.surface: tuple[Array, Array] = body_surface(regions().values(), self.grid)
        self.parts: dict[str, tuple[Views, slice]] = {
            name: (views, seen_rows(views))
            for name, views in project_regions(regions(), self.grid).items()
        }

    def expected(self, patient: Patient, seed: int, early: bool = False) -> Views:
        """Return the expected relative counts of a patient's scan (2, rows, columns).

        Parameters
        ----------
        patient
            The patient, with foci, height and weight.
        early
            Blood pool instead of bone.
        """
        rng = np.random.default_rng([seed, 8, patient.index])
        parts, rows = [], []
        for name, region in regions().items():
            weight = region.concentration * rng.lognormal(0, region.spread)
            if early:
                organ = EARLY_SOFT if name == "soft_tissue" else EARLY_ORGANS
                weight *= EARLY_BONE if region.compartment else organ
            views, seen = self.parts[name]
            parts.append((weight, views))
            rows.append(seen)
        foci = [focus.shape for focus in (*patient.metastases, *patient.degenerative)]
        if foci and not early:
            views = project(foci, self.surface, self.grid)
            parts.append((1.0, views))
            rows.append(seen_rows(views))
        tall = patient.height / 1.58
        wide = float(np.clip(np.sqrt(patient.weight / patient.height**2 / 22), 0.85, 1.12))
        return stretch(combine(parts, self.grid, rows), wide, tall, self.grid.vertex_row)


_phantom: list[Phantom] = []  # one for each process, set by `_start`


def _start(phantom: Phantom) -> None:
    _phantom[:] = [phantom]


def write_scans(
    dicom: Path, patients: Sequence[Patient], seed: int, workers: int
) -> dict[int, int]:
    """Write the raw folder as a hospital exports it; return index -> number of files."""
    phantom = Phantom()
    write = partial(_write_patient, dicom, seed)
    if workers == 1:
        _start(phantom)
        counts = [write(patient) for patient in patients]
    else:
        # forked processes share the projections; spawned ones would each receive 50 MB
        with ProcessPoolExecutor(workers, initializer=_start, initargs=(phantom,)) as pool:
            counts = list(pool.map(write, patients, chunksize=4))
    # other files that are usual in an export
    (dicom / "README.txt").write_bytes(NOTE.encode("cp932"))
    (dicom / "empty.dcm").write_bytes(b"")
    _write_dicomdir(dicom / "DICOMDIR", seed)
    return {patient.index: count for patient, count in zip(patients, counts, strict=True)}


def _write_patient(dicom: Path, seed: int, patient: Patient) -> int:
    """Write all files of one patient and return their number."""
    phantom = _phantom[0]
    pid = patient.patient_id
    folder = dicom / f"{patient.exam:%Y%m}" / pid / f"{patient.exam:%Y%m%d}_NM"
    # each series has its own noise, whether or not another series is made
    noise = {
        name: np.random.default_rng([seed, 2, patient.index, i])
        for i, name in enumerate(("wb", "early", "spect"))
    }
    written = 0

    def save(objects: Sequence[FileDataset], series: str) -> list[Path]:
        nonlocal written
        (folder / series).mkdir(parents=True, exist_ok=True)
        paths = []
        for i, ds in enumerate(objects):
            ending = f"IM{i + 1:06d}" if patient.vendor == "siemens" else f"{pid}_{i + 1}.dcm"
            paths.append(folder / series / ending)
            ds.save_as(paths[-1], enforce_file_format=True)
            written += 1
        return paths

    views = phantom.expected(patient, seed)
    pixels = acquire(views, COUNTS, noise["wb"])
    if patient.kind == "truncated":
        (folder / "WB").mkdir(parents=True, exist_ok=True)
        data = cut(whole_body(patient, seed, pixels)[0], in_header=patient.index % 2 == 0)
        (folder / "WB" / "IM000001").write_bytes(data)
        return 1
    if patient.kind not in ("early_only", "spect_only"):
        paths = save(whole_body(patient, seed, pixels), "WB")
        if "duplicate" in patient.extras:
            copy = paths[0].with_name(f"copy_of_{paths[0].name}")
            copy.write_bytes(paths[0].read_bytes())
            written += 1
    if patient.kind == "early_only" or "early" in patient.extras:
        early = acquire(phantom.expected(patient, seed, early=True), COUNTS / 2, noise["early"])
        save(whole_body(patient, seed, early, early=True), "EARLY")
    if patient.kind == "spect_only" or "spect" in patient.extras:
        save([spect(patient, seed, _spect_pixels(views, noise["spect"]))], "SPECT")
    if "capture" in patient.extras:
        name = "bonenavi" if patient.tracer == "MDP" else "vsbone2"
        software = f"{SOFTWARE[name].product} {SOFTWARE[name].version}"
        save([analysis_screen(patient, seed, pixels, software)], "SCREEN")
    return written


def _spect_pixels(views: Views, rng: np.random.Generator) -> CountFrames:
    """Return projections of the pelvis around the body, blended from the two views."""
    width = views.shape[2]
    pelvis = views[:, 256:512, :].reshape(2, SPECT_SIZE, 4, width // 4, 4).sum(axis=(2, 4))
    pelvis[1] = pelvis[1, :, ::-1]
    frames = []
    for angle in np.linspace(0, 2 * np.pi, SPECT_FRAMES, endpoint=False):
        front = np.cos(angle / 2) ** 2
        frames.append(front * pelvis[0] + (1 - front) * pelvis[1])
    expected = np.stack(frames)
    counted: NDArray[np.int64] = rng.poisson(
        expected * (5e4 / expected.sum(axis=(1, 2), keepdims=True))
    )
    return counted.astype(np.uint16)


def _write_dicomdir(path: Path, seed: int) -> None:
    """Write the directory file of the disc that the export came on, without records."""
    ds = empty_object(MEDIA_DIRECTORY, make_uid(seed, "dicomdir"))
    ds.FileSetID = "SYNTHETIC"
    ds.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
    ds.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = 0
    ds.FileSetConsistencyFlag = 0
    ds.DirectoryRecordSequence = []
    ds.save_as(path, enforce_file_format=True)


def write_truth(path: Path, patients: Sequence[Patient], files: Mapping[int, int]) -> None:
    """Write the truth about the demonstration for the tests. A hospital would not know it."""
    rows: Iterator[dict[str, object]] = (
        {
            "patient_id": patient.patient_id,
            "kind": patient.kind,
            "included": int(patient.kind == "study"),
            "tracer": patient.tracer,
            "exam_date": patient.exam.isoformat(),
            "sex": patient.sex,
            "vendor": patient.vendor,
            "charset": patient.charset,
            "metastasis": int(bool(patient.metastases)),
            "lesions": len(patient.metastases),
            "true_bsi": f"{patient.bsi:.4f}",
            "extras": " ".join(patient.extras),
            "files": files[patient.index],
        }
        for patient in patients
    )
    write_rows(path, columns("truth"), rows)
