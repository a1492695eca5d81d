"""Code one batch of patients: each instance is written, a duplicate, or refused with a reason."""

import logging
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from bonescint.cohort.clashes import DUPLICATE, clashes
from bonescint.deid.instance import Coded, Settings, deidentify
from bonescint.deid.refusal import Refused
from bonescint.dicom.limits import HeaderFault, Limits
from bonescint.files import replacing, towards_the_disk

_VIEW_ORDER = {"anterior": 0, "anterior+posterior": 0, "posterior": 1}
# coded files and bytes that wait to be written; a larger file is waited for
_BEHIND, _HELD = 3, 8 << 20
logger = logging.getLogger(__name__)


class Processed(NamedTuple):
    """The outcome of one instance.

    Parameters
    ----------
    row
        Its row of the batch.
    line
        Its row of the report (resources/tables/anonymization.csv).
    table
        The outcome of each attribute of the hospital's table, if the instance was written.
    refusal
        Why it was refused, if so.
    """

    row: dict[str, str]
    line: dict[str, object]
    table: dict[str, str]
    refusal: Refused | None


def write_cases(
    cases: Iterable[tuple[str, list[dict[str, str]]]],
    dicom_root: Path,
    destination: Path,
    settings: Settings,
) -> Iterator[Processed]:
    """Write the instances of patients as ``<code>/<code>_<nn>.dcm``.

    No file is ever half written. The files are not flushed to the disk one by one. Call
    `bonescint.files.to_the_disk` before writing the report that says they exist.

    Parameters
    ----------
    cases
        Each patient's code and rows of the batch, in their original order.
    dicom_root
        The folder to which their paths are relative.
    destination
        The batch's folder.

    Yields
    ------
    Processed
        One for each row, by patient, in the order anterior, posterior, other.
    """
    # Hashing and writing release the interpreter, so the next file is transformed meanwhile.
    # A few may wait, because the writing thread gets its turn late; more would only take memory.
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[tuple[int, Future[Processed]]] = deque()
        for code, rows in cases:
            number = 0
            for row, outcome in _case(code, rows, dicom_root, settings):
                number += isinstance(outcome, Coded)
                file = f"{code}/{code}_{number:02}.dcm"
                size = len(outcome.data) if isinstance(outcome, Coded) else 0
                task = pool.submit(_write, code, row, outcome, destination, file)
                waiting.append((size, task))
                while len(waiting) > 1 and (
                    len(waiting) > _BEHIND or sum(size for size, _ in waiting) > _HELD
                ):
                    yield waiting.popleft()[1].result()
        for _, task in waiting:
            yield task.result()


def in_order(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return one patient's rows in the order of the report: anterior, posterior, other."""
    return sorted(rows, key=lambda row: _VIEW_ORDER.get(row["views"], 2))


def _case(
    code: str, rows: list[dict[str, str]], dicom_root: Path, settings: Settings
) -> Iterator[tuple[dict[str, str], Coded | Refused | None]]:
    """Yield each row of a patient with its outcome, or None for a copy."""
    files = ((row["path"], row["sop_instance_uid"]) for row in rows)
    # the cohort has settled clashes already; this makes sure that no two contents get one UID
    found = clashes(files, dicom_root, settings.chosen)
    for row in in_order(rows):
        clash = found.get(row["path"])
        if clash is None:
            yield row, _outcome(row, code, dicom_root, settings)
        elif clash.reason == DUPLICATE:
            yield row, None
        else:
            yield row, Refused(clash.reason, sha256=clash.sha256)


def _write(
    code: str,
    row: dict[str, str],
    outcome: Coded | Refused | None,
    destination: Path,
    file: str,
) -> Processed:
    """Write a coded file, in its own thread, and return its line of the report."""
    line: dict[str, object] = {"code": code, "tracer": row["tracer"], "views": row["views"]}
    if outcome is None:
        return Processed(row, line | {"status": DUPLICATE}, {}, None)
    if isinstance(outcome, Refused):
        line |= {"status": "refused", "reason": outcome.reason}
        return Processed(row, line | {"station_sha256": outcome.station_sha256}, {}, outcome)
    with replacing(destination / file, "wb", sync=False) as stream:
        stream.write(outcome.data)
        towards_the_disk(stream)
    line |= outcome.facts | {"file": file, "status": "written", "sha256": outcome.sha256}
    return Processed(row, line, outcome.table, None)


def _outcome(
    row: Mapping[str, str], code: str, dicom_root: Path, settings: Settings
) -> Coded | Refused:
    try:
        data = _whole(dicom_root / row["path"], settings.limits)
        return deidentify(data, row, code, settings)
    except Refused as refusal:
        return refusal
    except HeaderFault as fault:
        return Refused(fault.reason, fault.detail)
    except OSError as error:
        return Refused("unreadable", type(error).__name__)
    except Exception as error:
        return _unexpected(error, code)


def _whole(path: Path, limits: Limits) -> bytes:
    with path.open("rb") as stream:
        limits.check_bytes("file_mb", stream.seek(0, 2))
        stream.seek(0)
        return stream.read()


def _unexpected(error: Exception, code: str) -> Refused:
    """Return the refusal of a file for an unforeseen error. The other files go on."""
    # the error's message could quote the header; its place in the code cannot
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    logger.error("%s: a file was refused by %s", code, place)
    return Refused("unexpected", place)
