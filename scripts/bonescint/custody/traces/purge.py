"""Remove a person from what no rule makes anew: logs, decisions, deliveries, leftovers (R12)."""

import io
import os
import re
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bonescint.builtin import BUILTIN
from bonescint.catalogue import catalogue
from bonescint.custody.owners import remove_review, review_files
from bonescint.custody.traces.content import search_content
from bonescint.custody.traces.encodings import texts
from bonescint.custody.traces.names import index_map
from bonescint.custody.traces.search import Searcher
from bonescint.custody.traces.terms import Person, Terms
from bonescint.custody.traces.walk import walk
from bonescint.files import TEMPORARY, replacing
from bonescint.folders import files_below
from bonescint.made import EDITED
from bonescint.resources import Texts
from bonescint.tables.repeats import KIND_OF_TABLE
from bonescint.text.encodings import TWO_BYTES, file_encoding, fitting

# below .snakemake: files that a killed job leaves, and records of outputs
_LEFTOVERS = ("scripts", "auxiliary", "shadow", "metadata", "incomplete", "iocache")
_NAMES = {"batch": r"(\d{2,4})", "software": r"([a-z][a-z0-9]*)", "reader": r"([a-z][a-z0-9]*)"}
_NAMES["again"] = rf"([a-z][a-z0-9]*_(?:{'|'.join(KIND_OF_TABLE)}))"
# outputs that a rule writes for each batch, software and reader: tables and others
_FORMER = (
    *(table.path for table in catalogue() if "{" in table.path),
    "results/dicom/{batch}",
    "private/faults/{reader}.xlsx",
    "private/faults/{again}.xlsx",
)
# pictures are most of a review page. They are skipped here; the last search looks into them
_PICTURES = re.compile(rb'<script type="text/plain" id="p-[^"]*">[^<]*</script>')


def purge(
    root: Path,
    persons: Collection[Person],
    decisions: Path,
    language: str = "ja",
    current: Collection[str] | None = None,
    skip: Collection[Path] = (),
    hashes: Collection[str] = (),
    searcher: Searcher | None = None,
) -> list[str]:
    """Remove persons from logs, decisions, former deliveries, edited results and leftovers.

    Nothing else is touched. Rules write tables and images anew, and a person must delete what they
    copied by hand. Folders may be links. The target of a link to a file stays.

    Parameters
    ----------
    root
        The study's folder.
    persons
        The patients who declined.
    decisions
        private/review/decisions.tsv.
    language
        Of the account.
    current
        The names of batches, software (also the builtin one) and readers in force. Outputs of
        former ones that hold the persons are removed too, because no rule makes them anew. None:
        they stay.
    skip
        The hospital's own files and folders, which links may lead to.
    hashes
        Of the persons' images. Decisions that name one of them are removed.
    searcher
        Looks for the persons; None: a new one that looks into every file.

    Returns
    -------
    list
        What was done, in words without identifiers.
    """
    text = Texts("traces", language)
    searcher = searcher or Searcher(persons)
    terms = searcher.terms
    steps: list[tuple[str, Callable[[], int]]] = [
        ("temporaries", lambda: _temporaries([root / "results", root / "private"], skip)),
        ("logs", lambda: _logs(_log_files(root, skip), searcher)),
        ("decisions", lambda: _decisions(decisions, {p.code for p in persons if p.code}, hashes)),
        ("review", lambda: _review(root, terms)),
        ("deliveries", lambda: _remove(root / "results", ["delivery"], searcher, skip)),
        ("analysis", lambda: _analysis(root, searcher, skip)),
        # results that were edited by hand and put aside; no rule makes them anew
        ("edited", lambda: _remove(root / EDITED.parent, [EDITED.name], searcher, skip)),
        ("former", lambda: _former(root, current, searcher, skip)),
        ("leftovers", lambda: _remove(root / ".snakemake", _LEFTOVERS, searcher, skip)),
    ]
    return [text(f"purged.{key}", n=n) for key, step in steps if (n := step())]


def _temporaries(folders: Sequence[Path], skip: Collection[Path]) -> int:
    """Remove temporary files of `bonescint.files.replacing` that killed processes left."""
    removed = 0
    for _, path, mode in walk(folders, skip):
        found = TEMPORARY.fullmatch(path.name)
        if found and stat.S_ISREG(mode) and not path.is_symlink() and not _lives(int(found[1])):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _log_files(root: Path, skip: Collection[Path]) -> list[Path]:
    own = root / ".snakemake" / "log"
    return [
        path
        for folder, path, mode in walk([root / "logs", own], skip)
        if stat.S_ISREG(mode) and not path.is_symlink() and (folder != own or path.suffix == ".log")
    ]


def _logs(files: Iterable[Path], searcher: Searcher) -> int:
    """Overwrite terms in logs in place, because Snakemake and this job have their logs open.

    The length stays the same, so after a crash the next run can go on with the log.
    """
    changed = 0
    for path in files:
        if any(trace.place.key != "name" for trace in searcher.search([path])):
            with path.open("r+b") as stream:
                data = bytearray(stream.read())
                before = bytes(data)
                # base64 may go on in the next line, which is found only when this line is gone
                while spans := [
                    (start, end)
                    for start, end in _spans(bytes(data), searcher.terms)
                    if data[start:end].strip(b"*")
                ]:
                    for start, end in spans:
                        data[start:end] = b"*" * (end - start)
                        stream.seek(start)
                        stream.write(data[start:end])
            changed += data != before
    return changed


