"""Compare a delivery with what was verified: every image by its bytes, codes both ways (R28)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from pydicom import dcmread

from bonescint.cohort.clashes import content_digest
from bonescint.custody.deliveries import DeliveryContents, codes_in
from bonescint.dicom.tags import SyntheticData
from bonescint.files import read_rows
from bonescint.resources import Texts

REPORTS = Path("results/anonymization")
_NAMED = 10  # names in a sentence


def reports_of(folder: Path = REPORTS) -> list[Path]:
    """Return the batches' reports of a study, ``00.csv`` and so on."""
    return sorted(path for path in folder.glob("*.csv") if path.stem.isdecimal())


def codes_wanted(reports: Iterable[Path], left: Set[str]) -> set[str]:
    """Return the codes in the batches' reports whose images are to be delivered."""
    rows = (row for report in reports for row in read_rows(report))
    return {row["code"] for row in rows if row["status"] == "written"} - left


def mark_faults(dicom: Iterable[Path], synthetic: bool, language: str) -> Iterator[str]:
    """Yield a sentence if coded images are not of the kind that the configuration says.

    The raw images were checked when the index was read. But after a change of the configuration
    Snakemake may be told not to run anything again (``--rerun-triggers mtime``).

    Parameters
    ----------
    dicom
        Folders of coded images, which keep the mark of their source.
    """
    images = [path for folder in dicom for path in sorted(folder.rglob("*.dcm"))]
    n = sum(_is_simulated(path) != synthetic for path in images)
    if n:
        key = "not_synthetic" if synthetic else "is_synthetic"
        yield Texts("delivery", language)(key, n=n, total=len(images))


def _is_simulated(image: Path) -> bool:
    try:
        header = dcmread(image, stop_before_pixels=True, specific_tags=[SyntheticData])
        return str(header.get("SyntheticData", "")).strip().upper() == "YES"
    except Exception:
        return False  # a file that is not an image is found by its hash


def content_faults(
    found: DeliveryContents, reports: Iterable[Path], codes: Set[str] | None, language: str
) -> Iterator[str]:
    """Yield how a delivery differs from what was de-identified and verified.

    Parameters
    ----------
    found
        What is delivered.
    reports
        results/anonymization/{batch}.csv: each instance written, with its SHA-256.
    codes
        Codes whose images must all be there; None = the codes that the delivery holds.
    """
    text = Texts("delivery", language)
    held = found.imaged | found.tabled
    wanted, known = {}, {}
    for report in reports:
        for row in read_rows(report):
            if row["status"] == "written":
                known[row["sha256"]] = f"{report.stem}/{row['file']}"
                if row["code"] in (held if codes is None else codes):
                    wanted[row["sha256"]] = known[row["sha256"]]
    there = Counter(digest for _, digest in found.images)
    # a file name that is in no report may name a patient, so it is not shown
    names = {path: path for path in known.values()}
    odd = ["/".join(name.split("/")[-3:]) for name, digest in found.images if digest not in known]
    # the folders of a file-set need not bear a code, but must not bear the code of another patient
    renamed = [
        known[digest]
        for name, digest in found.images
        if digest in known and not codes_in(name) <= codes_in(known[digest])
    ]
    for key, files in (
        ("images_missing", [path for digest, path in wanted.items() if digest not in there]),
        ("images_unknown", [names.get(name, "?") for name in odd]),
        ("images_renamed", renamed),
        ("images_twice", [known[d] for d, n in there.items() if n > 1 and d in known]),
    ):
        if files:
            yield text(key, n=len(files), files=_some(files))
    if found.imaged and found.tabled or codes is not None:
        for key, alone in (
            ("no_row", found.imaged - found.tabled),
            ("no_image", found.tabled - found.imaged),
        ):
            if alone:
                yield text(key, n=len(alone), codes=_some(alone))


def changed_images(images: Iterable[Path], reports: Iterable[Path], language: str) -> Iterator[str]:
    """Yield one sentence on coded images that are missing or changed since they were verified.

    Parameters
    ----------
    images
        The images that go onto a disc, below results/dicom/{batch}.
    reports
        results/anonymization/{batch}.csv: each image written, with its SHA-256.
    """
    said = {
        f"{report.stem}/{row['file']}": row["sha256"]
        for report in reports
        for row in read_rows(report)
        if row["status"] == "written"
    }
    changed = []
    for image in images:
        name = image.as_posix().rpartition("/dicom/")[2]
        if content_digest(image) != said.get(name):
            changed.append(name)
    if changed:
        yield Texts("delivery", language)("images_missing", n=len(changed), files=_some(changed))


def _some(names: Iterable[str]) -> str:
    """Return the first of many names, joined for a sentence."""
    named = sorted(names)
    return ", ".join(named[:_NAMED]) + (" ..." if len(named) > _NAMED else "")
