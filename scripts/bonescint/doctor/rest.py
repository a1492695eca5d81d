"""The study at rest: backups of ledger and key, and whether the study is sealed."""

from collections.abc import Iterator
from pathlib import Path

from bonescint.config import LEDGER_HEAD
from bonescint.custody.backups import last_told
from bonescint.custody.destruction import own_names
from bonescint.custody.seal import SEALED_FILES, named, sealed_files, sealed_on, stays
from bonescint.doctor.finding import GOOD, LOOK, Finding, LookedAt
from bonescint.filesystems import reached_by
from bonescint.identity.chain import read_head
from bonescint.identity.lock import lock_of

PRIVATE = Path("private")


def backup(study: LookedAt) -> Iterator[Finding]:
    """Tell when ledger and key were copied last, and how many entries are newer (R16)."""
    head = read_head(Path(LEDGER_HEAD))
    if not head:
        yield Finding("backup", GOOD, "nothing")
        return
    told = last_told()
    ledger, key = told.get("ledger"), told.get("key")
    if not ledger:
        yield Finding("backup", study.grave, "no_ledger")
    elif n := head[0] - int(ledger["entries"]):
        # codes, opt-outs and deliveries added since then would be lost with the disk
        yield Finding("backup", LOOK, "behind", {"date": ledger["at"], "n": n})
    if not key:
        yield Finding("backup", study.grave, "no_key")
    elif ledger and not n:
        yield Finding("backup", GOOD, "found", {"ledger": ledger["at"], "key": key["at"]})


def seal(study: LookedAt | None = None) -> Finding:
    """Tell whether the study is sealed, and whether some of its files are plain all the same.

    Its ledger and key are not sealed, wherever they lie.
    """
    files = sealed_files()
    if not files:
        return Finding("sealed", GOOD, "open" if PRIVATE.is_dir() else "nothing")
    said: dict[str, object] = {"file": named(files), "date": sealed_on(files[0])}
    kept: set[Path] = reached_by(LEDGER_HEAD)
    for one in (study.ledger, lock_of(study.ledger), study.key, *study.secrets) if study else ():
        kept |= reached_by(one)
    # commands of the ledger may add marks while the study is sealed; tables may not be added
    left = {
        path: Path(sealed)
        for folder, sealed in SEALED_FILES.items()
        if Path(sealed).exists()
        for path in sorted(Path(folder).rglob("*"))
        if not (path.is_dir() or stays(str(path)) or reached_by(path) <= kept)
    }
    # files written after the sealing stop `seal` and, in general, `unseal` as well
    later = [str(path) for path, sealed in left.items() if _modified(path) > _modified(sealed)]
    if later:
        said |= {"n": len(later), "files": own_names(later)}
        return Finding("sealed", LOOK, "blocked", said)
    return Finding("sealed", LOOK if left else GOOD, "unfinished" if left else "found", said)


def _modified(path: Path) -> int:
    return path.lstat().st_mtime_ns
