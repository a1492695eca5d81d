"""Who else could read what identifies patients: clouds, accounts of this machine, the key."""

import os
import re
import shlex
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bonescint.custody.media import medium_of
from bonescint.doctor.finding import GOOD, LOOK, MEND, Finding, LookedAt
from bonescint.doctor.machine import umask
from bonescint.filesystems import keeps_modes, mount_of
from bonescint.identity.key import file_kind, is_wrapped
from bonescint.identity.passphrase import no_modes

PRIVATE = Path("private")
# names (or their beginnings) of folders that a program copies to its own servers
_CLOUD = re.compile(
    "onedrive|dropbox|google ?drive|my drive|マイドライブ|icloud ?drive|mobile documents|"
    "cloudstorage|box sync|box$|box-box|pcloud ?drive|megasync|mega$|nextcloud|owncloud|seafile|"
    "syncthing"
)
# files that such a program puts into the folder that it copies, whatever the folder's name
_CLOUD_MARKS = (
    ".dropbox", ".dropbox.cache", ".nextcloudsync.log", ".owncloudsync.log", ".stfolder",
    ".tmp.drivedownload",
)  # fmt: skip
_OTHERS = 0o077  # mode bits that open a file to others than its user


def cloud(study: LookedAt) -> Finding:
    """Tell whether a program would copy something of the study out of the hospital."""
    own = [Path(), study.ledger, study.key, *study.secrets, *study.tables.values()]
    for path in [*own, *filter(None, [study.dicom])]:
        # the target of a link, and the path as typed
        for place in (path.resolve(), path.absolute()):
            if found := _synchronised(place):
                said = {"path": path if path != Path() else Path.cwd(), "folder": found}
                return Finding("cloud", study.grave, "found", said)
    return Finding("cloud", GOOD, "none")


def _synchronised(place: Path) -> str:
    """Return the name of the folder above a place that is copied to a cloud, or nothing."""
    for folder in (place, *place.parents):
        name = unicodedata.normalize("NFKC", folder.name).casefold()
        if _CLOUD.match(name) or any((folder / mark).exists() for mark in _CLOUD_MARKS):
            return folder.name
    return ""


def modes(study: LookedAt) -> Iterator[Finding]:
    """Tell whether other accounts of this machine may open what identifies patients (R16)."""
    # MEND for secrets: the program refuses those that others can read. The ledger is encrypted
    bad = {PRIVATE: study.grave, study.ledger: LOOK, study.key: MEND}
    bad |= dict.fromkeys(study.secrets, MEND)
    there = [path for path in bad if path.exists()]
    faulty = [path for path in there if path.stat().st_mode & _OTHERS]
    for path in faulty:
        said = {"path": path, "mode": f"{stat.S_IMODE(path.stat().st_mode):04o}"}
        if keeps_modes(path):
            said |= {"right": "700" if path.is_dir() else "600", "typed": shlex.quote(str(path))}
            yield Finding("modes", bad[path], "open", said)
        else:
            yield Finding("modes", bad[path], "drive", _no_modes(path))
    if not there:
        yield Finding("modes", GOOD, "none")
    elif not faulty:
        yield Finding("modes", GOOD, "closed", {"names": ", ".join(map(str, there))})


def _no_modes(path: Path) -> dict[str, object]:
    return {language: no_modes(path, language) for language in ("ja", "en")}


def access(study: LookedAt, machine: Path = Path("/")) -> Finding:
    """Tell whether other accounts can reach what a person puts here: images, tables."""
    folders = [Path.cwd(), *([study.dicom.resolve()] if study.dicom else [])]
    reached = [folder for folder in folders if folder.is_dir() and _is_reached(folder)]
    if not reached:
        return Finding("access", GOOD, "closed")
    path = reached[0]
    if not keeps_modes(path):
        return Finding("access", LOOK, "drive", _no_modes(path))
    said = {"path": path, "umask": umask(machine) or "?", "typed": shlex.quote(str(path))}
    return Finding("access", LOOK, "open", said)


def _is_reached(folder: Path) -> bool:
    listed, passed = stat.S_IROTH | stat.S_IXOTH, stat.S_IXOTH
    return folder.stat().st_mode & listed == listed and all(
        above.stat().st_mode & passed for above in folder.parents
    )


def key(study: LookedAt, machine: Path = Path("/")) -> Finding:
    """Tell where the key lies, and whether somebody who has both could open the ledger."""
    said: dict[str, object] = {"key": study.key, "ledger": study.ledger}
    if not study.key.exists():
        return _absent_key(study, said, machine)
    try:
        opens = "" if is_wrapped(study.key) else "plain"
    except OSError:
        return Finding("key", LOOK, "unread", said)
    here = medium_of(study.ledger, machine)
    if not medium_of(study.key, machine).is_also(here):
        state = study.grave if opens else LOOK
        return _together(study, state, said, machine) or Finding("key", GOOD, "elsewhere", said)
    file = study.passphrase
    if not opens and file and file.exists() and medium_of(file, machine).is_also(here):
        opens, said = "passphrase", said | {"file": file}
    if opens:
        return Finding("key", study.grave, opens, said)
    return Finding("key", LOOK, "beside", said)


def _absent_key(study: LookedAt, said: dict[str, object], machine: Path) -> Finding:
    if not study.ledger.exists():
        return Finding("key", GOOD, "none", said)
    # a key that belongs into the study's folder is lost; one behind a link may be on a medium
    if Path(os.path.realpath(study.key)).is_relative_to(Path.cwd()):
        return Finding("key", MEND, "gone", said)
    return _together(study, LOOK, said, machine) or Finding("key", LOOK, "away", said)


def _together(
    study: LookedAt, state: str, said: dict[str, object], machine: Path
) -> Finding | None:
    """Report a copy of the ledger on the key's medium, or of the key on the ledger's medium.

    `ledger backup` refuses such a copy. The ledger has its copies on record but is not opened here:
    a copy is recognised by its content.
    """
    if study.key.exists():
        for file in _beside(study.key, ".age", "ledger", machine):
            return Finding("key", state, "ledger_copy", said | {"file": file})
    for file in _beside(study.ledger, ".key", "key", machine, Path.cwd()):
        state = LOOK if is_wrapped(file) else study.grave
        return Finding("key", state, "key_copy", said | {"file": file})
    return None


def _beside(original: Path, ending: str, kind: str, machine: Path, *more: Path) -> Iterator[Path]:
    """Yield files of a kind in another one's folder, its medium's top folder and `more`."""
    real = original.resolve()
    mount = mount_of(real, machine)
    folders = dict.fromkeys([real.parent, *([mount.place] if mount else []), *more])
    medium = medium_of(real, machine)
    for folder in folders:
        with suppress(OSError):  # another user's folder
            for file in sorted(folder.glob(f"*{ending}")):
                with suppress(OSError):
                    if not file.is_file() or file.resolve() == real:
                        continue
                    if file_kind(file) == kind and medium_of(file, machine).is_also(medium):
                        yield file