def _spans(data: bytes, terms: Terms) -> Iterator[tuple[int, int]]:
    """Yield the bytes to overwrite: terms, and whole lines where a term is encoded or broken."""
    encoding = next(fitting(data), "utf-8")
    # bytes that do not fit the encoding are kept, so that places in the text match the bytes
    content = data.decode(encoding, "surrogateescape")
    plain, places = index_map(content)
    hidden = bytearray(data)
    for hit in terms.find(plain):
        before = content[: places[hit.start]].encode(encoding, "surrogateescape")
        inside = content[places[hit.start] : places[hit.end]].encode(encoding, "surrogateescape")
        # a name may go on in the next line; the line end must stay
        for part in re.finditer(rb"[^\r\n]+", inside):
            span = len(before) + part.start(), len(before) + part.end()
            hidden[span[0] : span[1]] = b"*" * len(part[0])
            yield span
    ends = [0, *(m.end() for m in re.finditer(b"\n", data)), len(data)]
    rest = search_content(io.BytesIO(hidden), "", terms)
    left = {place.row for place, _ in rest}
    for row, (start, end) in enumerate(pairwise(ends), 1):
        line = bytes(hidden[start:end])
        if row in left or any(terms.find(text) for text in texts(line)):
            yield start, start + len(line.rstrip(b"\r\n"))


def _decisions(path: Path, codes: Collection[str], hashes: Collection[str]) -> int:
    """Remove the decisions about the persons' findings, blanks and images; other bytes stay."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return 0
    items = {f"{item}:{code}".lower() for code in codes for item in ("findings", "blank")}
    items |= set(hashes)
    # latin-1 keeps every byte, and codes are ASCII. Decoded cp932 might be encoded differently
    encoding = file_encoding(data)
    encoding = encoding if encoding in TWO_BYTES else "latin-1"
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", data.decode(encoding))
    kept = [line for line in lines if items.isdisjoint(_cells(line))]
    if len(kept) < len(lines):
        with replacing(path, "wb", private=True) as stream:
            stream.write("".join(kept).encode(encoding))
    return len(lines) - len(kept)


def _review(root: Path, terms: Terms) -> int:
    """Remove the review page and its list if they hold a person."""
    for path in review_files(root):
        data = _PICTURES.sub(b"", path.read_bytes())
        if next(search_content(io.BytesIO(data), path.as_posix(), terms), None):
            return remove_review(root)
    return 0


def _analysis(root: Path, searcher: Searcher, skip: Collection[Path]) -> int:
    """Remove a folder that no default run makes anew, as a whole, if it holds a person."""
    removed = 0
    for name in ("analysis", "presets"):
        folder = root / "results" / name
        if folder.is_dir() and next(searcher.search([folder], skip), None):
            removed += sum(1 for _ in files_below(folder))
            _delete(folder)
    return removed


def _cells(line: str) -> Iterator[str]:
    return (cell.strip(' "\r\n').lower() for cell in re.split(r"[\t,;]", line))


def remove_deliveries(root: Path, persons: Collection[Person], skip: Collection[Path] = ()) -> int:
    """Remove what was made for the partner and holds the persons; return how many files that were.

    Parameters
    ----------
    root
        The study's folder.
    persons
        The patients who declined, or who may be in no further delivery.
    skip
        Files that are left out.
    """
    return _remove(root / "results", ["delivery"], Searcher(persons), skip)


def _remove(
    side: Path, folders: Collection[str], searcher: Searcher, skip: Collection[Path]
) -> int:
    """Remove files and folders that hold the persons, below some folders of a side."""
    others = [path for path in side.iterdir() if path.name not in folders] if side.is_dir() else []
    keep = {side, *(side / name for name in folders)}
    found: dict[Path, set[str]] = {}
    for trace in searcher.search([side], [*others, *skip]):
        found.setdefault(trace.path, set()).add(trace.place.key)
    # a link is removed only if its name holds a term, because its target is somebody's own file
    paths = {p for p, keys in found.items() if not p.is_symlink() or keys == {"name"}} - keep
    # files reached through a link are removed before the link
    for path in sorted(paths, reverse=True):
        _delete(path)
    return len(paths)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _former(
    root: Path, current: Collection[str] | None, searcher: Searcher, skip: Collection[Path]
) -> int:
    """Remove outputs of former batches, software and readers if they hold a person."""
    if current is None:
        return 0
    # the builtin analyser has an output for each batch, and batches stay when it is switched off
    removed = 0 if BUILTIN in current else _remove(root / "results", ["analyser"], searcher, skip)
    for template in _FORMER:
        folder, _, name = template.rpartition("/")
        before, wildcard, after = re.split(r"[{}]", name)
        pattern = re.compile(re.escape(before) + _NAMES[wildcard] + re.escape(after))
        inside = sorted((root / folder).iterdir()) if (root / folder).is_dir() else []
        for path in inside:
            found = pattern.fullmatch(path.name)
            if not found or found[1] in current or path.is_symlink():
                continue
            # all images of a batch are removed, because no table describes the others any more
            if next(searcher.search([path]), None):
                _delete(path)
                removed += 1
    return removed
