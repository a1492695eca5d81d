"""Which cases the next delivery holds, and which former deliveries they replace (R28, R31)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bonescint.custody.deliveries import Delivery, next_number
from bonescint.custody.volumes import Build
from bonescint.delivery.disc.layout import Case
from bonescint.delivery.review import digest
from bonescint.delivery.sheet import COLUMNS
from bonescint.files import read_rows
from bonescint.resources import Texts

_NAMED = 10  # codes in a sentence
# this table stays in the hospital
TABLE = Path("results/hospital/planned.csv")
NEW, REPLACES, DELIVERED, LEFT_OUT, STOPPED = (
    "new", "replaces", "delivered", "left-out", "stopped",
)  # fmt: skip


class Planned(NamedTuple):
    """What happens to a case at the next delivery.

    Parameters
    ----------
    state
        ``new``; ``replaces``: delivered before and changed since, or wanted again; ``delivered``:
        the partner has it as it is now; ``left-out`` by a decision; ``stopped``: the patient asked
        to be in no further delivery.
    delivery
        The delivery that will hold the case. If none will, the last one that holds it.
    replaces
        The delivery whose content of the case is replaced.
    sha256
        `Case.digest`.
    """

    code: str
    state: str
    delivery: str
    replaces: str
    sha256: str


def cases_of(rows: Iterable[Mapping[str, str]], reports: Iterable[Path]) -> list[Case]:
    """Return the cases with their coded images, as they would be sent.

    Parameters
    ----------
    rows
        What `bonescint.delivery.incomplete.rows_sent` returned.
    reports
        results/anonymization/{batch}.csv: each image written, with its SHA-256. The images lie
        below results/dicom/{batch}.
    """
    images: dict[str, list[Path]] = {}
    hashes: dict[str, list[str]] = {}
    for report in reports:
        folder = report.parent.with_name("dicom") / report.stem
        for row in read_rows(report):
            if row["status"] == "written":
                images.setdefault(row["code"], []).append(folder / row["file"])
                hashes.setdefault(row["code"], []).append(row["sha256"])
    return [
        Case(
            code=row["code"],
            images=tuple(sorted(images.get(row["code"], ()))),
            row=dict(row),
            digest=digest(
                "\n".join(
                    [
                        *sorted(hashes.get(row["code"], ())),
                        *(f"{field}={row[field]}" for field, _, _ in COLUMNS),
                    ]
                )
            ),
        )
        for row in rows
    ]


def plan(
    cases: Iterable[Case],
    left_out: Collection[str],
    stopped: Collection[str],
    deliveries: Sequence[Delivery],
    contents: str = "new",
) -> list[Planned]:
    """Return what happens to each case at the next delivery.

    Parameters
    ----------
    cases
        What `cases_of` returned.
    left_out, stopped
        Codes that a decision leaves out, and of patients who asked to be in no further delivery.
    deliveries
        On record, in their order. A delivery does not count for a case that was recalled from it,
        because the partner has given the case back. A delivery that was not built here has no
        digests of its cases, so they are sent again.
    contents
        ``new``, or ``all``: delivered cases that have not changed are sent too.
    """
    number = next_number(deliveries)
    found = []
    for case in cases:
        holding = [d for d in deliveries if case.code in d.codes and case.code not in d.recalled]
        before = holding[-1] if holding else None
        last = before.id if before else ""
        if case.code in left_out:
            state = LEFT_OUT
        elif case.code in stopped:
            state = STOPPED
        elif not before:
            state = NEW
        elif contents == "all" or before.cases.get(case.code) != case.digest:
            state = REPLACES
        else:
            state = DELIVERED
        goes = state in (NEW, REPLACES)
        found.append(
            Planned(case.code, state, number if goes else last, last if goes else "", case.digest)
        )
    return found


def stopped_in(table: Path = TABLE) -> set[str]:
    """Return the codes of patients who asked to be in no further delivery (planned.csv, if any)."""
    rows = read_rows(table) if table.exists() else ()
    return {row["code"] for row in rows if row["state"] == STOPPED}


def volume_faults(build: Build, planned: Path, language: str) -> Iterator[str]:
    """Yield how volumes differ from what was planned and built.

    Parameters
    ----------
    build
        The existing volumes.
    planned
        results/hospital/planned.csv. If it plans no new delivery, no volumes need exist.
    """
    text = Texts("built", language)
    wanted = _wanted(read_rows(planned)) if planned.exists() else {}
    if not wanted:
        return
    if wanted != build.digests:
        codes = sorted({code for code, _ in wanted.items() ^ build.digests.items()})
        yield text("not_planned", codes=", ".join(codes[:_NAMED]) + " ..." * (len(codes) > _NAMED))
    for path in build.changed():
        yield text("changed" if path.exists() else "missing", file=path)


def at_end(build: Build, table: Path, language: str) -> Iterator[str]:
    """Yield what a person should read when `snakemake deliver` has ended well.

    Parameters
    ----------
    build
        The existing volumes. Nothing is said of volumes that were not asked for.
    table
        results/hospital/planned.csv.
    """
    text = Texts("built", language)
    rows = list(read_rows(table)) if table.exists() else []
    goes = [row["state"] for row in rows if row["state"] in (NEW, REPLACES)]
    if rows and not goes:
        yield text("nothing_new", n=len(rows))
    elif goes and build.digests == _wanted(rows):
        counts = {"new": goes.count(NEW), "replaced": goes.count(REPLACES)}
        yield text("ready", delivery=build.delivery, n=len(goes), **counts)


def _wanted(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return code -> digest of the cases that are to be on the volumes."""
    return {row["code"]: row["sha256"] for row in rows if row["state"] in (NEW, REPLACES)}
